import { Hono } from "hono";
import type { AuthEnv } from "../auth/credential.ts";
import type { Served } from "../catalog/serving.ts";
import { requireScope } from "../auth/scope.ts";
import { type ClickHouse, run } from "../clickhouse/client.ts";
import { ClickHouseError, problemOf } from "../clickhouse/exception.ts";
import { onlyMethods } from "../http/only_methods.ts";
import { Problem } from "../base/problem.ts";
import type { Cache } from "./cache.ts";
import { readPurge } from "./purge_request.ts";

const timeoutMs = 5_000;

/** What these routes use. */
export interface CacheRoutesDeps {
  cache: Cache;
  clickHouse: ClickHouse;
  served: () => Served;
}

/** `DELETE /`: forgets cached answers, by query, tenant and table, on every gateway. */
export function cacheRoutes({ cache, clickHouse, served }: CacheRoutesDeps): Hono<AuthEnv> {
  return new Hono<AuthEnv>()
    .use(requireScope("admin"))
    .delete("/", async (c) => {
      const purge = await readPurge(c.req.raw, served().catalog);
      const id = crypto.randomUUID();
      // here at once, also when the others cannot be told
      const forgotten = cache.purge(id, purge);
      const row = {
        id,
        query: purge.query,
        tenant_id: purge.tenantId,
        table_name: purge.table,
        purged_by: c.var.credential.subject,
      };
      await run(clickHouse, {
        sql: "INSERT INTO cache_purges (id, query, tenant_id, table_name, purged_by) FORMAT JSONEachRow",
        body: new TextEncoder().encode(JSON.stringify(row)),
        settings: { async_insert: 0 },
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((error) => {
        throw untold(error);
      });
      return c.json({ data: { id, ...purge, forgotten } });
    })
    .all("/", onlyMethods("DELETE"));
}

/** What the caller learns when the other gateways could not be told. */
function untold(error: unknown): Problem {
  const { type, details } = error instanceof ClickHouseError
    ? problemOf(error)
    : new Problem("unavailable", { retryAfterSeconds: 1 });
  const detail =
    "This gateway has forgotten the answers, but the others could not be told: send the request again";
  return new Problem(type, { ...details, detail }, error);
}
