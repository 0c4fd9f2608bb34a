import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { quoteString } from "../clickhouse/string_literal.ts";
import type { Roles } from "../clickhouse/roles.ts";
import { type Catalog, loadCatalog } from "./catalog.ts";
import namesSql from "./definition_names.sql" with { type: "text" };
import definitionsSql from "./definitions.sql" with { type: "text" };
import { scanPlaceholders } from "./placeholders.ts";
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

/** A catalog that an engine has inspected elsewhere, as plain JSON. */
export interface PreparedCatalog {
  definitions: Definitions;
  /** Without what is made of a query's SQL and front matter again. */
  queries: Omit<Query, "parameters">[];
  streams: StreamRow[];
}

/** Has the engine inspect all files. The catalog is undefined when one has a fault. Throws ClickHouseError, ClickHouseUnreachable. */
export async function prepareCatalog(
  files: QueryFile[],
  roles: Pick<Roles, "reader" | "operator" | "ingester">,
): Promise<{ prepared?: PreparedCatalog; errors: QueryFileError[] }> {
  const [names] = await readRows<Omit<Definitions, "hash">>(roles.operator, { sql: namesSql });
  const hash = await readDefinitions(roles.operator, names);
  const { catalog, errors } = await loadCatalog(files, roles);
  if (errors.length) return { errors };
  const queries = [...catalog.values()].map(({ parameters: _, ...query }) => query);
  return {
    prepared: { definitions: { ...names, hash }, queries, streams: await readStreams(roles.ingester) },
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

/** The catalog as it was when it was prepared. */
export function reviveCatalog({ queries }: Pick<PreparedCatalog, "queries">): Catalog {
  return new Map(queries.map((query) => [query.name, revive(query)]));
}

function revive(query: PreparedCatalog["queries"][number]): Query {
  const { path, file, frontMatter, sql } = query;
  const at = (offset: number, message: string) => errorAt(file, sql, offset, message);
  const source = { frontMatter, sql, offsetOf: () => 0 };
  return { ...query, parameters: createParameters(path, source, scanPlaceholders(sql), at) };
}

async function readDefinitions(
  operator: ClickHouse,
  { tables, functions }: Omit<Definitions, "hash">,
): Promise<string> {
  const list = (names: string[]) => `[${names.map(quoteString).join(",")}]`;
  const parameters = { tables: list(tables), functions: list(functions) };
  const [{ hash }] = await readRows<{ hash: string }>(operator, { sql: definitionsSql, parameters });
  return hash;
}
