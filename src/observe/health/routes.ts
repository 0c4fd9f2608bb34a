import { type Context, Hono } from "hono";
import type { Cache } from "../../cache/cache.ts";
import { hitRate } from "../../cache/stats.ts";
import type { Served } from "../../catalog/serving.ts";
import type { Auth } from "../../auth/auth.ts";
import { type ClickHouse, run } from "../../clickhouse/client.ts";
import type { HttpEnv } from "../../http/facts.ts";
import {
  checkDependencies,
  type Dependencies,
  type DependenciesOptions,
  type Status,
  worstOf,
} from "./dependencies.ts";
import { onlyMethods } from "../../http/only_methods.ts";
import { memoized } from "../../base/async/memoized.ts";
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

/**
 * `GET /live`: the process runs. `GET /ready`: it can answer queries (200) or says why it cannot (503).
 * `GET /cache`: what the result cache holds and did. `GET /`: how all is, in a word for each part. `GET /dependencies`: the same with what is known of each.
 */
export function healthRoutes(
  deps: HealthDeps,
  { tokens }: Pick<Auth, "tokens">,
  probe: Probe,
): Hono<HttpEnv> {
  const pendingMigrations = deps.pendingMigrations && memoized(deps.pendingMigrations, migrationsFreshMs);
  const check = () => checkDependencies({ ...deps, tokens, probe, pendingMigrations });
  return new Hono<HttpEnv>()
    .get("/live", (c) => c.json({ status: "ok" }))
    .get("/cache", (c) => {
      const all = deps.cache.stats();
      const queries = deps.cache.queries().map((query) => ({ ...query, hitRate: hitRate(query) }));
      c.header("cache-control", "no-store");
      return c.json({ ...all, hitRate: hitRate(all), queries });
    })
    .get("/ready", async (c) => {
      const reason = await notReady(deps);
      c.header("cache-control", "no-store");
      if (!reason) return c.json({ status: "ok" });
      c.header("retry-after", "1");
      return c.json({ status: "unavailable", reason }, 503);
    })
    .get("/", async (c) => {
      const dependencies = await check();
      const checks = Object.fromEntries(
        Object.entries(dependencies).map(([name, { status }]) => [name, status]),
      );
      return answer(c, statusOf(deps, dependencies), { ...checks, catalog: catalogOf(deps).status });
    })
    .get("/dependencies", async (c) => {
      const dependencies = await check();
      return answer(c, statusOf(deps, dependencies), { ...dependencies, catalog: catalogOf(deps) });
    })
    .on("ALL", ["/", "/live", "/ready", "/cache", "/dependencies"], onlyMethods("GET, HEAD"));
}

function answer(c: Context<HttpEnv>, status: Status, dependencies: object): Response {
  c.header("cache-control", "no-store");
  return c.json({ status, dependencies }, status === "unavailable" ? 503 : 200);
}

function statusOf(deps: HealthDeps, dependencies: Dependencies): Status {
  const catalog = catalogOf(deps);
  if (!deps.isOpen() || catalog.status === "unavailable") return "unavailable";
  const worst = worstOf(dependencies);
  return worst === "ok" ? catalog.status : worst;
}

/** How the query files are; a broken one leaves its last good version, which may be what was to be mended. */
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
