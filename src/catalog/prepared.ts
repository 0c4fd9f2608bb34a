import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { quoteArray } from "../clickhouse/string_literal.ts";
import type { Roles } from "../clickhouse/roles.ts";
import { type Catalog, loadCatalog } from "./catalog.ts";
import type { InspectionMemory } from "./inspection_memory.ts";
import { sqlOf } from "./headed_sql.ts";
import namesSql from "./definition_names.sql" with { type: "text" };
import definitionsSql from "./definitions.sql" with { type: "text" };
import functionsSql from "./definitions_of_functions.sql" with { type: "text" };
import { scanPlaceholders } from "./placeholders.ts";
import type { QualityCheck } from "./quality_check.ts";
import type { Query, QueryFile } from "./query.ts";
import { errorAt, type QueryFileError } from "./query_file_error.ts";
import { createParameters } from "./query_parameters.ts";
import { readStreams, type StreamRow } from "./stream_rows.ts";

/** What the queries were compiled against, by name, and a hash of it. */
interface Definitions {
  tables: string[];
  functions: string[];
  hash: string;
}

/** A query without what is made again of its file and front matter; the SQL of a writing endpoint is not its file's. */
interface PreparedQuery extends Omit<Query, "parameters" | "sql"> {
  sql?: string;
}

/** A catalog that an engine has inspected elsewhere, as plain JSON. */
export interface PreparedCatalog {
  definitions: Definitions;
  queries: PreparedQuery[];
  checks: QualityCheck[];
  streams: StreamRow[];
}

/** Has the engine inspect all files. The catalog is undefined when one has a fault. Throws ClickHouseError, ClickHouseUnreachable. */
export async function prepareCatalog(
  files: QueryFile[],
  roles: Pick<Roles, "reader" | "operator" | "ingester">,
  memory?: InspectionMemory,
): Promise<{ prepared?: PreparedCatalog; errors: QueryFileError[] }> {
  const [names] = await readRows<Omit<Definitions, "hash">>(roles.operator, { sql: namesSql });
  const hash = await readDefinitions(roles.operator, names);
  const { catalog, checks, errors } = await loadCatalog(files, roles, memory);
  if (errors.length) return { errors };
  const queries = [...catalog.values()].map(({ parameters: _, sql, ...query }) =>
    query.frontMatter.method ? { ...query, sql } : query
  );
  return {
    prepared: {
      definitions: { ...names, hash },
      queries,
      checks,
      streams: await readStreams(roles.ingester),
    },
    errors,
  };
}

/** Whether the database has the definitions that the catalog was prepared with. Throws ClickHouseError, ClickHouseUnreachable. */
export async function isPreparedFor(
  operator: ClickHouse,
  { definitions }: Pick<PreparedCatalog, "definitions">,
): Promise<boolean> {
  return await readDefinitions(operator, definitions) === definitions.hash;
}

/** The catalog as it was when it was prepared, of the same files. */
export function reviveCatalog({ queries }: Pick<PreparedCatalog, "queries">, files: QueryFile[]): Catalog {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return new Map(queries.map((query) => [query.name, revive(query, texts.get(query.file) ?? "")]));
}

/** Its statement and parameters are made when they are first asked for: a cold start needs those of one query. */
function revive({ sql: written, ...query }: PreparedQuery, text: string): Query {
  const { path, file, frontMatter } = query;
  const at = (offset: number, message: string) => errorAt(file, text, offset, message);
  let sql = written;
  let parameters: Query["parameters"] | undefined;
  return {
    ...query,
    get sql() {
      return sql ??= sqlOf(text).trim();
    },
    get parameters() {
      const source = { frontMatter, sql: this.sql, offsetOf: () => 0 };
      return parameters ??= createParameters(path, source, scanPlaceholders(this.sql), at);
    },
  };
}

async function readDefinitions(
  operator: ClickHouse,
  { tables, functions }: Omit<Definitions, "hash">,
): Promise<string> {
  const hashOf = async (sql: string, name: string, values: string[]) => {
    const parameters = { [name]: quoteArray(values) };
    const [{ hash }] = await readRows<{ hash: string }>(operator, { sql, parameters });
    return hash;
  };
  const hashes = await Promise.all([
    hashOf(definitionsSql, "tables", tables),
    hashOf(functionsSql, "functions", functions),
  ]);
  return hashes.join(" ");
}
