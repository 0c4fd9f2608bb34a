import type { NatsConnection } from "@nats-io/nats-core";
import { createGateway as createPortableGateway, type GatewayDeps } from "../src/gateway.ts";
import { createRoles, mapRoles } from "../src/clickhouse/roles.ts";
import type { Audit } from "../src/observe/audit/audit.ts";
import { signToken } from "../src/auth/token.ts";
import type { Budgets } from "../src/limits/budget/budgets.ts";
import type { Cache } from "../src/cache/cache.ts";
import type { Limits } from "../src/limits/budget/limits.ts";
import type { OnBroken } from "../src/catalog/serving.ts";
import type { Catalog } from "../src/catalog/catalog.ts";
import { type PreparedCatalog, reviveCatalog } from "../src/catalog/prepared.ts";
import type { MemoryStore } from "../src/catalog/inspection_memory.ts";
import type { QueryFile } from "../src/catalog/query.ts";
import type { ClickHouse, ClickHouseOptions, Statement } from "../src/clickhouse/client.ts";
import type { Reply } from "../src/clickhouse/transport.ts";
import { natsOver } from "../src/hosts/deno/connect_nats.ts";
import { docsAssets } from "../src/hosts/deno/docs_assets.ts";
import { processStats } from "../src/hosts/deno/process_stats.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createTcpFetch } from "../src/hosts/deno/tcp_fetch.ts";
import type { Nats } from "../src/ingest/brokers/nats.ts";
import { upgradeSocket } from "../src/hosts/deno/upgrade_socket.ts";
import { zlib } from "../src/hosts/deno/zlib.ts";
import { keptInspections } from "../src/tools/kept_inspections.ts";
import type { Streams } from "../src/stream/streams.ts";
import type { LogEntry } from "../src/base/log.ts";
import type { Queue, QueueOptions } from "../src/limits/queue/queue.ts";

/** The engine that `tests/run.ts` started. */
export function engineOptions(): ClickHouseOptions {
  return {
    url: setting("SLUICE_TEST_CLICKHOUSE_URL"),
    user: setting("SLUICE_TEST_CLICKHOUSE_USER"),
    password: setting("SLUICE_TEST_CLICKHOUSE_PASSWORD"),
    database: "sluice",
  };
}

function setting(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined) throw new Error(`${name} is not set: run the tests with \`deno task test\``);
  return value;
}

/** Secret of the tests' tokens. */
export const secret = "a secret of the tests, long enough to be one";

/** Which tokens the test gateway takes. */
export const tokenConfig = {
  AUTH_JWT_SECRET: secret,
  AUTH_CLOCK_TOLERANCE_SECONDS: 5,
  AUTH_TENANT_CLAIM: "tenant_id",
};

/** Limits of the test gateway, small enough to meet. */
export const limits = {
  MAX_LINE_BYTES: 1_048_576,
  MAX_UNPACKED_BYTES: 20_000_000,
  MAX_QUERY_SECONDS: 20,
  MAX_QUERY_MEMORY_BYTES: 2_000_000_000,
  MAX_QUERY_ROWS: 0,
  MAX_QUERY_BYTES: 0,
  MAX_RESULT_BYTES: 33_554_432,
};

/** Stands between the gateway and ClickHouse: sees each statement, and may ask, fail or change what comes back. */
export type Through = (statement: Statement, ask: ClickHouse) => Promise<Reply>;

/** What a test may replace. */
export interface TestOptions {
  through?: Through;
  /** Another engine than that of all tests. */
  target?: ClickHouseOptions;
  writer?: ClickHouse;
  files?: QueryFile[];
  now?: () => Date;
  /** Settings in place of the tests' own. */
  config?: Partial<GatewayDeps["config"]>;
  /** Budgets of a tenant for which no admin decided anything. */
  budgets?: Partial<Limits>;
  /** Bytes of the result cache; by default there is none, so that each request is computed. */
  cacheBytes?: number;
  onBroken?: OnBroken;
  /** Begins also when a file is wrong. */
  takesFaults?: boolean;
  /** How many queries run and wait. */
  queue?: Partial<QueueOptions>;
  pendingMigrations?: GatewayDeps["pendingMigrations"];
  docs?: GatewayDeps["docs"];
  connectNats?: () => Promise<NatsConnection>;
  /** Undefined for a host without WebSockets. */
  upgrade?: GatewayDeps["upgrade"];
  /** Rows of the audit that wait at most. */
  maxAuditRows?: number;
  /** Waiting rows of the audit that are written at once. */
  auditFlushRows?: number;
  /** After so long a purge of a CDN is sent once more. */
  purgeAgainMs?: number;
}

/** A gateway in this process; requests go to it without a socket. */
export interface TestGateway {
  /** Sends a request with a token of the tenant, or with none when that is undefined. */
  fetch(path: string, tenantId?: string, init?: RequestInit): Promise<Response>;
  /** The JSON answer of a query; parameters that are lists are repeated. */
  query(
    name: string,
    tenantId: string,
    parameters?: Record<string, unknown>,
    scope?: string,
  ): Promise<Answer>;
  /** Sends parameters as JSON, or no body; the answer's body is null when it has none. */
  call(
    method: string,
    path: string,
    tenantId: string,
    parameters?: Record<string, unknown>,
    scope?: string,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Posts events as NDJSON and returns the answer. */
  send(stream: string, tenantId: string, events: unknown[]): Promise<Answer>;
  /** The gateway as a server takes it. */
  handle(request: Request): Response | Promise<Response>;
  log: LogEntry[];
  /** They are written when a test says so: no timer runs. */
  budgets: Budgets;
  audit: Audit;
  cache: Cache;
  queue: Queue;
  streams: Streams;
  nats?: Nats;
  /** From now on it is not ready, and its streams end. */
  close(): void;
  /** Ends what it does in the background. */
  stop(): Promise<void>;
  /** Lets time pass that no clock of the wall shows. */
  pass(ms: number): void;
  /** Stops the clock at an instant, or lets it go on. */
  setNow(now: Date | undefined): void;
  load(files: QueryFile[]): Promise<string[]>;
}

/** Status and parsed body. */
export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test knows what it asked for
  body: any;
}

/** A query file of the test's own: `frontMatter` holds the lines after the summary. */
export function queryFile(name: string, frontMatter: string, sql: string): QueryFile {
  return { path: `sql/${name}.sql`, text: `/*---\nsummary: Of a test\n${frontMatter}\n---*/\n${sql}\n` };
}

let catalog: Promise<[QueryFile[], PreparedCatalog | undefined]> | undefined;

/** The repository's queries, as the engine has inspected them for `tests/run.ts`; it says of those that are wrong itself what is. */
function repositoryCatalog(): NonNullable<typeof catalog> {
  return catalog ??= Promise.all([
    readQueryFiles(),
    Deno.readTextFile(setting("SLUICE_TEST_CATALOG")).then((text) => JSON.parse(text) ?? undefined),
  ]);
}

/** The repository's queries, as any engine would inspect them. */
export async function inspectedCatalog(): Promise<Catalog> {
  const [files, prepared] = await repositoryCatalog();
  if (!prepared) throw new Error("A query file is wrong: `deno task check-sql` tells");
  return reviveCatalog(prepared, files);
}

/** What the engine says of the repository's queries, which `tests/run.ts` has asked once for all. */
const knownInspections: MemoryStore = { ...keptInspections(), write: () => Promise.resolve() };

let counter = 0;

/** A tenant that no other test has. */
export function newTenant(name = "tenant"): string {
  return `${name}-${Deno.pid}-${++counter}-${crypto.randomUUID().slice(0, 8)}`;
}

/** A gateway over the tests' engine, with the repository's queries unless others are given. Throws their faults. */
export async function createGateway(options: TestOptions = {}): Promise<TestGateway> {
  const { through } = options;
  const roles = mapRoles(
    createRoles(options.target ?? engineOptions(), createTcpFetch()),
    (ask): ClickHouse => through ? async (statement) => await through(statement, ask) : ask,
  );
  const log: LogEntry[] = [];
  let now: Date | undefined;
  const clock = () => now ?? options.now?.() ?? new Date();
  let passedMs = 0;
  const gateway = createPortableGateway({
    config: {
      ...tokenConfig,
      ALLOWED_ORIGINS: "https://app.example.com",
      TELL_COSTS: "coarse",
      ...limits,
      CACHE_MAX_BYTES: options.cacheBytes ?? 0,
      CLICKHOUSE_MAX_CONCURRENCY: options.queue?.concurrency ?? 64,
      BUDGET_DAILY_QUERIES: options.budgets?.daily ?? 10_000,
      BUDGET_MONTHLY_QUERIES: options.budgets?.monthly ?? 200_000,
      BUDGET_DAILY_BYTES: options.budgets?.dailyBytes ?? undefined,
      BUDGET_REQUESTS_PER_SECOND: options.budgets?.perSecond ?? 100_000,
      CLICKHOUSE_PASSWORD: "",
      CDN_PURGE_STYLE: "cloudflare",
      CDN_MAX_SECONDS: 300,
      STREAMING_ENABLED: "all",
      STREAM_MAX_CONNECTIONS: 10_000,
      STREAM_MAX_CONNECTIONS_PER_TENANT: 1_000,
      STREAM_HEARTBEAT_SECONDS: 30,
      STREAM_IDLE_SECONDS: 900,
      STREAM_MAX_SECONDS: 14_400,
      NATS_STREAM: "sluice_live",
      NATS_SUBJECTS: ["metrics.>", "journey.>", "q2q.>"],
      NATS_TENANT_HEADER: "Sluice-Tenant",
      NATS_TENANT_FIELD: "companyId",
      SLUICE_ON_BROKEN: options.onBroken ?? "keep",
      QUALITY_CHECKS: "off",
      ...options.config,
    },
    roles: { ...roles, ...(options.writer && { writer: options.writer }) },
    log: (entry) => void log.push(entry),
    clock,
    monotonic: () => performance.now() + passedMs,
    docs: options.docs ?? docsAssets(),
    build: { version: "1.2.3", runtime: "the tests" },
    process: processStats,
    pendingMigrations: options.pendingMigrations,
    createNats: options.connectNats && natsOver(options.connectNats),
    upgrade: "upgrade" in options ? options.upgrade : upgradeSocket,
    zlib,
    queue: options.queue,
    inspections: knownInspections,
    audit: { maxRows: options.maxAuditRows, flushRows: options.auditFlushRows },
    // failed purges come again soon
    cdn: { intervalMs: 1, maxPauseMs: 50, againMs: options.purgeAgainMs },
  });
  const load = async (files: QueryFile[], prepared?: PreparedCatalog) =>
    (await gateway.load(files, prepared)).map((fault) => fault.render());
  const faults = await (options.files ? load(options.files) : load(...await repositoryCatalog()));
  if (faults.length && !options.takesFaults) throw new Error(faults.join("\n"));

  const request: TestGateway["fetch"] = async (path, tenantId, init = {}) => {
    const headers = new Headers(init.headers);
    if (tenantId !== undefined) headers.set("authorization", `Bearer ${await tokenOf(tenantId)}`);
    return await gateway.fetch(new Request(`http://gateway${path}`, { ...init, headers }));
  };
  return {
    fetch: request,
    query: async (name, tenantId, parameters = {}, scope = "query") => {
      const headers = { authorization: `Bearer ${await tokenOf(tenantId, scope)}` };
      return await read(await request(`/v1/${name}?${searchOf(parameters)}`, undefined, { headers }));
    },
    call: async (method, path, tenantId, parameters, scope = "query cohorts:write", more = {}) => {
      const headers = {
        authorization: `Bearer ${await tokenOf(tenantId, scope)}`,
        ...(parameters && { "content-type": "application/json" }),
        ...more,
      };
      const body = parameters && JSON.stringify(parameters);
      const response = await request(`/v1/${path}`, undefined, { method, headers, body });
      if (response.status !== 204) return await read(response);
      return { status: 204, headers: response.headers, body: null };
    },
    send: async (stream, tenantId, events) =>
      await read(
        await request(`/v1/events/${stream}`, tenantId, {
          method: "POST",
          headers: { "content-type": "application/x-ndjson" },
          body: events.map((event) => JSON.stringify(event)).join("\n"),
        }),
      ),
    handle: (request) => gateway.fetch(request),
    log,
    budgets: gateway.budgets,
    audit: gateway.audit,
    cache: gateway.cache,
    queue: gateway.queue,
    streams: gateway.streams,
    nats: gateway.nats,
    close: () => gateway.close(),
    stop: () => gateway.stop(),
    pass: (ms) => void (passedMs += ms),
    setNow: (instant) => now = instant,
    load,
  };
}

/** Serves a gateway on a socket, at a port that is free unless one is given. */
export function listen(
  gateway: Pick<TestGateway, "handle">,
  port = 0,
): { url: string; stop(): Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, gateway.handle);
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

const tokens = new Map<string, string>();

/** A token of the tenant, good for as long as any test's clock shows. */
export async function tokenOf(tenantId: string, scope = "query ingest"): Promise<string> {
  const name = JSON.stringify([tenantId, scope]);
  const known = tokens.get(name);
  if (known) return known;
  const token = await signToken(secret, { tenantId, scope, expires: "100y" });
  tokens.set(name, token);
  return token;
}

function searchOf(parameters: Record<string, unknown>): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return search;
}

/** Reads an answer whose body is JSON. */
export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return { status: response.status, headers: response.headers, body: JSON.parse(text) };
  } catch {
    throw new Error(`The answer (status ${response.status}) is not JSON: ${text.slice(0, 500)}`);
  }
}
