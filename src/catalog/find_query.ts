import { Problem } from "../base/problem.ts";
import type { Catalog } from "./catalog.ts";
import type { Query } from "./query.ts";

/** What answers at one address. */
export interface Endpoint {
  /** Below `/v1`, such as `cohorts/{cohortId}`. */
  path: string;
  /** By HTTP method. A query answers GET, and POST unless a writing endpoint takes that. */
  queries: Map<string, Query>;
}

interface Paths {
  exact: Map<string, Endpoint>;
  /** Those with parameters; where several match, the one with a word where another has a parameter comes first. */
  patterns: Endpoint[];
}

const pathsOf = new WeakMap<Catalog, Paths>();

/** The endpoints of a catalog, by path. */
export function endpoints(catalog: Catalog): Endpoint[] {
  const { exact, patterns } = readPaths(catalog);
  return [...exact.values(), ...patterns].toSorted((a, b) => a.path < b.path ? -1 : 1);
}

/**
 * What answers at a path such as `outreach/overview`, with the values of its path parameters; undefined when nothing
 * does. Throws a Problem when the path does not take the method.
 */
export function findQuery(
  catalog: Catalog,
  path: string,
  method = "GET",
): { query: Query; values: Record<string, string> } | undefined {
  const { exact, patterns } = readPaths(catalog);
  const known = exact.get(path);
  if (known) return { query: queryOf(known, method), values: {} };
  const segments = path.split("/");
  for (const endpoint of patterns) {
    const values = matchSegments(endpoint.path.split("/"), segments);
    if (values) return { query: queryOf(endpoint, method), values };
  }
}

function queryOf({ queries }: Endpoint, method: string): Query {
  const query = queries.get(method === "HEAD" ? "GET" : method);
  if (query) return query;
  const allow = [...queries.keys()].flatMap((each) => each === "GET" ? ["GET", "HEAD"] : each).join(", ");
  throw new Problem("method-not-allowed", { headers: { allow } });
}

function readPaths(catalog: Catalog): Paths {
  const known = pathsOf.get(catalog);
  if (known) return known;
  const all = new Map<string, Endpoint>();
  for (const query of catalog.values()) {
    const endpoint = all.get(query.path) ?? { path: query.path, queries: new Map<string, Query>() };
    all.set(query.path, endpoint);
    const { method } = query.frontMatter;
    if (method) endpoint.queries.set(method, query);
    else {
      endpoint.queries.set("GET", query);
      if (!endpoint.queries.has("POST")) endpoint.queries.set("POST", query);
    }
  }
  // a brace sorts after all letters
  const patterns = [...all.values()].filter(({ path }) => path.includes("{"))
    .toSorted((a, b) => a.path < b.path ? -1 : 1);
  const exact = new Map([...all].filter(([path]) => !path.includes("{")));
  const paths = { exact, patterns };
  pathsOf.set(catalog, paths);
  return paths;
}

function matchSegments(pattern: string[], segments: string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return;
  const values: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    if (part.startsWith("{")) values[part.slice(1, -1)] = segments[i];
    else if (part !== segments[i]) return;
  }
  return values;
}
