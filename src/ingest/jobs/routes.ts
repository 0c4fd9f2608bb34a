import { z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import type { AuthEnv } from "../../auth/credential.ts";
import { requires } from "../../auth/security.ts";
import { Problem } from "../../base/problem.ts";
import { suggestion } from "../../base/suggestion.ts";
import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { createRoute } from "../../http/create_route.ts";
import { dataAnswer, problemRefs, usualProblems } from "../../http/answers.ts";
import { serve } from "../../http/serve.ts";
import refreshSql from "../sync/refresh.sql" with { type: "text" };
import jobsSql from "./jobs.sql" with { type: "text" };

/** Both statements are short; a caller does not wait for the run itself. */
const timeoutMs = 10_000;

/** What these routes use. */
export interface JobDeps {
  clickHouse: ClickHouse;
  /** Runs scheduled views. */
  syncer: ClickHouse;
}

/** Has the database run a scheduled load now. */
export const jobRoutes = {
  postAdminJob: createRoute({
    method: "post",
    path: "/v1/admin/jobs/{view}",
    tags: ["warehouse"],
    ...requires("admin"),
    summary: "Have the database run a load now",
    description:
      "The answer does not wait for the run: `GET /v1/warehouse/jobs` tells how it ended. While a run goes on, " +
      "another begins after it, however often it is asked for, and a run that is repeated changes nothing. " +
      "Loads that depend on this one run on their own schedule.",
    get request() {
      return {
        params: z.object({
          view: z.string().meta({
            param: {
              description: "As `/v1/warehouse/tables` lists them",
              example: "warehouse_sales_refresh",
            },
          }),
        }),
      };
    },
    get responses() {
      return {
        202: dataAnswer("Asked", z.object({ view: z.string(), status: z.enum(["asked"]) })),
        ...usualProblems,
        ...problemRefs("NotFound"),
      };
    },
  }),
};

/** Asks the database for a run, and does not wait for it. */
export function serveJobs({ clickHouse, syncer }: JobDeps): Hono<AuthEnv> {
  return serve(jobRoutes, {
    async postAdminJob(c, { params: { view: name } }) {
      const signal = AbortSignal.timeout(timeoutMs);
      const jobs = await readRows<{ view: string }>(clickHouse, { sql: jobsSql, signal });
      const found = jobs.find(({ view }) => view === name);
      if (!found) throw noJob(name, jobs.map(({ view }) => view));
      await run(syncer, { sql: refreshSql, parameters: { view: found.view }, signal });
      return c.json({ data: { view: found.view, status: "asked" as const } }, 202);
    },
  });
}

function noJob(name: string, views: string[]): Problem {
  const shown = name.slice(0, 128);
  return new Problem("not-found", { detail: `There is no load "${shown}"${suggestion(shown, views)}` });
}
