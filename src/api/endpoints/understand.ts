import type { Context } from "hono";
import { LRUCache } from "lru-cache";
import type { AuthEnv } from "../../auth/credential.ts";
import { checkScope, queryScopes } from "../../auth/scope.ts";
import { Problem } from "../../base/problem.ts";
import { suggestion } from "../../base/suggestion.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { endpoints, findQuery } from "../../catalog/find_query.ts";
import type { Query } from "../../catalog/query.ts";
import type { Served } from "../../catalog/serving.ts";
import type { RequestFacts } from "../../http/facts.ts";
import { type Input, readJson, readSearch } from "../../http/input.ts";
import { readText } from "../../http/json_body.ts";
import { searchOf } from "../../http/target.ts";
import { bind } from "../../query/bind.ts";
import type { Bound } from "../../query/bound.ts";
import { comparedTenants } from "../../query/compared_tenants.ts";
import { readFormat } from "../../query/formats/export_options.ts";
import { type Format, isExport } from "../../query/format.ts";
import { hashParameters } from "../../query/hash_parameters.ts";

/** A request for a query, understood. */
export interface Reading {
  query: Query;
  bound: Bound;
  format: Format;
  parametersHash: bigint;
  /** Scopes of which the caller needs one. */
  scopes: string[];
}

/** A request to a writing endpoint, understood as far as its query. */
export interface Writing {
  query: Query;
  input: Input;
}

const maxBodyBytes = 1_048_576;
/** About 10,000 addresses of usual length. */
const maxRememberedBytes = 16_000_000;
/** What is remembered of an address, besides it and its parameters. */
const entryBytes = 1_000;

/**
 * What a request asks for: its query, checked parameters and format. A GET like one before is remembered, for the files that are
 * served now: what it came to depends on its address and its field Accept. The caller's scopes are checked each time.
 */
export function createUnderstanding({ served, clock }: { served: () => Served; clock: () => Date }) {
  const remembered = new LRUCache<string, Reading>({
    maxSize: maxRememberedBytes,
    maxEntrySize: maxRememberedBytes / 100,
    // the address, and its parameters as they came and as they are bound
    sizeCalculation: (_reading, address) => 3 * address.length + entryBytes,
  });
  let known: Served | undefined;

  /** Throws Problem. */
  function understand(c: Context<AuthEnv>): Reading | Promise<Reading | Writing> {
    const { req } = c;
    const [facts, credential] = [c.get("facts"), c.get("credential")];
    if (known !== served()) {
      known = served();
      remembered.clear();
    }
    const { url } = req.raw;
    const key = isRead(req.method) ? `${req.method}\n${url}\n${req.header("accept") ?? ""}` : undefined;
    const reading = key === undefined ? undefined : remembered.get(key);
    if (!reading) return understandNew(c, known.catalog, key);
    noteQuery(facts, reading.query);
    checkScope(credential, ...reading.scopes);
    facts.parametersHash = reading.parametersHash;
    return reading;
  }

  async function understandNew(
    c: Context<AuthEnv>,
    catalog: Catalog,
    key: string | undefined,
  ): Promise<Reading | Writing> {
    const { req, var: { facts, credential } } = c;
    const path = req.path.slice("/v1/".length);
    const found = findQuery(catalog, path, req.method);
    if (!found) throw noQuery(path, catalog);
    const { query, values } = found;
    noteQuery(facts, query);
    const scopes = queryScopes(query.name, query.frontMatter.scope);
    checkScope(credential, ...scopes);
    const input = await readInput(c);
    for (const [name, value] of Object.entries(values)) {
      if (input.has(name)) {
        throw new Problem("invalid-parameter", { detail: `${name} is part of the path`, parameter: name });
      }
      input.set(name, [decodePath(value)]);
    }
    if (query.frontMatter.method) return { query, input };
    const format = readFormat(query, input, req.header("accept") ?? null);
    const tenantIds = comparedTenants(query.frontMatter, input, credential);
    const bound = { ...bind(query, input, clock()), tenantIds };
    // an export is whole unless a page of it is asked for
    if (isExport(format) && !input.has("page") && !input.has("pageSize")) delete bound.page;
    facts.parametersHash = hashParameters(bound.parameters);
    const reading = { query, bound, format, parametersHash: facts.parametersHash, scopes };
    // whose rows are compared depends on the credential, and how long a cursor holds on the clock
    const isSame = !tenantIds && !input.has("cursor");
    if (key !== undefined && isSame && known?.catalog === catalog) remembered.set(key, reading);
    return reading;
  }

  return understand;
}

function noteQuery(facts: RequestFacts, { name, file }: Query): void {
  facts.query = name;
  facts.file = file;
}

/** Whether a request of the method changes nothing and has no body. */
export function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

async function readInput(c: Context<AuthEnv>): Promise<Input> {
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
  const shown = path.slice(0, 128);
  const paths = endpoints(catalog).map((endpoint) => endpoint.path);
  return new Problem("not-found", { detail: `There is no query "${shown}"${suggestion(shown, paths)}` });
}
