import { type Context, Hono } from "hono";
import { answer } from "../answer/answer.ts";
import { chooseFormat } from "../answer/format.ts";
import { timeoutSeconds } from "../answer/limits.ts";
import type { AppDeps, AppEnv } from "../app.ts";
import { hashParameters, measured } from "../audit/note.ts";
import { checkScope, queryScopes } from "../auth/scope.ts";
import { spendQuery } from "../budget/enforce.ts";
import { Problem } from "../problem.ts";
import { runInTurn } from "../queue/run.ts";
import { bind, type Input, readJson, readSearch, suggestion } from "./bind.ts";
import { type Catalog, findQuery } from "./catalog.ts";

const maxBodyBytes = 1_048_576;

/** `GET` and `POST /{domain}/{query}`: a named query. */
export function queryRoutes(deps: AppDeps): Hono<AppEnv> {
  return new Hono<AppEnv>().all("/*", async (c) => {
    const { catalog } = deps.served();
    const path = c.req.path.slice("/v1/".length);
    const found = findQuery(catalog, path);
    if (!found) throw noQuery(path, catalog);
    const { query, values } = found;
    c.set("query", query);
    checkScope(c.var.credential, ...queryScopes(query.name, query.header.scope));

    const input = await readInput(c);
    const format = chooseFormat(input.get("format") as string[] | undefined, c.req.header("accept") ?? null);
    input.delete("format");
    for (const [name, value] of Object.entries(values)) {
      if (input.has(name)) {
        throw new Problem("invalid-parameter", { detail: `${name} is part of the path`, parameter: name });
      }
      input.set(name, [decodePath(value)]);
    }
    const bound = bind(query, input);
    // an export is whole unless a page of it is asked for
    if (format.name !== "json" && !input.has("page") && !input.has("pageSize")) delete bound.page;
    const { audit, credential: { tenantId } } = c.var;
    audit.parametersHash = hashParameters(bound.parameters);
    await spendQuery(deps, tenantId);

    const { signal } = c.req.raw;
    const timeoutMs = timeoutSeconds(query.header, deps.config) * 1_000;
    const turn = { tenantId, timeoutMs, signal, isExport: format.name !== "json" };
    let start = 0;
    const response = await runInTurn(deps.queue, turn, () => {
      start = performance.now();
      return answer(measured(deps.reader, audit), {
        query,
        bound,
        tenantId,
        now: deps.clock(),
        format,
        limits: deps.config,
        queryId: c.var.requestId,
        signal,
        onBroken: (cause) =>
          deps.log({
            level: "error",
            message: "An export broke in the middle",
            requestId: c.var.requestId,
            path: c.req.path,
            file: query.file,
            cause,
          }),
      });
    });
    // nobody will read it, and an export would run on and keep its slot
    const isHead = c.req.method === "HEAD";
    if (isHead) await response.body?.cancel();
    deps.budgets.addBytes(tenantId, audit.bytesRead);
    c.header("server-timing", `clickhouse;dur=${(performance.now() - start).toFixed(1)}`);
    response.headers.forEach((value, name) => c.header(name, value));
    return c.newResponse(isHead ? null : response.body, 200);
  });
}

async function readInput(c: Context<AppEnv>): Promise<Input> {
  const search = readSearch(new URL(c.req.url).searchParams);
  if (c.req.method === "GET" || c.req.method === "HEAD") return search;
  if (c.req.method !== "POST") {
    throw new Problem("method-not-allowed", { headers: { allow: "GET, HEAD, POST" } });
  }
  const type = c.req.header("content-type")?.split(";")[0].trim().toLowerCase();
  const text = await readText(c.req.raw);
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

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > maxBodyBytes) {
        throw new Problem("body-too-large", {
          detail: `The body has more than ${maxBodyBytes} bytes`,
          limit: maxBodyBytes,
        });
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid-request", { detail: "The body breaks off" }, error);
  }
  const bytes = await new Blob(chunks as BlobPart[]).arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Problem("invalid-request", { detail: "The body is not valid UTF-8" }, error);
  }
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
    detail: `There is no query "${path.slice(0, 128)}"${suggestion(path.slice(0, 128), [...catalog.keys()])}`,
  });
}
