import { freePort } from "../../src/tools/engine/free_port.ts";
import { isInstalled } from "../installed.ts";
import { engineOptions, secret } from "../gateway.ts";
import { type Program, startProgram, waitFor } from "../program.ts";
import type { Abilities } from "./target.ts";

/** A runtime, and the command by which it serves the bundle in a folder at a port. */
export interface Runtime {
  name: "deno" | "node" | "bun" | "workerd";
  command: (folder: string, port: number) => [program: string, args: string[]];
  has: Abilities;
}

const all: Abilities = { packedStreams: true, packedSockets: true, closing: true };

/** All that a bundle runs on. */
export const runtimes: Runtime[] = [
  {
    name: "deno",
    command: (folder) => [Deno.execPath(), ["run", "--allow-all", `${folder}/gateway.mjs`]],
    has: { ...all, packedSockets: false },
  },
  { name: "node", command: (folder) => ["node", [`${folder}/gateway.mjs`]], has: all },
  { name: "bun", command: (folder) => ["bun", [`${folder}/gateway.mjs`]], has: all },
  {
    name: "workerd",
    command: (folder, port) => [
      "workerd",
      ["serve", `${folder}/workerd.capnp`, `--socket-addr=http=127.0.0.1:${port}`],
    ],
    has: { packedStreams: false, packedSockets: true, closing: false },
  },
];

/** Whether it is here; says so when not. Throws where it is required. */
export async function isHere({ name }: Runtime): Promise<boolean> {
  return name === "deno" || await isInstalled(name);
}

/** A gateway out of a bundle. */
export interface BundledProcess extends AsyncDisposable {
  url: string;
  program: Program;
}

/** Starts what lies in a folder as a bundle does, at a free port. */
export function startOn(runtime: Runtime, folder: string, variables: Record<string, string>): BundledProcess {
  const port = freePort();
  const program = startProgram(...runtime.command(folder, port), {
    PORT: String(port),
    HOST: "127.0.0.1",
    ...variables,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    program,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Starts the bundle in a folder over the tests' engine. */
export function startBundle(runtime: Runtime, folder: string): BundledProcess {
  const { url, user, password, database } = engineOptions();
  return startOn(runtime, folder, {
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    ALLOWED_ORIGINS: "https://app.example.com",
    BUDGET_REQUESTS_PER_SECOND: "1000000",
    MAX_QUERY_ROWS: "0",
    MAX_QUERY_SECONDS: "120",
    STREAMING_ENABLED: "all",
    // where a closed connection is noticed when something is sent
    STREAM_HEARTBEAT_SECONDS: "1",
  });
}

/** Waits until a bundle serves queries. Throws with what it has printed. */
export async function untilReady({ url, program }: BundledProcess): Promise<void> {
  await waitFor(`${url} is ready`, async () => {
    if (program.group().length === 0) throw new Error(`The program has ended:\n${program.printed()}`);
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok;
  });
}
