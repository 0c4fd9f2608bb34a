import { Hono } from "hono";
import type { AuthEnv } from "../../auth/credential.ts";
import { requireScope } from "../../auth/scope.ts";
import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { onlyMethods } from "../../http/only_methods.ts";
import { Problem } from "../../base/problem.ts";
import refreshSql from "./refresh.sql" with { type: "text" };
import sourcesSql from "./sources.sql" with { type: "text" };

/** Both statements are short; a caller does not wait for the run itself. */
const timeoutMs = 10_000;

/** What these routes use. */
export interface SyncDeps {
  clickHouse: ClickHouse;
  /** Runs the views that read other databases. */
  syncer: ClickHouse;
}

/**
 * `POST /admin/sync/{source}`: has the database read a source now, for an admin. The answer comes at once; while a run
 * goes on, another is not begun. `GET /analytics/sync` tells how it ended.
 */
export function syncRoutes({ clickHouse, syncer }: SyncDeps): Hono<AuthEnv> {
  return new Hono<AuthEnv>()
    .use("/admin/sync/*", requireScope("admin"))
    .post("/admin/sync/:source", async (c) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const sources = await readRows<{ source: string }>(clickHouse, { sql: sourcesSql, signal });
      const name = c.req.param("source");
      const found = sources.find(({ source }) => source === name);
      if (!found) throw noSource(name, sources.map(({ source }) => source));
      const view = `sync_lines_${found.source}_refresh`;
      await run(syncer, { sql: refreshSql, parameters: { view }, signal });
      return c.json({ data: { source: found.source, status: "asked" } }, 202);
    })
    .all("/admin/sync/:source", onlyMethods("POST"));
}

function noSource(name: string, sources: string[]): Problem {
  const known = sources.length
    ? `the sources are ${sources.join(", ")}`
    : "the database reads none by itself";
  return new Problem("not-found", { detail: `There is no source "${name.slice(0, 128)}": ${known}` });
}
