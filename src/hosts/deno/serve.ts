import denoConfig from "../../../deno.json" with { type: "json" };
import type { DocsAssets } from "../../api/docs/routes.ts";
import type { Config } from "../../base/config.ts";
import type { Log } from "../../base/log.ts";
import type { MemoryStore } from "../../catalog/inspection_memory.ts";
import type { QueryFileError } from "../../catalog/query_file_error.ts";
import type { Ping } from "../../clickhouse/circuit_breaker.ts";
import { ClickHouseError, ClickHouseUnreachable, problemOf } from "../../clickhouse/exception.ts";
import type { Roles } from "../../clickhouse/roles.ts";
import { createGateway, type GatewayDeps } from "../../gateway.ts";
import { connectNats, natsOver } from "./connect_nats.ts";
import { listen } from "./listen.ts";
import { listMigrations } from "./list_migrations.ts";
import { processStats } from "./process_stats.ts";
import { readSqlFiles } from "./sql_files.ts";
import { upgradeSocket } from "./upgrade_socket.ts";
import { zlib } from "./zlib.ts";

/** A gateway that listens. */
export interface Server {
  url: string;
  /** Loads the query files again; returns the faults. */
  reload(): Promise<QueryFileError[]>;
  /** Takes no more requests, waits for those in flight and writes what is counted. */
  stop(): Promise<void>;
}

/** What `serve` needs besides the configuration. */
export interface ServeOptions {
  config:
    & GatewayDeps["config"]
    & Pick<Config, "PORT" | "HOST" | "SLUICE_SQL_DIR" | "MIGRATIONS" | "NATS_URL">;
  roles: Roles;
  ping: Ping;
  log: Log;
  docs: DocsAssets;
  inspections?: MemoryStore;
}

/** Time that requests in flight get to finish. */
const drainMs = 25_000;

/** Listens at once; queries are answered from `reload` on. Throws ConfigError when the port is taken. */
export function serve({ config, ...options }: ServeOptions): Server {
  const { clickHouse } = options.roles;
  const gateway = createGateway({
    ...options,
    config,
    build: { version: denoConfig.version, runtime: `deno ${Deno.version.deno}` },
    process: processStats,
    createNats: config.NATS_URL && config.STREAMING_ENABLED !== "off"
      ? natsOver(connectNats(config.NATS_URL))
      : undefined,
    upgrade: upgradeSocket,
    zlib,
    pendingMigrations: async () =>
      (await listMigrations(clickHouse, config.MIGRATIONS)).filter(({ isApplied }) => !isApplied).length,
  });
  const server = listen(
    { name: "PORT", port: config.PORT, hostname: config.HOST },
    (request) => gateway.fetch(request),
  );
  gateway.start();
  const { port } = server.addr as Deno.NetAddr;
  return {
    url: `http://${config.HOST}:${port}`,
    reload: async () => await gateway.load(await readSqlFiles(config.SLUICE_SQL_DIR)),
    async stop() {
      gateway.close();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, drainMs));
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
      await gateway.stop();
    },
  };
}

/** Does `work` as soon as ClickHouse takes it; says once that it waits. Throws what else is wrong. */
export async function whenReachable<Result>(work: () => Promise<Result>, log: Log): Promise<Result> {
  for (let attempt = 0;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (attempt === 0) log({ level: "warn", message: "Waiting for ClickHouse: it is not reachable yet" });
      await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 50 * 2 ** attempt)));
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ClickHouseUnreachable ||
    error instanceof ClickHouseError && problemOf(error).status === 503;
}
