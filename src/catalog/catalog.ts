// The room catalog: a `.sql` file becomes a query: front matter, placeholders, and what the engine says of it; what is refused.

import { createInspectors, type Inspecting } from "./inspector.ts";
import type { InspectionMemory } from "./inspection_memory.ts";
import { compileQualityCheck, isQualityCheck, type QualityCheck } from "./quality_check.ts";
import { compileQuery, type Query, type QueryFile } from "./query.ts";
import { errorAt, QueryFileError } from "./query_file_error.ts";

/** The queries that are served, by name. */
export type Catalog = ReadonlyMap<string, Query>;

/** What loading made of the files: the good queries and quality checks, and a fault for each of the others. */
export interface LoadedCatalog {
  catalog: Catalog;
  /** In the order of their names. */
  checks: QualityCheck[];
  errors: QueryFileError[];
}

const concurrency = 4;

/** Compiles all files, with what the memory has of them. Throws what compileQuery throws of the engine. */
export async function loadCatalog(
  files: QueryFile[],
  roles: Inspecting,
  memory?: InspectionMemory,
): Promise<LoadedCatalog> {
  const inspectors = await createInspectors(roles, memory);
  const catalog = new Map<string, Query>();
  const checks: QualityCheck[] = [];
  const errors: QueryFileError[] = [];
  const queue = files.toSorted((a, b) => a.path < b.path ? -1 : 1);
  const compileNext = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      try {
        if (isQualityCheck(file.path)) {
          checks.push(await compileQualityCheck(file, inspectors));
        } else {
          const query = await compileQuery(file, inspectors);
          catalog.set(query.name, query);
        }
      } catch (error) {
        if (!(error instanceof QueryFileError)) throw error;
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, compileNext));
  await inspectors.keep();
  const sorted = [...catalog.values()].toSorted((a, b) => a.name < b.name ? -1 : 1);
  const unique = checkDuplicates(sorted, files, errors);
  return {
    catalog: new Map(unique.map((query) => [query.name, query])),
    checks: checks.toSorted((a, b) => a.name < b.name ? -1 : 1),
    errors: errors.toSorted((a, b) => a.file < b.file ? -1 : 1),
  };
}

/** Keeps the first of several queries that would answer the same request, and adds a fault for each other. */
function checkDuplicates(queries: Query[], files: QueryFile[], errors: QueryFileError[]): Query[] {
  const shapes = new Map<string, Query[]>();
  return queries.filter((query) => {
    const shape = query.path.replaceAll(/\{[^}]+\}/g, "{}");
    const others = shapes.get(shape) ?? [];
    shapes.set(shape, [...others, query]);
    const same = others.find(({ frontMatter }) => frontMatter.method === query.frontMatter.method);
    const unlike = others.find(({ path }) => path !== query.path);
    if (!same && !unlike) return true;
    const { text } = files.find(({ path }) => path === query.file)!;
    const message = same
      ? `The path is the same endpoint as ${same.file}`
      : `The path names its parameters differently from ${unlike!.file}, at the same address`;
    errors.push(errorAt(query.file, text, 0, message));
    return false;
  });
}
