import { Hono } from "hono";
import type { AppEnv } from "../app.ts";
import { requireScope } from "../auth/scope.ts";
import { type ClickHouse, run } from "../clickhouse/client.ts";
import { checked } from "../http/checked.ts";
import { onlyMethods } from "../http/only_methods.ts";
import type { Cache } from "./cache.ts";
import { purgeParameters } from "./purge.ts";

const timeoutMs = 5_000;

/** What these routes use. */
export interface CacheRoutesDeps {
  cache: Cache;
  clickHouse: ClickHouse;
}

/** `DELETE /`: forgets cached answers, by query, tenant and table, on every gateway. */
export function cacheRoutes({ cache, clickHouse }: CacheRoutesDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .use(requireScope("admin"))
    .delete("/", async (c) => {
      const purge = checked(purgeParameters, c.req.query());
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
      });
      return c.json({ data: { id, ...purge, forgotten } });
    })
    .all("/", onlyMethods("DELETE"));
}
