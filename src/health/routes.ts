import { Hono } from "hono";
import type { AppDeps, AppEnv } from "../app.ts";
import { hitRate } from "../cache/stats.ts";
import { run } from "../clickhouse/client.ts";

const readyTimeoutMs = 1_500;

/** `GET /live`: the process runs. `GET /cache`: what the result cache holds and did. `GET /ready`: it can answer queries (200) or says why it cannot (503). */
export function healthRoutes(deps: AppDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/live", (c) => c.json({ status: "ok" }))
    .get("/cache", (c) => {
      const { byQuery, ...all } = deps.cache.stats();
      const queries = Object.entries(byQuery).map(([query, counts]) => ({
        query,
        ...counts,
        hitRate: hitRate(counts),
      }));
      c.header("cache-control", "no-store");
      return c.json({ ...all, hitRate: hitRate(all), queries });
    })
    .get("/ready", async (c) => {
      const reason = await notReady(deps);
      c.header("cache-control", "no-store");
      if (!reason) return c.json({ status: "ok" });
      c.header("retry-after", "1");
      return c.json({ status: "unavailable", reason }, 503);
    });
}

async function notReady(deps: AppDeps): Promise<string | undefined> {
  if (!deps.isOpen()) return "The gateway is stopping";
  try {
    deps.served();
    await run(deps.reader, { sql: "SELECT 1", signal: AbortSignal.timeout(readyTimeoutMs) });
  } catch {
    return "ClickHouse is not reachable, or its tables are not there yet";
  }
}
