// A gateway put together from its parts, on any platform that has the Web's APIs.

import { type AppDeps, createApp } from "./app.ts";
import { createAuth } from "./auth/auth.ts";
import type { TokenConfig } from "./auth/jwt.ts";
import type { Config } from "./base/config.ts";
import type { Log } from "./base/log.ts";
import { type Cache, createCache } from "./cache/cache.ts";
import { type CdnOptions, createCdn } from "./cache/cdn.ts";
import { createEventIds } from "./stream/event_id.ts";
import { createLogSource } from "./stream/log_source.ts";
import { createStreams, type Streams } from "./stream/streams.ts";
import { createStreamingTenants } from "./stream/tenants.ts";
import type { MemoryStore } from "./catalog/inspection_memory.ts";
import type { PreparedCatalog } from "./catalog/prepared.ts";
import type { QueryFile } from "./catalog/query.ts";
import type { QueryFileError } from "./catalog/query_file_error.ts";
import { createServing } from "./catalog/serving.ts";
import { type Ping, withCircuitBreaker } from "./clickhouse/circuit_breaker.ts";
import type { ClickHouse } from "./clickhouse/client.ts";
import { mapRoles, type Roles } from "./clickhouse/roles.ts";
import type { Nats, NatsOptions } from "./ingest/brokers/nats.ts";
import { type Budgets, createBudgets } from "./limits/budget/budgets.ts";
import { createBudgetStore } from "./limits/budget/store.ts";
import { defaultConcurrency } from "./limits/queue/default_concurrency.ts";
import { createQueue, type Queue, type QueueOptions } from "./limits/queue/queue.ts";
import { type Audit, type AuditOptions, createAudit } from "./observe/audit/audit.ts";
import { createMetrics, type MetricsOptions } from "./observe/metrics/metrics.ts";
import { createQuality } from "./quality/runner.ts";
import { createQualityWatch } from "./quality/watch.ts";

/** What a gateway uses of the world. */
export interface GatewayDeps
  extends
    Pick<AppDeps, "docs" | "pendingMigrations" | "upgrade" | "whileStarting" | "zlib">,
    Pick<MetricsOptions, "build" | "process"> {
  config:
    & AppDeps["config"]
    & TokenConfig
    & Pick<
      Config,
      | "CACHE_MAX_BYTES"
      | "CDN_PURGE_URL"
      | "CDN_PURGE_TOKEN"
      | "CDN_PURGE_STYLE"
      | "CDN_MAX_SECONDS"
      | "CLICKHOUSE_MAX_CONCURRENCY"
      | "BUDGET_DAILY_QUERIES"
      | "BUDGET_MONTHLY_QUERIES"
      | "BUDGET_DAILY_BYTES"
      | "BUDGET_REQUESTS_PER_SECOND"
      | "SLUICE_ON_BROKEN"
      | "QUALITY_CHECKS"
      | "CLICKHOUSE_PASSWORD"
      | "STREAMING_ENABLED"
      | "STREAM_MAX_CONNECTIONS"
      | "STREAM_MAX_CONNECTIONS_PER_TENANT"
      | "STREAM_HEARTBEAT_SECONDS"
      | "STREAM_IDLE_SECONDS"
      | "STREAM_MAX_SECONDS"
      | "NATS_STREAM"
      | "NATS_SUBJECTS"
      | "NATS_TENANT_HEADER"
      | "NATS_TENANT_FIELD"
    >;
  roles: Roles;
  /** Asks whether ClickHouse is there, when it has not answered for long; without it, each request waits for itself. */
  ping?: Ping;
  /** Makes NATS the second source of live updates; a host without it has none of its code. */
  createNats?: (options: Omit<NatsOptions, "connect">) => Nats;
  log: Log;
  /** Keeps what the engine says of the query files, for the next start. */
  inspections?: MemoryStore;
  clock?: () => Date;
  /** Milliseconds of a clock that nobody sets. */
  monotonic?: () => number;
  queue?: Omit<QueueOptions, "concurrency">;
  audit?: Pick<AuditOptions, "maxRows" | "flushRows">;
  cdn?: Pick<CdnOptions, "intervalMs" | "maxPauseMs" | "againMs">;
}

/** Everything between a request and ClickHouse, on any platform that has the Web's APIs. */
export interface Gateway {
  /** Answers a request; queries from `load` on. */
  fetch(request: Request): Response | Promise<Response>;
  /** Takes these query files in place of the former, perhaps as they were prepared, unless `check` rejects; returns the faults. */
  load(
    files: QueryFile[],
    prepared?: PreparedCatalog,
    check?: () => Promise<void>,
  ): Promise<QueryFileError[]>;
  /** Begins to write what is counted and to look for what has changed. */
  start(): void;
  /** From now on it says that it is not ready; it still answers. */
  close(): void;
  /** Ends what `start` began and writes what is counted; after the last request. */
  stop(): Promise<void>;
  audit: Audit;
  budgets: Budgets;
  cache: Cache;
  queue: Queue;
  streams: Streams;
  nats?: Nats;
}

/** Puts a gateway together; it does nothing by itself until `start`. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { config, log, ping, clock = () => new Date(), monotonic } = deps;
  if (config.AUTH_JWKS_URL && !config.AUTH_AUDIENCE) {
    const message = "Without AUTH_AUDIENCE, tokens that the keys' owner signed for other services are taken";
    log({ level: "warn", message });
  }
  const stopped = new AbortController();
  const guard = (client: ClickHouse) =>
    ping ? withCircuitBreaker(client, { ping, log, signal: stopped.signal }) : client;
  const roles = mapRoles(deps.roles, guard);
  const { clickHouse, reader } = roles;
  const serving = createServing({
    roles,
    log,
    onBroken: config.SLUICE_ON_BROKEN,
    store: deps.inspections,
  });
  const instance = crypto.randomUUID();
  const audit = createAudit({ clickHouse, instance, log, ...deps.audit });
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
    monotonic,
  });
  const secret = config.AUTH_JWT_SECRET || config.CLICKHOUSE_PASSWORD || undefined;
  const cdn = config.CDN_PURGE_URL === undefined ? undefined : createCdn({
    url: config.CDN_PURGE_URL,
    token: config.CDN_PURGE_TOKEN,
    style: config.CDN_PURGE_STYLE,
    maxSeconds: config.CDN_MAX_SECONDS,
    secret,
    log,
    monotonic: monotonic ?? (() => performance.now()),
    ...deps.cdn,
  });
  const maxBytes = config.CACHE_MAX_BYTES;
  const cache = createCache({ clickHouse, reader, clock, log, maxBytes, monotonic, cdn });
  const metrics = createMetrics({ build: deps.build, process: deps.process, clock });
  // 1 until `load` has asked the server for its limits
  const queue = createQueue({ ...deps.queue, concurrency: config.CLICKHOUSE_MAX_CONCURRENCY ?? 1 });
  const streamingTenants = createStreamingTenants(clickHouse, config.STREAMING_ENABLED);
  const eventIds = createEventIds(secret);
  const auth = createAuth({ config, clickHouse, clock, log });
  const nats = deps.createNats?.({
    stream: config.NATS_STREAM,
    subjects: config.NATS_SUBJECTS,
    tenantHeader: config.NATS_TENANT_HEADER,
    tenantField: config.NATS_TENANT_FIELD,
    clickHouse,
    log,
  });
  const streams = createStreams({
    sources: [createLogSource({ clickHouse, clock }), ...nats ? [nats.source] : []],
    ids: eventIds,
    tenants: streamingTenants,
    verifyKey: auth.keys.verifyMaker,
    limits: {
      maxStreams: config.STREAM_MAX_CONNECTIONS,
      maxStreamsPerTenant: config.STREAM_MAX_CONNECTIONS_PER_TENANT,
      heartbeatMs: config.STREAM_HEARTBEAT_SECONDS * 1_000,
      idleMs: config.STREAM_IDLE_SECONDS * 1_000,
      maxAgeMs: config.STREAM_MAX_SECONDS * 1_000,
    },
    clock,
    log,
  });
  const quality = createQuality({
    operator: roles.operator,
    reader,
    clickHouse,
    instance,
    clock,
    log,
  });
  const watch = config.QUALITY_CHECKS === "run"
    ? createQualityWatch({ quality, checks: serving.served, log })
    : undefined;
  let isOpen = true;
  const app = createApp({
    ...roles,
    config,
    budgets,
    queue,
    audit,
    cache,
    metrics,
    pendingMigrations: deps.pendingMigrations,
    whileStarting: deps.whileStarting,
    served: serving.served,
    auth,
    isStarting: serving.isStarting,
    isOpen: () => isOpen,
    clock,
    log,
    docs: deps.docs,
    streams,
    streamingTenants,
    eventIds,
    upgrade: deps.upgrade,
    zlib: deps.zlib,
  });

  return {
    fetch: app.fetch,

    async load(files, prepared, check) {
      const [faults, concurrency] = await Promise.all([
        serving.load(files, prepared, check),
        config.CLICKHOUSE_MAX_CONCURRENCY ?? defaultConcurrency({ clickHouse, reader, log }),
      ]);
      queue.setConcurrency(concurrency);
      watch?.wake();
      // what was answered before may have come from other query files, or from tables that changed while nobody looked
      cdn?.purgeAll();
      return faults;
    },

    start() {
      budgets.start();
      audit.start();
      cache.start();
      metrics.loopDelay.start();
      streams.start();
      nats?.start();
      watch?.start();
    },

    close() {
      isOpen = false;
      streams.close();
    },

    async stop() {
      cache.stop();
      streams.stop();
      await Promise.all([budgets.stop(), audit.stop(), nats?.stop(), watch?.stop(), cdn?.stop()]);
      metrics.loopDelay.stop();
      stopped.abort();
    },

    audit,
    budgets,
    cache,
    queue,
    streams,
    nats,
  };
}
