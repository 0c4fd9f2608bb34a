import { mapRoles, type Roles } from "../../clickhouse/roles.ts";
import type { LimitsConfig } from "../../query/limits.ts";
import { createApp } from "../../app.ts";
import { createAudit } from "../../observe/audit/audit.ts";
import type { TokenConfig } from "../../auth/jwt.ts";
import { createBudgets } from "../../limits/budget/budgets.ts";
import { createBudgetStore } from "../../limits/budget/store.ts";
import { createCache } from "../../cache/cache.ts";
import type { MemoryStore } from "../../catalog/memory.ts";
import { createServing } from "../../catalog/serving.ts";
import type { QueryFileError } from "../../catalog/query_file_error.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { ClickHouseError, ClickHouseUnreachable, problemOf } from "../../clickhouse/exception.ts";
import { type Config, ConfigError } from "../../base/config.ts";
import type { DocsAssets } from "../../api/docs/routes.ts";
import { giveUpOnSilence, type Ping } from "../../clickhouse/circuit_breaker.ts";
import type { Log } from "../../http/log_requests.ts";
import { createMetrics } from "../../observe/metrics/metrics.ts";
import { defaultConcurrency } from "../../limits/queue/default_concurrency.ts";
import { createQueue } from "../../limits/queue/queue.ts";
import denoConfig from "../../../deno.json" with { type: "json" };
import { listMigrations } from "./list_migrations.ts";
import { processStats } from "./process_stats.ts";
import { readQueryFiles } from "./sql_files.ts";

/** A gateway that listens. */
export interface Gateway {
  url: string;
  /** Loads the query files again; returns the faults. */
  reload(): Promise<QueryFileError[]>;
  /** Takes no more requests, waits for those in flight and writes what is counted. */
  stop(): Promise<void>;
}

/** What `serve` needs besides the configuration. */
export interface ServeOptions {
  config:
    & TokenConfig
    & LimitsConfig
    & Pick<
      Config,
      | "PORT"
      | "HOST"
      | "ALLOWED_ORIGINS"
      | "MAX_LINE_BYTES"
      | "MAX_UNPACKED_BYTES"
      | "CACHE_MAX_BYTES"
      | "CLICKHOUSE_MAX_CONCURRENCY"
      | "METRICS_TOKEN"
      | "TELL_COSTS"
      | "BUDGET_DAILY_QUERIES"
      | "BUDGET_MONTHLY_QUERIES"
      | "BUDGET_DAILY_BYTES"
      | "BUDGET_REQUESTS_PER_SECOND"
      | "SLUICE_SQL_DIR"
      | "SLUICE_ON_BROKEN"
      | "MIGRATIONS"
    >;
  roles: Roles;
  ping: Ping;
  log: Log;
  docs: DocsAssets;
  /** Keeps what the engine says of the query files, for the next start. */
  inspections?: MemoryStore;
  clock?: () => Date;
}

/** Time that requests in flight get to finish. */
const drainMs = 25_000;

/** Listens at once; queries are answered from `reload` on. Throws ConfigError when the port is taken. */
export function serve({ config, log, docs, clock = () => new Date(), ...options }: ServeOptions): Gateway {
  if (config.AUTH_JWKS_URL && !config.AUTH_AUDIENCE) {
    const message = "Without AUTH_AUDIENCE, tokens that the keys' owner signed for other services are taken";
    log({ level: "warn", message });
  }
  const stopped = new AbortController();
  const guard = (client: ClickHouse) =>
    giveUpOnSilence(client, { ping: options.ping, log, signal: stopped.signal });
  const roles = mapRoles(options.roles, guard);
  const { clickHouse, reader } = roles;
  const serving = createServing({
    roles,
    log,
    onBroken: config.SLUICE_ON_BROKEN,
    store: options.inspections,
  });
  const instance = crypto.randomUUID();
  const audit = createAudit({ clickHouse, instance, log });
  const budgets = createBudgets({
    store: createBudgetStore(clickHouse, instance),
    instance,
    clock,
    log,
    defaults: {
      daily: config.BUDGET_DAILY_QUERIES,
      monthly: config.BUDGET_MONTHLY_QUERIES,
      dailyBytes: config.BUDGET_DAILY_BYTES ?? null,
      perSecond: config.BUDGET_REQUESTS_PER_SECOND,
    },
  });
  const cache = createCache({ clickHouse, reader, clock, log, maxBytes: config.CACHE_MAX_BYTES });
  const metrics = createMetrics({
    build: { version: denoConfig.version, runtime: `deno ${Deno.version.deno}` },
    process: processStats,
    clock,
  });
  // nothing is served until the server was asked
  const queue = createQueue({ concurrency: 1 });
  const readConcurrency = async () =>
    config.CLICKHOUSE_MAX_CONCURRENCY ?? await defaultConcurrency({ clickHouse, reader, log });
  let isOpen = true;
  const app = createApp({
    config,
    ...roles,
    budgets,
    queue,
    audit,
    cache,
    metrics,
    pendingMigrations: async () =>
      (await listMigrations(clickHouse, config.MIGRATIONS)).filter(({ isApplied }) => !isApplied).length,
    served: serving.served,
    isOpen: () => isOpen,
    clock,
    log,
    docs,
  });
  const server = listen(config, (request) => app.fetch(request));
  budgets.start();
  audit.start();
  cache.start();
  metrics.loopDelay.start();
  const { port } = server.addr as Deno.NetAddr;
  return {
    url: `http://${config.HOST}:${port}`,
    async reload() {
      const loading = readQueryFiles(config.SLUICE_SQL_DIR).then(serving.load);
      const [faults, concurrency] = await Promise.all([loading, readConcurrency()]);
      queue.setConcurrency(concurrency);
      return faults;
    },
    async stop() {
      isOpen = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, drainMs));
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
      cache.stop();
      await Promise.all([budgets.stop(), audit.stop()]);
      metrics.loopDelay.stop();
      stopped.abort();
    },
  };
}

function listen(
  { PORT: port, HOST: hostname }: Pick<Config, "PORT" | "HOST">,
  handler: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer {
  try {
    return Deno.serve({ port, hostname, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new ConfigError(`PORT ${port} is taken: another program listens there`);
  }
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
