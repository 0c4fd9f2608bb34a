import { fileURLToPath } from "node:url";
import { pause } from "../../base/async/pause.ts";
import { createClickHouse, run } from "../../clickhouse/client.ts";
import { npmFile } from "../../hosts/deno/npm_file.ts";
import { freePort } from "./free_port.ts";
import { enginePackage } from "./platform.ts";

/** A running embedded ClickHouse. */
export interface Engine {
  /** Address of its HTTP interface. */
  url: string;
  tcpPort: number;
  /** Process id. */
  pid: number;
  user: string;
  password: string;
  /** Resolves when the process has ended, by itself or not. */
  ended: Promise<void>;
  /** Stops it and waits until its data is on disk. */
  stop(): Promise<void>;
  /** Ends it as a crash would; for tests. */
  kill(): void;
}

/** Where an engine keeps its data and where it listens; ports are free ones unless given. */
export interface EngineOptions {
  dataDir: string;
  password: string;
  httpPort?: number;
  tcpPort?: number;
  /** Folder of the configuration; the repository's by default. */
  configDir?: string;
  /** Further variables that the engine's configuration reads, such as where Postgres is. */
  env?: Record<string, string>;
  /** Called when its process runs: the time until it is ready is free for other work. */
  onSpawn?: () => void;
}

/** The configuration for the embedded engine and for a server alike. */
export const deployedConfig = fileURLToPath(new URL("../../../deploy/clickhouse", import.meta.url));
const processFile = fileURLToPath(new URL("process.ts", import.meta.url));
const startTimeoutMs = 60_000;
const portAttempts = 3;
const lockTimeoutMs = 5_000;
const lockedFolder = "another process has its data folder open";
const user = "sluice";

/**
 * Starts ClickHouse in a process of its own and waits until it answers. A folder that another one has open is waited for:
 * the engine of a process that was killed is gone in a moment. Throws with what it printed.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const mayTakeOthers = options.httpPort === undefined && options.tcpPort === undefined;
  const deadline = Date.now() + lockTimeoutMs;
  for (let attempt = 1;; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      const text = error instanceof Error ? error.message : "";
      // somebody took a free port before the engine did
      const isPortTaken = text.includes("Address already in use") && mayTakeOthers && attempt < portAttempts;
      const isFolderLocked = text.includes(lockedFolder) && Date.now() < deadline;
      if (!isPortTaken && !isFolderLocked) throw error;
    }
  }
}

async function startOnce(options: EngineOptions): Promise<Engine> {
  const library = await npmFile(enginePackage(), "libchdb.so");
  const { httpPort = freePort(), tcpPort = freePort(), password } = options;
  await Deno.mkdir(options.dataDir, { recursive: true });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-ffi",
      "--allow-env",
      "--no-lock",
      "--no-config",
      processFile,
      library,
      `--path=${await Deno.realPath(options.dataDir)}`,
      `--config-file=${options.configDir ?? deployedConfig}/config.xml`,
      `--http_port=${httpPort}`,
      `--tcp_port=${tcpPort}`,
      "--listen_host=127.0.0.1",
      "--log-level=error",
    ],
    env: { ...options.env, SLUICE_CLICKHOUSE_PASSWORD: password, SLUICE_CLICKHOUSE_OWNER_PASSWORD: password },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  options.onSpawn?.();
  const printed = collect(child.stderr);
  const engine: Engine = {
    url: `http://127.0.0.1:${httpPort}`,
    tcpPort,
    pid: child.pid,
    user,
    password,
    ended: child.status.then(() => {}),
    async stop() {
      await child.stdin.close().catch(() => {});
      await child.status;
    },
    kill() {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        // it has ended already
        if (!(error instanceof TypeError)) throw error;
      }
    },
  };
  await waitUntilReady(engine, child, printed);
  return engine;
}

async function waitUntilReady(
  engine: Engine,
  child: Deno.ChildProcess,
  printed: () => string,
): Promise<void> {
  const ask = createClickHouse({ ...engine, database: "default" });
  let isOver = false;
  child.status.then(() => isOver = true);
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (isOver) throw new Error(`The embedded ClickHouse did not start: ${reason(printed())}`);
    try {
      await run(ask, { sql: "SELECT 1", signal: AbortSignal.timeout(2_000) });
      return;
    } catch {
      await pause(10);
    }
  }
  await engine.stop();
  throw new Error(`The embedded ClickHouse did not answer within ${startTimeoutMs} ms: ${reason(printed())}`);
}

function reason(printed: string): string {
  if (/Cannot lock file|already running/i.test(printed)) {
    return `${lockedFolder}; set SLUICE_DATA_DIR to use another one`;
  }
  return printed.trim().split("\n").at(-1) || "it said nothing";
}

/** The last of what a stream carried. */
function collect(stream: ReadableStream<Uint8Array>): () => string {
  const limit = 10_000;
  let text = "";
  (async () => {
    for await (
      const part of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      text = (text + part).slice(-limit);
    }
  })().catch(() => {});
  return () => text;
}
