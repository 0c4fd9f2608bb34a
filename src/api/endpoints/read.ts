import { type Context, Hono } from "hono";
import { answer } from "../../query/answer.ts";
import { readFormat } from "../../query/formats/export_options.ts";
import { coarseBytes, serverTiming } from "../../base/figures.ts";
import type { Format } from "../../query/formats/format.ts";
import { timeoutSeconds } from "../../query/limits.ts";
import { createSmallReads } from "../../query/planner_hints.ts";
import type { AppDeps, AppEnv } from "../../app.ts";
import { hashParameters, measured, newNote } from "../../http/facts.ts";
import { checkScope, isToldExactly, queryScopes } from "../../auth/scope.ts";
import { spendQuery } from "../../limits/budget/enforce.ts";
import type { Repeats } from "../../cache/repeats.ts";
import { type Conditions, respond } from "../../cache/respond.ts";
import { Problem } from "../../base/problem.ts";
import { readText } from "../../http/json_body.ts";
import { searchOf } from "../../http/target.ts";
import { runInTurn } from "../../limits/queue/run.ts";
import { bind, type Input, readJson, readSearch, suggestion } from "../../query/bind.ts";
import { comparedTenants } from "../../query/compared_tenants.ts";
import { readerFor } from "../../isolation/sight.ts";
import { answerWrite } from "./write.ts";
import { createInLine } from "../../base/async/in_line.ts";
import { createOnce } from "../../query/write_once.ts";
import { writtenTables } from "../../catalog/written_tables.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { endpoints, findQuery } from "../../catalog/find_query.ts";

const maxBodyBytes = 1_048_576;

/** `GET` and `POST /{domain}/{query}`: a named query; the methods that write: a writing endpoint. */
export function queryRoutes(deps: AppDeps & { repeats: Repeats }): Hono<AppEnv> {
  const writes = { once: createOnce(deps.clickHouse), inLine: createInLine() };
  const smallReads = createSmallReads();
  return new Hono<AppEnv>().all("/*", async (c) => {
    const { catalog } = deps.served();
    const path = c.req.path.slice("/v1/".length);
    const found = findQuery(catalog, path, c.req.method);
    if (!found) throw noQuery(path, catalog);
    const { query, values } = found;
    c.set("query", query);
    checkScope(c.var.credential, ...queryScopes(query.name, query.header.scope));

    const input = await readInput(c);
    for (const [name, value] of Object.entries(values)) {
      if (input.has(name)) {
        throw new Problem("invalid-parameter", { detail: `${name} is part of the path`, parameter: name });
      }
      input.set(name, [decodePath(value)]);
    }
    if (query.header.method) return await answerWrite(deps, writes, c, query, input);
    const format = readFormat(query, input, c.req.header("accept") ?? null);
    const tenantIds = comparedTenants(query.header, input, c.var.credential);
    const now = deps.clock();
    const bound = { ...bind(query, input, now), tenantIds };
    // an export is whole unless a page of it is asked for
    if (format.name !== "json" && !input.has("page") && !input.has("pageSize")) delete bound.page;
    const { audit, credential: { tenantId } } = c.var;
    audit.parametersHash = hashParameters(bound.parameters);
    // whose rows are compared depends on the credential, which is checked each time
    if (query.header.cache && c.req.method === "GET" && !tenantIds) {
      const scopes = queryScopes(query.name, query.header.scope);
      const { parametersHash } = audit;
      const host = c.req.raw.headers.get("host");
      const { path } = c.req;
      deps.repeats.understand(c.req.raw, { query, bound, format, path, host, parametersHash, scopes });
    }
    await spendQuery(deps, tenantId);

    const asked = { query, tenantId, parametersHash: audit.parametersHash };
    const timeoutMs = timeoutSeconds(query.header, deps.config) * 1_000;
    const reader = deps[readerFor(query)];
    let isAnswering = false;
    const served = await deps.cache.serve({
      query,
      bound,
      tenantId,
      format,
      written: writtenTables(catalog),
      isBypass: wantsNew(c),
      // to ask for it makes it, which costs more than a kept answer
      get signal() {
        return c.req.raw.signal;
      },
      onStatus(status) {
        if (query.header.cache) audit.cache = status;
      },
      async run(now, signal, isBehind) {
        const note = isBehind ? newNote() : audit;
        const turn = { tenantId, timeoutMs, signal, isExport: format.name !== "json" };
        const answered = await runInTurn(deps.queue, turn, () =>
          answer(measured(reader, note), {
            query,
            bound,
            tenantId,
            now,
            format,
            isExact: deps.config.TELL_COSTS === "exact",
            limits: deps.config,
            plan: smallReads.settings(asked),
            queryId: isBehind ? crypto.randomUUID() : c.var.requestId,
            signal,
            onBroken(cause) {
              // what breaks sooner is answered with a problem
              if (!isAnswering) return;
              deps.metrics.requests.exportBroke(query.name);
              deps.log({
                level: "error",
                message: "An export broke in the middle",
                requestId: c.var.requestId,
                path: c.req.path,
                file: query.file,
                cause,
              });
            },
          }));
        // what an export reads is not known yet
        if (format.name === "json") smallReads.note(asked, note.rowsRead);
        deps.budgets.addBytes(tenantId, coarseBytes(note.bytesRead));
        return answered;
      },
    });
    isAnswering = true;
    const response = await respond(served, deps.clock(), conditionsOf(c, format), deps.cache.encoded);
    if (served.forwarded) {
      const isExact = isToldExactly(c.var.credential, deps.config);
      response.headers.set("server-timing", serverTiming(audit, isExact));
    }
    if (c.req.method !== "HEAD") return response;
    // an export that nobody reads would wait in ClickHouse
    await response.body?.cancel();
    return new Response(null, response);
  });
}

/** Whether the caller asks for an answer computed now, and may. */
function wantsNew(c: Context<AppEnv>): boolean {
  const wants = c.req.header("cache-control")?.toLowerCase().includes("no-cache") ?? false;
  return wants && c.var.credential.scopes.includes("admin");
}

/** The conditions of a GET or HEAD; they are not meant for other methods (RFC 9110, section 13.1.2). */
function conditionsOf({ req }: Context<AppEnv>, { name }: Format): Conditions {
  return {
    ...(isRead(req.method) && { ifMatch: req.header("if-match"), ifNoneMatch: req.header("if-none-match") }),
    ...(req.method === "GET" && { range: req.header("range"), ifRange: req.header("if-range") }),
    acceptEncoding: req.header("accept-encoding"),
    isFile: name !== "json",
  };
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

async function readInput(c: Context<AppEnv>): Promise<Input> {
  const search = readSearch(searchOf(c.req.raw));
  if (isRead(c.req.method)) return search;
  const type = c.req.header("content-type")?.split(";")[0].trim().toLowerCase();
  const text = await readText(c.req.raw, maxBodyBytes);
  if (text === "") return search;
  if (type !== "application/json") {
    throw new Problem("unsupported-media-type", { detail: "Send the parameters as application/json" });
  }
  const input = readJson(text);
  for (const [name, values] of search) {
    if (input.has(name)) {
      throw new Problem("invalid-parameter", {
        detail: `${name} is given in the address and in the body`,
        parameter: name,
      });
    }
    input.set(name, values);
  }
  return input;
}

function decodePath(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new Problem("invalid-request", { detail: "The path is not validly percent-encoded" }, error);
  }
}

function noQuery(path: string, catalog: Catalog): Problem {
  return new Problem("not-found", {
    detail: `There is no query "${path.slice(0, 128)}"${
      suggestion(path.slice(0, 128), endpoints(catalog).map((endpoint) => endpoint.path))
    }`,
  });
}
