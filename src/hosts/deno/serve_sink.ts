import denoConfig from "../../../deno.json" with { type: "json" };
import type { SinkConfig } from "../../base/config.ts";
import type { Log } from "../../base/log.ts";
import { type Ping, withCircuitBreaker } from "../../clickhouse/circuit_breaker.ts";
import { mapRoles, type Roles } from "../../clickhouse/roles.ts";
import { createSinkApp } from "../../ingest/sink/app.ts";
import { createSinks } from "../../ingest/sink/sinks.ts";
import { createMetrics } from "../../observe/metrics/metrics.ts";
import { connectNats } from "./connect_nats.ts";
import { listen } from "./listen.ts";
import { processStats } from "./process_stats.ts";

/** What `serveSink` needs besides the configuration. */
export interface ServeSinkOptions {
  config: Omit<SinkConfig, "LOG_FORMAT" | "LOG_LEVEL">;
  roles: Roles;
  ping: Ping;
  log: Log;
}

/** A sink that runs. */
export interface SinkServer {
  url: string;
  /** Resolves when it is over. Rejects with what is a fault of its own. */
  ended: Promise<void>;
  /** Reads no more, stores what it holds, and ends. */
  stop(): Promise<void>;
}

/** Time that what is held gets to be stored. */
const drainMs = 20_000;

/** Starts a sink, with its probes and metrics on a port. Throws ConfigError when the port is taken. */
export function serveSink({ config, ping, log, ...options }: ServeSinkOptions): SinkServer {
  const stopped = new AbortController();
  const { ingester, clickHouse } = mapRoles(
    options.roles,
    (role) => withCircuitBreaker(role, { ping, log, signal: stopped.signal }),
  );
  const build = { version: denoConfig.version, runtime: `deno ${Deno.version.deno}` };
  const metrics = createMetrics({ build, process: processStats, clock: () => new Date() });
  const connect = connectNats(config.NATS_URL);
  const sinks = createSinks({ config, connect, ingester, clickHouse, ingestion: metrics.ingestion, log });
  const app = createSinkApp({ config, sinks, metrics, clickHouse, log });
  const server = listen({ name: "SINK_PORT", port: config.SINK_PORT, hostname: config.HOST }, app.fetch);
  metrics.loopDelay.start();
  const ended = sinks.run().finally(() => {
    metrics.loopDelay.stop();
    stopped.abort();
  });
  const { port } = server.addr as Deno.NetAddr;
  return {
    url: `http://${config.HOST}:${port}`,
    ended,
    async stop() {
      sinks.stop(drainMs);
      await ended.catch(() => {});
      await server.shutdown();
    },
  };
}
