import type { NatsConnection } from "@nats-io/nats-core";
import { connectNats } from "../../src/hosts/deno/connect_nats.ts";
import { freePort } from "../../src/tools/engine/free_port.ts";
import { type Program, startProgram, temporaryFolder } from "../program.ts";

/** A server with JetStream that a test has started, on a port of its own. */
export interface NatsServer extends AsyncDisposable {
  url: string;
  /** Of its process as it is now. */
  readonly pid: number;
  connect(): Promise<NatsConnection>;
  /** Starts it again on the same port, with what it has stored, or with nothing. */
  start(options?: { isEmpty?: boolean }): Promise<void>;
  /** Ends it by `kill -9`. */
  kill(): Promise<void>;
}

/** The servers that are installed: Debian's, and the one that SLUICE_TEST_NATS_SERVER names. Throws where CI requires one. */
export async function installedServers(): Promise<string[]> {
  const named = ["nats-server", Deno.env.get("SLUICE_TEST_NATS_SERVER")].filter((name) => name !== undefined);
  const found: string[] = [];
  for (const program of named) if (await isInstalled(program)) found.push(program);
  if (found.length) return found;
  const why = "nats-server is not installed";
  if (Deno.env.get("SLUICE_REQUIRE_SERVICES") === "1") throw new Error(`Cannot test NATS: ${why}`);
  // deno-lint-ignore no-console -- a skipped check must be seen
  console.log(`Skipped, since ${why}`);
  return [];
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** Starts a server that asks for a name and a password. */
export async function startNatsServer(program: string): Promise<NatsServer> {
  const port = freePort();
  let folder = await temporaryFolder();
  let running: Program | undefined;

  async function kill(): Promise<void> {
    await running?.[Symbol.asyncDispose]();
    running = undefined;
  }

  const url = `nats://someone:secret@127.0.0.1:${port}`;
  const server: NatsServer = {
    url,
    get pid() {
      if (!running) throw new Error("The server does not run");
      return running.pid;
    },
    connect: connectNats(url),
    async start({ isEmpty = false } = {}) {
      if (isEmpty) {
        await folder[Symbol.asyncDispose]();
        folder = await temporaryFolder();
      }
      const args = ["-js", "-a", "127.0.0.1", "-p", String(port), "-sd", folder.path];
      running = startProgram(program, [...args, "--user", "someone", "--pass", "secret"]);
      await running.until(/Server is ready/);
    },
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
  await server.start();
  return server;
}
