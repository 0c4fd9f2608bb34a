import { z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import type { Auth } from "../../auth/auth.ts";
import { memoized } from "../../base/async/memoized.ts";
import type { Cache } from "../../cache/cache.ts";
import { hitRate } from "../../cache/stats.ts";
import type { Served } from "../../catalog/serving.ts";
import { type ClickHouse, run } from "../../clickhouse/client.ts";
import { createRoute } from "../../http/create_route.ts";
import { jsonAnswer } from "../../http/answers.ts";
import type { HttpEnv } from "../../http/facts.ts";
import { serve } from "../../http/serve.ts";
import {
  checkDependencies,
  type Dependencies,
  type DependenciesOptions,
  dependenciesSchema,
  type Status,
  statusSchema,
  worstOf,
} from "./checks.ts";
import type { Probe } from "./probe.ts";

/** What the health routes look at. */
export interface HealthDeps
  extends Pick<DependenciesOptions, "pendingMigrations" | "audit" | "budgets" | "queue"> {
  reader: ClickHouse;
  cache: Pick<Cache, "stats" | "queries">;
  /** What is served; throws a Problem while nothing is, since ClickHouse was not reached yet. */
  served: () => Served;
  /** Whether the gateway takes requests: false while it stops. */
  isOpen: () => boolean;
}

const readyTimeoutMs = 1_500;
const migrationsFreshMs = 10_000;

const catalogSchema = () =>
  z.object({
    status: statusSchema(),
    broken: z.array(z.string()).describe(
      "Query files that are wrong; the last good version of each may go on being served",
    ),
  });

const allDependencies = () =>
  z.object({
    status: statusSchema(),
    dependencies: dependenciesSchema().extend({ catalog: catalogSchema() }),
  });

const summary = () =>
  z.object({ status: statusSchema(), dependencies: z.record(z.string(), statusSchema()) });

const count = () => z.int();
const held = () => ({ entries: count(), bytes: count(), evictions: count() });
const counts = () => ({
  hits: count(),
  misses: count(),
  staleHits: count(),
  sharedRuns: count(),
  bypasses: count(),
  hitRate: z.number().nullable().describe("Share of hits, of what the cache could answer"),
});
const cacheStats = () =>
  z.object({
    ...held(),
    maxBytes: count(),
    tooLarge: count(),
    ...counts(),
    queries: z.array(z.object({ query: z.string(), ...held(), ...counts() })),
  });

const ok = () => z.object({ status: z.enum(["ok"]) });
const shared = { method: "get" as const, tags: ["health"], security: [] };

/** Routes that tell how the gateway is; none needs a credential. */
export const healthRoutes = {
  getHealth: createRoute({
    ...shared,
    path: "/health",
    summary: "How the gateway is, in a word for each part",
    get responses() {
      return {
        200: jsonAnswer("It answers requests; `degraded` tells that a part does not do its work", summary()),
        503: jsonAnswer("It answers none", summary()),
      };
    },
  }),
  getHealthLive: createRoute({
    ...shared,
    path: "/health/live",
    summary: "Whether the process runs",
    get responses() {
      return { 200: jsonAnswer("It does", ok()) };
    },
  }),
  getHealthReady: createRoute({
    ...shared,
    path: "/health/ready",
    summary: "Whether queries can be answered",
    get responses() {
      return {
        200: jsonAnswer("They can", ok()),
        503: jsonAnswer(
          "They cannot, and why",
          z.object({ status: z.enum(["unavailable"]), reason: z.string() }),
        ),
      };
    },
  }),
  getHealthCache: createRoute({
    ...shared,
    path: "/health/cache",
    summary: "What the result cache holds, and did since the gateway started",
    get responses() {
      return { 200: jsonAnswer("Its counts, in all and by query", cacheStats()) };
    },
  }),
  getHealthDependencies: createRoute({
    ...shared,
    path: "/health/dependencies",
    summary: "What the gateway needs, and how each of it is",
    get responses() {
      return {
        200: jsonAnswer("It answers requests", allDependencies()),
        503: jsonAnswer("It answers none", allDependencies()),
      };
    },
  }),
};

/** Looks at everything that a request needs, and tells how it is. */
export function serveHealth(deps: HealthDeps, { tokens }: Pick<Auth, "tokens">, probe: Probe): Hono<HttpEnv> {
  const pendingMigrations = deps.pendingMigrations && memoized(deps.pendingMigrations, migrationsFreshMs);
  const check = () => checkDependencies({ ...deps, tokens, probe, pendingMigrations });
  return serve(healthRoutes, {
    getHealthLive: (c) => c.json({ status: "ok" as const }, 200),
    getHealthCache(c) {
      const all = deps.cache.stats();
      const queries = deps.cache.queries().map((query) => ({ ...query, hitRate: hitRate(query) }));
      c.header("cache-control", "no-store");
      return c.json({ ...all, hitRate: hitRate(all), queries }, 200);
    },
    async getHealthReady(c) {
      const reason = await notReady(deps);
      c.header("cache-control", "no-store");
      if (!reason) return c.json({ status: "ok" as const }, 200);
      c.header("retry-after", "1");
      return c.json({ status: "unavailable" as const, reason }, 503);
    },
    async getHealth(c) {
      const checked = await check();
      const status = statusOf(deps, checked);
      const dependencies = Object.fromEntries(
        Object.entries({ ...checked, catalog: catalogOf(deps) }).map(([name, { status }]) => [name, status]),
      );
      c.header("cache-control", "no-store");
      return c.json({ status, dependencies }, httpStatus(status));
    },
    async getHealthDependencies(c) {
      const checked = await check();
      const status = statusOf(deps, checked);
      c.header("cache-control", "no-store");
      return c.json({ status, dependencies: { ...checked, catalog: catalogOf(deps) } }, httpStatus(status));
    },
  });
}

function httpStatus(status: Status): 200 | 503 {
  return status === "unavailable" ? 503 : 200;
}

function statusOf(deps: HealthDeps, dependencies: Dependencies): Status {
  const catalog = catalogOf(deps);
  if (!deps.isOpen() || catalog.status === "unavailable") return "unavailable";
  const worst = worstOf(dependencies);
  return worst === "ok" ? catalog.status : worst;
}

/** How the query files are: degraded also while the last good version is served, which may have the fault that was to be mended. */
function catalogOf(deps: HealthDeps): { status: Status; broken: string[] } {
  try {
    const { broken } = deps.served();
    return { status: broken.length ? "degraded" : "ok", broken };
  } catch {
    return { status: "unavailable", broken: [] };
  }
}

async function notReady(deps: HealthDeps): Promise<string | undefined> {
  if (!deps.isOpen()) return "The gateway is stopping";
  try {
    deps.served();
    await run(deps.reader, { sql: "SELECT 1", signal: AbortSignal.timeout(readyTimeoutMs) });
  } catch {
    return "ClickHouse is not reachable, or its tables are not there yet";
  }
}
