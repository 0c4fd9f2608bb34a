import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Audit } from "./observe/audit/audit.ts";
import type { AuditNote } from "./http/facts.ts";
import { auditRequests } from "./observe/audit/requests.ts";
import type { Budgets } from "./limits/budget/budgets.ts";
import { limitBurst, rateLimitFields } from "./limits/budget/enforce.ts";
import { budgetRoutes } from "./limits/budget/routes.ts";
import type { Cache } from "./cache/cache.ts";
import { createRepeats } from "./cache/repeats.ts";
import { cacheRoutes } from "./cache/routes.ts";
import { createAuth } from "./auth/auth.ts";
import { authenticate } from "./auth/authenticate.ts";
import type { Credential } from "./auth/credential.ts";
import type { TokenConfig } from "./auth/jwt.ts";
import { keyRoutes } from "./auth/keys/routes.ts";
import { streamTokenRoutes } from "./auth/stream_routes.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { Query } from "./catalog/query.ts";
import { queryRoutes } from "./api/endpoints/read.ts";
import type { ClickHouse } from "./clickhouse/client.ts";
import type { Config } from "./base/config.ts";
import { type DocsAssets, docsRoutes } from "./api/docs/routes.ts";
import { createProbe } from "./observe/health/probe.ts";
import { healthRoutes } from "./observe/health/routes.ts";
import { allowOrigins } from "./http/allow_origins.ts";
import { checkCoding } from "./http/content_coding.ts";
import { type Log, logRequests } from "./http/log_requests.ts";
import { onError } from "./http/on_error.ts";
import { checkPreconditions } from "./http/preconditions.ts";
import { withoutLength } from "./http/without_length.ts";
import { requestId } from "./http/request_id.ts";
import { checkTarget, pathOf } from "./http/target.ts";
import { nameSpan } from "./http/trace.ts";
import { eventRoutes } from "./ingest/routes.ts";
import { syncRoutes } from "./ingest/sync/routes.ts";
import type { Metrics } from "./observe/metrics/metrics.ts";
import { metricsRoutes } from "./observe/metrics/routes.ts";
import { Problem } from "./base/problem.ts";
import type { LimitsConfig } from "./query/limits.ts";
import type { Queue } from "./limits/queue/queue.ts";

/** What is served at the moment: it changes when query files do. */
export interface Served {
  catalog: Catalog;
  /** Streams that take events. */
  streams: string[];
  /** Query files that are wrong, whether or not a former version of them is served. */
  broken: string[];
}

/** Everything the gateway uses; it reads nothing else of the world. */
export interface AppDeps {
  config:
    & TokenConfig
    & LimitsConfig
    & Pick<
      Config,
      "ALLOWED_ORIGINS" | "MAX_LINE_BYTES" | "MAX_UNPACKED_BYTES" | "METRICS_TOKEN" | "TELL_COSTS"
    >;
  /** Keeps the gateway's own state. */
  clickHouse: ClickHouse;
  /** Runs the named queries that see one tenant's rows. */
  reader: ClickHouse;
  /** Runs the named queries that see the rows of several tenants. */
  comparer: ClickHouse;
  /** Runs the named queries that see all rows. */
  operator: ClickHouse;
  /** Runs the writing endpoints. */
  writer: ClickHouse;
  /** Inserts into landing tables. */
  ingester: ClickHouse;
  /** Runs the views that read other databases. */
  syncer: ClickHouse;
  budgets: Budgets;
  /** Where named queries wait for their turn. */
  queue: Queue;
  audit: Audit;
  cache: Cache;
  metrics: Metrics;
  /** How many migrations the database lacks; nobody asks where that is not known. */
  pendingMigrations?: () => Promise<number>;
  /** What is served; throws a Problem while nothing is, since ClickHouse was not reached yet. */
  served: () => Served;
  /** Whether the gateway takes requests: false while it stops. */
  isOpen: () => boolean;
  clock: () => Date;
  log: Log;
  docs: DocsAssets;
}

/** What middleware leaves for those after it. */
export interface AppEnv {
  Variables: {
    requestId: string;
    correlationId: string | undefined;
    credential: Credential;
    /** The query that the address names. */
    query: Query | undefined;
    /** What the audit has to know of the answer. */
    audit: AuditNote;
  };
}

/** What matters for answers that are data, and for the pages of the API reference; no fields for browsers of the past. */
const securityFields = {
  crossOriginResourcePolicy: "cross-origin",
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

/** The gateway: every route and middleware, in the order a request meets them. */
export function createApp(deps: AppDeps): { fetch(request: Request): Response | Promise<Response> } {
  const { config, log } = deps;
  const app = new Hono<AppEnv>({ getPath: pathOf });
  app.onError(onError(log));
  app.notFound(() => {
    throw new Problem("not-found", { detail: "There is no such path; /docs lists what there is" });
  });

  app.use(requestId());
  app.use(nameSpan());
  app.use(logRequests(log));
  app.use(secureHeaders(securityFields));
  app.use(allowOrigins(config.ALLOWED_ORIGINS.split(",").map((origin) => origin.trim()).filter(Boolean)));
  app.use(checkTarget());

  const auth = createAuth(deps);
  const repeats = createRepeats(deps, auth.tokens);
  const probe = createProbe(deps.reader);
  app.route("/health", healthRoutes(deps, auth, probe));
  app.route("/metrics", metricsRoutes(deps, probe));
  app.route("/", docsRoutes(deps));

  app.use("/v1/*", auditRequests(deps));
  app.use("/v1/*", authenticate(auth));
  app.use("/v1/*", rateLimitFields(deps));
  app.use("/v1/*", checkCoding());
  app.use("/v1/*", checkPreconditions());
  app.route("/v1/events", eventRoutes(deps));
  app.use("/v1/*", limitBurst(deps));
  app.route("/v1/admin/keys", keyRoutes(auth));
  app.route("/v1/admin/cache", cacheRoutes(deps));
  app.route("/v1/stream", streamTokenRoutes(auth));
  app.route("/v1", budgetRoutes(deps));
  app.route("/v1", syncRoutes(deps));
  app.route("/v1", queryRoutes({ ...deps, repeats }));

  async function answerWhole(request: Request): Promise<Response> {
    const response = await app.fetch(request);
    repeats.learn(request, response);
    return request.method === "HEAD" ? withoutLength(response) : response;
  }
  // most requests of a dashboard are like one before: they do not walk all of the above again
  return { fetch: (request) => repeats.answer(request) ?? answerWhole(request) };
}
