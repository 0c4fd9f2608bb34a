import { suggestion } from "../base/suggestion.ts";
import { checkStatement, scan } from "./check_statement.ts";
import { frontMatterSchema } from "./front_matter.ts";
import { readHeadedSql } from "./headed_sql.ts";
import type { Inspectors } from "./inspector.ts";
import type { Resolution } from "./inspection.ts";
import type { Placeholder } from "./placeholders.ts";
import { contentHash, type QueryFile } from "./query.ts";
import { type At, errorAt, QueryFileError } from "./query_file_error.ts";
import { type QualityFrontMatter, qualityFrontMatterSchema } from "./quality_front_matter.ts";
import { reserved } from "./reserved_parameters.ts";
import { columnPlaces, nested } from "./sql_places.ts";
import { checkTenantKeys } from "./tenant_keys.ts";

/** A quality check: a query that returns the rows at fault, of all tenants. */
export interface QualityCheck {
  /** Such as `outreach/sent-once`. */
  name: string;
  /** Such as `outreach`. */
  domain: string;
  file: string;
  frontMatter: QualityFrontMatter;
  /** The rows at fault; the first column is `tenant_id`. */
  sql: string;
  /** How many rows were examined of each tenant: `tenant_id` and `examined`. */
  examinedSql: string;
  /** The columns of a row at fault, without `tenant_id`. */
  columns: string[];
  bindsNow: boolean;
  /** Whether it asks up to when its table has been loaded. */
  bindsLoadedUntil: boolean;
  /** Tells the file's content from any other. */
  version: string;
}

/** What is bound when a check runs: the clock, and the watermark of the load that fills its table. */
const boundNames = ["now", "loadedUntil"];

/** Most columns of a row at fault: a sample of them is kept. */
const maxColumns = 20;

/** Whether a file is a quality check: one folder deeper than the endpoints of the domain `quality`. */
export function isQualityCheck(path: string): boolean {
  return /^sql\/quality\/[^/]+\//.test(path);
}

/** The name of the check in a file: its path below `sql/quality/`. */
export function qualityCheckName(path: string): string {
  return path.replace(/^sql\/quality\//, "").replace(/\.sql$/, "");
}

/**
 * Reads the file of a check and has the engine check it, as a user who may read what tenants may. Throws QueryFileError for
 * whatever its author must mend; ClickHouseUnreachable or ClickHouseError when there is no engine to ask, or it has too much to do.
 */
export async function compileQualityCheck(
  { path, text }: QueryFile,
  { reader }: Pick<Inspectors, "reader">,
): Promise<QualityCheck> {
  const at: At = (offset, message) => errorAt(path, text, offset, message);
  const name = qualityCheckName(path);
  if (!/^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*$/.test(name)) {
    throw at(0, `The path must be sql/quality/<domain>/<check>.sql in lower case, not "${path}"`);
  }
  const { frontMatter, sql, offsetOf } = readHeadedSql(qualityFrontMatterSchema(), path, text, {
    keys: Object.keys(frontMatterSchema().shape),
    hint: "; it is a key of endpoints, and a quality check is none",
  });
  const placeholders = scan(sql, at);
  checkPlaceholders(placeholders, at);
  const examined = findExamined(sql, at);
  const examinedSql = `${sql.slice(0, examined.end)}\n` +
    "SELECT tenant_id, count() AS examined FROM examined GROUP BY tenant_id";
  const check = (sql: string) =>
    checkStatement(reader, { frontMatter: { settings: {} }, sql }, [], placeholders, at);
  await check(examinedSql).catch((error) => {
    if (!(error instanceof QueryFileError) || !/^There is no column "tenant_id"/.test(error.message)) {
      throw error;
    }
    const message =
      "The rows of `examined` need their tenant_id: WITH examined AS (SELECT tenant_id, … FROM …)";
    throw at(examined.start, message);
  });
  const { resolution, tables } = await check(sql);
  const columns = checkColumns(resolution, sql, at);
  checkTenantKeys(sql, at);
  const names = tables.map((table) => table.split(".").at(-1)!);
  if (!names.includes(frontMatter.table)) {
    throw at(
      offsetOf(["table"]),
      `The query does not read the table "${frontMatter.table}"${suggestion(frontMatter.table, names)}`,
    );
  }
  return {
    name,
    domain: name.split("/")[0],
    file: path,
    frontMatter,
    sql: sql.trim(),
    examinedSql: examinedSql.trim(),
    columns,
    bindsNow: placeholders.some(({ name }) => name === "now"),
    bindsLoadedUntil: placeholders.some(({ name }) => name === "loadedUntil"),
    version: await contentHash(text),
  };
}

/** A check runs by itself: nobody gives it parameters. */
function checkPlaceholders(placeholders: Placeholder[], at: At): void {
  for (const { name, type, offset } of placeholders) {
    if (name === "tenantId") {
      throw at(offset, "A quality check runs for all tenants at once: leave {tenantId} out");
    }
    if (!boundNames.includes(name) || type.replaceAll(/\s+/g, "") !== reserved.now) {
      const all = boundNames.map((bound) => `{${bound}:DateTime64(3, 'UTC')}`).join(" and ");
      throw at(offset, `A quality check has no parameters but ${all}, not {${name}:${type}}`);
    }
  }
}

/** Where the outermost WITH says which rows are examined. */
function findExamined(sql: string, at: At): { start: number; end: number } {
  const tokens = nested(sql);
  const first = tokens.findIndex(({ text, depth }, i) =>
    text === "examined" && depth === 0 && /^AS$/i.test(tokens[i + 1]?.text ?? "") &&
    tokens[i + 2]?.text === "("
  );
  const last = tokens.find(({ text, depth }, i) =>
    first >= 0 && i > first + 2 && text === ")" && depth === 0
  );
  if (last) return { start: tokens[first].start, end: last.end };
  throw at(
    Math.max(0, sql.search(/\S/)),
    "A quality check says which rows it examines: WITH examined AS (SELECT tenant_id, … FROM …) SELECT the rows at fault",
  );
}

/** The columns without the first one, which says whose the row is. */
function checkColumns({ columns }: Resolution, sql: string, at: At): string[] {
  const places = columnPlaces(sql, columns.length);
  const placeOf = (i: number) => places[i] ?? Math.max(0, sql.search(/\S/));
  const [first, ...rest] = columns;
  if (first.name !== "tenant_id" || first.type !== "String") {
    const message = "The first column is tenant_id, a String: it says whose the row at fault is";
    throw at(placeOf(0), message);
  }
  if (rest.length === 0) {
    throw at(placeOf(0), "Select what tells the row at fault after tenant_id, such as its id");
  }
  if (rest.length > maxColumns) {
    throw at(placeOf(maxColumns + 1), `A row at fault has ${maxColumns} columns at most, after tenant_id`);
  }
  rest.forEach(({ name }, i) => {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw at(placeOf(i + 1), `Give the column "${name}" an alias in camelCase`);
    }
    if (rest.findIndex((column) => column.name === name) < i) {
      throw at(placeOf(i + 1), `Two columns have the name "${name}"`);
    }
  });
  return rest.map(({ name }) => name);
}
