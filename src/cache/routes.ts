import { z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import type { AuthEnv } from "../auth/credential.ts";
import { requires } from "../auth/security.ts";
import { Problem } from "../base/problem.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { queryName } from "../catalog/query.ts";
import type { Served } from "../catalog/serving.ts";
import { type ClickHouse, run } from "../clickhouse/client.ts";
import { ClickHouseError, problemOf } from "../clickhouse/exception.ts";
import { createRoute } from "../http/create_route.ts";
import { dataAnswer, usualProblems } from "../http/answers.ts";
import { readText } from "../http/json_body.ts";
import { serve } from "../http/serve.ts";
import type { Cache } from "./cache.ts";

const timeoutMs = 5_000;
const maxBodyBytes = 65_536;

/** What these routes use. */
export interface CacheRoutesDeps {
  cache: Cache;
  clickHouse: ClickHouse;
  served: () => Served;
}

/** What a purge may name; an empty text names nothing. */
function name(description: string) {
  // a caller who sends an empty name has lost one, and does not mean everything
  return z.string("is given more than once").min(1, "is empty: leave it out to mean any")
    .max(512, "must have at most 512 characters").optional().meta({ param: { description } });
}

/** Forgets cached answers, on every gateway. */
export const cacheRoutes = {
  deleteCache: createRoute({
    method: "delete",
    path: "/v1/admin/cache",
    tags: ["cache"],
    ...requires("admin"),
    summary: "Forget cached answers",
    description:
      "Those that match all that is named; all when nothing is. Here at once, on every other gateway within " +
      "2 seconds. A 503 tells that the others could not be told: send it again.",
    get request() {
      const query = z.strictObject({
        query: name(
          "Answers of this query: its name, such as `outreach/overview`, the path of its file or its address",
        ),
        tenantId: name("Answers to this tenant, and those that hold its rows"),
        table: name("Answers read from this table, also through views"),
      });
      return { query };
    },
    get responses() {
      return {
        200: dataAnswer(
          "What was forgotten",
          z.object({
            id: z.uuid(),
            query: z.string(),
            tenantId: z.string(),
            table: z.string(),
            forgotten: z.int().describe("Answers that the gateway asked had kept"),
          }),
        ),
        ...usualProblems,
      };
    },
  }),
};

/** Forgets cached answers here, and tells the other gateways through a table. */
export function serveCache({ cache, clickHouse, served }: CacheRoutesDeps): Hono<AuthEnv> {
  return serve(cacheRoutes, {
    async deleteCache(c, { query: { query, tenantId = "", table = "" } }) {
      const { catalog } = served();
      if (await readText(c.req.raw, maxBodyBytes) !== "") {
        throw new Problem("invalid-request", {
          detail: "The parameters go into the address, such as ?query=outreach/overview: a body is not taken",
        });
      }
      const purge = { query: query === undefined ? "" : nameOf(query, catalog), tenantId, table };
      const id = crypto.randomUUID();
      // here at once, also when the others cannot be told
      const forgotten = cache.purge(id, purge);
      const row = {
        id,
        query: purge.query,
        tenant_id: tenantId,
        table_name: table,
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
      return c.json({ data: { id, ...purge, forgotten } }, 200);
    },
  });
}

/** The name of a query given by that, by the path of its file, or by its address. Throws Problem. */
function nameOf(text: string, catalog: Catalog): string {
  const wanted = queryName(text);
  const queries = [...catalog.values()].filter(({ frontMatter }) => !frontMatter.method);
  const addressOf = ({ path }: typeof queries[0]) => `/v1/${path}`;
  const found = queries.find((query) => query.name === wanted || addressOf(query) === wanted);
  if (found) return found.name;
  const near = suggestion(wanted.slice(0, 128), queries.flatMap((query) => [query.name, addressOf(query)]));
  throw new Problem("invalid-parameter", {
    detail: `There is no query "${text.slice(0, 128)}"${near}`,
    parameter: "query",
  });
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
