import { checkStatement, scan, tenantTables } from "./check_statement.ts";
import { comparing } from "./comparison.ts";
import { compileWrite } from "./compile_write.ts";
import { checkCursor } from "./check_cursor.ts";
import { type FrontMatter, readFrontMatter } from "./front_matter.ts";
import type { Inspectors } from "./inspector.ts";
import type { Parameter } from "./parameter.ts";
import { type At, errorAt } from "./query_file_error.ts";
import { createParameters } from "./query_parameters.ts";
import { tenantFault } from "./sql_places.ts";
import { type Column, readColumns, warningsColumn } from "./query_rules.ts";

/** A query file as it lies in the repository. */
export interface QueryFile {
  /** Such as `sql/outreach/overview.sql`. */
  path: string;
  text: string;
}

/** A named query, or a writing endpoint. */
export interface Query {
  /** Such as `outreach/overview`, or `cohorts/{cohortId}/metrics`. */
  name: string;
  /** Its address below `/v1`: its name, unless the front matter says otherwise. */
  path: string;
  file: string;
  frontMatter: FrontMatter;
  /** The statement that ClickHouse gets. */
  sql: string;
  parameters: Parameter[];
  columns: Column[];
  /** Tells the file's content from any other. */
  version: string;
  /** All tables and views that the statement names, with their database. */
  tables: string[];
  bindsTenant: boolean;
  bindsNow: boolean;
  /** Whether it writes a thing whose id the gateway makes. */
  bindsNewId: boolean;
  /** Whether the column `warnings` becomes `meta.warnings`. */
  hasWarnings: boolean;
}

/** The name of the query in a file: its path below `sql/`, with `[x]` as `{x}`. */
export function queryName(path: string): string {
  return path.replace(/^sql\//, "").replace(/\.sql$/, "").replaceAll(/\[([^\]]+)\]/g, "{$1}");
}

/**
 * Reads a query file and has the engine check it. Throws QueryFileError for whatever its author must mend;
 * ClickHouseUnreachable or ClickHouseError when there is no engine to ask, or it has too much to do.
 */
export async function compileQuery(file: QueryFile, inspectors: Inspectors): Promise<Query> {
  const { path, text } = file;
  const at: At = (offset, message) => errorAt(path, text, offset, message);
  const name = queryName(path);
  checkName(name, path, at);

  const read = readFrontMatter(path, text);
  const { frontMatter, sql, offsetOf } = read;
  const address = frontMatter.path ?? name;
  if (address.split("/")[0] !== name.split("/")[0]) {
    throw at(offsetOf(["path"]), `The path must begin with "${name.split("/")[0]}", as the file's does`);
  }
  const placeholders = scan(sql, at);
  const parameters = createParameters(address, read, placeholders, at);
  const bound = new Set(placeholders.map((placeholder) => placeholder.name));
  if (frontMatter.tenant === "all" && frontMatter.scope !== "admin") {
    throw at(offsetOf(["tenant"]), "A query with `tenant: all` needs `scope: admin` in the front matter");
  }
  if (frontMatter.tenant === "compare" && !bound.has(comparing)) {
    throw at(offsetOf(["tenant"]), "A query with `tenant: compare` binds {tenantIds:Array(String)}");
  }
  const inspector = inspectors[frontMatter.tenant === "all" ? "operator" : "reader"];
  if (!bound.has("tenantId") && !frontMatter.tenant && !frontMatter.method) {
    const fault = tenantFault(sql, tenantTables(inspector));
    throw at(fault.offset, fault.message);
  }

  const { statement, resolution, tables } = await checkStatement(
    inspector,
    read,
    parameters,
    placeholders,
    at,
  );
  const columns = frontMatter.method ? [] : readColumns(resolution, sql, read, at);
  checkCursor(columns, parameters, read, at);
  return {
    name,
    path: address,
    file: path,
    frontMatter,
    sql: frontMatter.method
      ? await compileWrite(inspector, read, name.split("/")[0], statement, resolution, at)
      : sql.trim(),
    parameters,
    columns,
    version: await contentHash(text),
    tables,
    bindsTenant: bound.has("tenantId"),
    bindsNow: bound.has("now"),
    bindsNewId: bound.has("newId"),
    hasWarnings: columns.some(({ name }) => name === warningsColumn),
  };
}

/** Tells a text from any other. */
export async function contentHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).subarray(0, 12).toHex();
}

/** Paths below `/v1` that are no queries, and by whom they are taken. */
export const takenDomains = new Map([
  ["events", "ingestion"],
  ["stream", "live updates"],
  ["admin", "administration"],
  ["budget", "query budgets"],
]);

function checkName(name: string, path: string, at: At): void {
  if (!/^[a-z][a-z0-9_-]*(\/([a-z][a-z0-9_-]*|\{[a-z][A-Za-z0-9]*\}))+$/.test(name)) {
    throw at(0, `The path must be sql/<domain>/<query>.sql in lower case, not "${path}"`);
  }
  const [domain] = name.split("/");
  const taker = takenDomains.get(domain);
  if (taker) throw at(0, `The domain "${domain}" is taken by ${taker}`);
}
