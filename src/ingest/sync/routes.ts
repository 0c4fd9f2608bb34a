import { z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import type { AuthEnv } from "../../auth/credential.ts";
import { requires } from "../../auth/security.ts";
import { Problem } from "../../base/problem.ts";
import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { createRoute } from "../../http/create_route.ts";
import { dataAnswer, problemRefs, usualProblems } from "../../http/answers.ts";
import { serve } from "../../http/serve.ts";
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

/** Has the database read a source now. */
export const syncRoutes = {
  postAdminSync: createRoute({
    method: "post",
    path: "/v1/admin/sync/{source}",
    tags: ["analytics"],
    ...requires("admin"),
    summary: "Have the database read a source now",
    description:
      "The answer does not wait for the run: `GET /v1/analytics/sync` tells how it ended. While a run goes on, " +
      "another is not begun, so that a repetition is harmless.",
    get request() {
      return {
        params: z.object({
          source: z.string().meta({
            param: { description: "As `/v1/analytics/sync` lists them", example: "outcome_scores" },
          }),
        }),
      };
    },
    get responses() {
      return {
        202: dataAnswer("Asked", z.object({ source: z.string(), status: z.enum(["asked"]) })),
        ...usualProblems,
        ...problemRefs("NotFound"),
      };
    },
  }),
};

/** Asks the database for a run, and does not wait for it. */
export function serveSync({ clickHouse, syncer }: SyncDeps): Hono<AuthEnv> {
  return serve(syncRoutes, {
    async postAdminSync(c, { params: { source: name } }) {
      const signal = AbortSignal.timeout(timeoutMs);
      const sources = await readRows<{ source: string }>(clickHouse, { sql: sourcesSql, signal });
      const found = sources.find(({ source }) => source === name);
      if (!found) throw noSource(name, sources.map(({ source }) => source));
      const view = `sync_lines_${found.source}_refresh`;
      await run(syncer, { sql: refreshSql, parameters: { view }, signal });
      return c.json({ data: { source: found.source, status: "asked" as const } }, 202);
    },
  });
}

function noSource(name: string, sources: string[]): Problem {
  const known = sources.length
    ? `the sources are ${sources.join(", ")}`
    : "the database reads none by itself";
  return new Problem("not-found", { detail: `There is no source "${name.slice(0, 128)}": ${known}` });
}
