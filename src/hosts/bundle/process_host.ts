import type fs from "node:fs/promises";
import type nodeProcess from "node:process";
import { withTimeout } from "../../base/async/with_timeout.ts";
import type { Log } from "../../base/log.ts";
import { createLineLog } from "../log_lines.ts";
import { type BundledGateway, createBundledGateway, drainMs } from "./bundled_gateway.ts";
import type { Bundle } from "./bundle.ts";
import type { Host } from "./host.ts";
import { nodeModule, nodeZlib } from "./node_modules.ts";

type Process = typeof nodeProcess;

/** Lines of requests are written together, ten times a second or when they are so many characters. */
const flushEveryMs = 100;
const flushLength = 65_536;
/** One Ctrl-C may arrive twice: from the terminal, and passed on by a task runner. */
const sameSignalMs = 1_000;

/** A server that listens. */
export interface Listening {
  port: number;
  /** Takes no more requests, and resolves when those in flight are over. */
  close(): Promise<void>;
}

/** Listens at an address. Rejects when it is taken. */
export type Listen = (
  fetch: BundledGateway["fetch"],
  address: { port: number; hostname: string },
) => Promise<Listening>;

/** What runtimes of Node's kind do each in their own way. */
export interface ProcessHost extends Pick<Host, "runtime" | "upgrade"> {
  listen: Listen;
}

/** Serves a bundle in a process of Node's kind, until a signal comes. Throws ConfigError. */
export async function serveInProcess(bundle: Bundle, { listen, ...host }: ProcessHost): Promise<void> {
  const process = nodeModule<Process>("process");
  const gateway = createBundledGateway(bundle, hostOf(process, host), process.env);
  const { config: { PORT: port, HOST: hostname }, log } = gateway;
  const server = await listen((request) => gateway.fetch(request), { port, hostname });
  gateway.start();
  gateway.check();
  onSignal(process, async () => {
    log({ level: "info", message: "Stopping: requests in flight finish" });
    gateway.close();
    await withTimeout(drainMs, () => server.close());
    await gateway.stop();
  });
  log({ level: "info", message: `Listening on http://${hostname}:${server.port}` });
}

function hostOf(process: Process, host: Pick<Host, "runtime" | "upgrade">): Host {
  const { readFile } = nodeModule<typeof fs>("fs/promises");
  return {
    ...host,
    createLog: (options) => createProcessLog(process, options),
    transport: () => fetch,
    readBeside: async (name) => new Uint8Array(await readFile(new URL(name, import.meta.url))),
    zlib: nodeZlib(),
    process() {
      const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
      return {
        residentBytes: rss,
        heapUsedBytes: heapUsed,
        heapTotalBytes: heapTotal,
        externalBytes: external,
      };
    },
  };
}

function createProcessLog(
  process: Process,
  { LOG_FORMAT = process.stderr.isTTY ? "text" : "json", LOG_LEVEL }: Parameters<Host["createLog"]>[0],
): Log {
  let waiting = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = waiting;
    waiting = "";
    if (text) process.stderr.write(text);
  }

  const write = createLineLog({ LOG_FORMAT, LOG_LEVEL }, (line) => {
    waiting += `${line}\n`;
    timer ??= setTimeout(flush, flushEveryMs);
  });
  process.on("exit", flush);
  // nobody reads the log any more: the gateway goes on
  process.stderr.on("error", () => {});
  return function log(entry) {
    write(entry);
    // requests come in numbers; what else is told may be the last that is heard of the process
    if (entry.message !== "request" || waiting.length >= flushLength) flush();
  };
}

/** Runs `stop` at the first SIGINT or SIGTERM, then exits; one that comes a second or more later exits at once. */
function onSignal(process: Process, stop: () => Promise<void>): void {
  let since: number | undefined;
  const handler = async () => {
    if (since !== undefined) {
      if (performance.now() - since >= sameSignalMs) process.exit(130);
      return;
    }
    since = performance.now();
    await stop();
    process.exit(0);
  };
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
}
