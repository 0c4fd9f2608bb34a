import { type ClickHouse } from "../clickhouse/client.ts";
import { createInspector } from "./inspector.ts";
import type { Memory } from "./memory.ts";
import { compileQuery, type Query, type QueryFile, queryName } from "./query.ts";
import { errorAt, QueryFileError } from "./query_file_error.ts";

/** The queries that are served, by name. */
export type Catalog = ReadonlyMap<string, Query>;

/** What loading made of the files: the good queries, and a fault for each of the others. */
export interface LoadedCatalog {
  catalog: Catalog;
  errors: QueryFileError[];
}

const concurrency = 4;

/** Compiles all files, with what the memory has of them. Throws what compileQuery throws of the engine. */
export async function loadCatalog(
  files: QueryFile[],
  clickHouse: ClickHouse,
  memory?: Memory,
): Promise<LoadedCatalog> {
  const inspector = await createInspector(clickHouse, memory);
  const catalog = new Map<string, Query>();
  const errors: QueryFileError[] = [];
  const shapes = new Map<string, string>();
  const queue = files.toSorted((a, b) => a.path < b.path ? -1 : 1);
  const compileNext = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      try {
        checkDuplicate(file, shapes);
        const query = await compileQuery(file, inspector);
        catalog.set(query.name, query);
      } catch (error) {
        if (!(error instanceof QueryFileError)) throw error;
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, compileNext));
  await inspector.keep();
  const sorted = [...catalog].toSorted(([a], [b]) => a < b ? -1 : 1);
  return { catalog: new Map(sorted), errors: errors.toSorted((a, b) => a.file < b.file ? -1 : 1) };
}

/** Two files whose paths differ only in the names of path parameters would be one endpoint. */
function checkDuplicate(file: QueryFile, shapes: Map<string, string>): void {
  const shape = queryName(file.path).replaceAll(/\{[^}]+\}/g, "{}");
  const first = shapes.get(shape);
  if (first) throw errorAt(file.path, file.text, 0, `The path is the same endpoint as ${first}`);
  shapes.set(shape, file.path);
}

/** The query at a path such as `outreach/overview`, with the values of its path parameters. */
export function findQuery(
  catalog: Catalog,
  path: string,
): { query: Query; values: Record<string, string> } | undefined {
  const exact = catalog.get(path);
  if (exact && !path.includes("{")) return { query: exact, values: {} };
  const segments = path.split("/");
  for (const query of catalog.values()) {
    if (!query.name.includes("{")) continue;
    const values = matchSegments(query.name.split("/"), segments);
    if (values) return { query, values };
  }
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
