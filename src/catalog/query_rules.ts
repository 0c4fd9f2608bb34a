import { suggestion } from "../base/suggestion.ts";
import { type ClickHouseType, parseType } from "../clickhouse/types/type.ts";
import { hasTextAt } from "./typed_times.ts";
import type { QuerySource } from "./front_matter.ts";
import type { Resolution, Syntax } from "./inspection.ts";
import { maskSql } from "./placeholders.ts";
import type { At } from "./query_file_error.ts";
import type { Reach } from "./reach.ts";
import { columnPlaces } from "./sql_places.ts";
import { sqlTokens } from "./sql_tokens.ts";

/** The result column of an object that becomes `meta.warnings`. */
export const warningsColumn = "warnings";

/** A result column of a query. */
export interface Column {
  name: string;
  type: ClickHouseType;
}

/**
 * Refuses a statement that does not end with the query, which the gateway wraps, and quoted names such as `"a b"._part`: in the
 * engine's printed tree, a name with a space, a line's end or a point reads like other things. A placeholder in quotes, which
 * would never be filled, is refused too. Throws QueryFileError.
 */
export function checkTokens(sql: string, at: At): void {
  const tokens = sqlTokens(sql);
  const odd = tokens.find(({ kind, start, end }) =>
    kind === "identifier" && !/^\w+$/.test(sql.slice(start + 1, end - 1))
  );
  if (odd) throw at(odd.start, "A quoted name is made of letters, digits and _ alone");
  const quoted = tokens.find(({ kind, start, end }) =>
    kind === "string" && /^'\{[a-z]\w*:\w.*\}'$/s.test(sql.slice(start, end))
  );
  if (quoted) {
    const placeholder = sql.slice(quoted.start + 1, quoted.end - 1);
    throw at(quoted.start, `A placeholder in quotes is only text: write ${placeholder} without them`);
  }
  const semicolon = tokens.find(({ kind, start }) => kind === "symbol" && sql[start] === ";");
  if (semicolon) throw at(semicolon.start, "A file holds one query: remove the semicolon");
}

/** Refuses clauses that the engine would take but a named query may not have. Throws QueryFileError. */
export function checkSyntax(syntax: Syntax, sql: string, at: At): void {
  if (!syntax.isSelect) throw at(find(sql, /\S/), "A query file holds a SELECT");
  if (syntax.hasSettings) {
    throw at(
      find(sql, /\bSETTINGS\b/i),
      "A SETTINGS clause is not taken in SQL: name the settings in the front matter",
    );
  }
  if (syntax.hasFormat) {
    throw at(
      find(sql, /\bINTO\s+OUTFILE\b|\bFORMAT\b(?=\s+\w+)/i),
      "The caller chooses the format: remove FORMAT or INTO OUTFILE",
    );
  }
  if (syntax.matchers.length) {
    throw at(
      find(sql, /(?<=(?:\bSELECT|\bDISTINCT|,)\s*|\.)\*|\bCOLUMNS\s*\(/i),
      "Name each result column: `*` and COLUMNS() change with the table",
    );
  }
  const [odd] = syntax.oddParts;
  if (odd) {
    throw at(find(sql, /\S/), `A query file holds a plain SELECT, without what ClickHouse calls ${odd}`);
  }
}

/** Refuses a query that reaches beyond values of its database's tables. Throws QueryFileError. */
export function checkReach(reach: Reach | undefined, sql: string, at: At): void {
  if (!reach) return;
  const name = reach.name.replace(/\W/g, "\\$&");
  throw at(find(sql, new RegExp(`\\b${name}\\b`, "i")), reach.message);
}

/** Where code of the statement matches, strings and comments aside; its beginning when none does. */
function find(sql: string, pattern: RegExp): number {
  const code = maskSql(sql);
  const found = code.search(pattern);
  return found >= 0 ? found : code.search(/\S/);
}

/** The result columns. Throws QueryFileError when a name is no name of the API, or the front matter describes another. */
export function readColumns(
  resolution: Pick<Resolution, "columns">,
  sql: string,
  { frontMatter, offsetOf }: QuerySource,
  at: At,
): Column[] {
  const places = columnPlaces(sql, resolution.columns.length);
  const columns = resolution.columns.map(({ name, type }, i) => {
    // the engine may have written the name differently
    const place = places[i] ?? Math.max(sql.indexOf(name), sql.search(/\S/));
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw at(place, `Give the result column "${name}" an alias in camelCase${camelCase(name)}`);
    }
    if (resolution.columns.findIndex((column) => column.name === name) < i) {
      throw at(place, `Two result columns have the name "${name}"`);
    }
    if (name === warningsColumn && (frontMatter.returns !== "object" || type !== "Array(String)")) {
      throw at(
        place,
        "The result column `warnings` becomes `meta.warnings`: it is an Array(String), of a query with `returns: object`",
      );
    }
    const parsed = parseType(type);
    if (holdsWideInteger(parsed)) {
      throw at(
        place,
        `The result column "${name}" has integers of more than 64 bits, which no client reads from JSON: write toString(…)`,
      );
    }
    return { name, type: parsed };
  });
  for (const [described, { format }] of Object.entries(frontMatter.columns)) {
    if (!columns.some((column) => column.name === described.split(".")[0])) {
      throw at(
        offsetOf(["columns", described]),
        `The front matter describes the column "${described}", which the query does not return` +
          suggestion(described, columns.map(({ name }) => name)),
      );
    }
    if (format && !hasTextAt(columns, described)) {
      throw at(
        offsetOf(["columns", described]),
        `The front matter says the format of "${described}", which is no text in the result`,
      );
    }
  }
  return columns;
}

/** `, such as lastContact` for a name of words that can be written so. */
function camelCase(name: string): string {
  if (!/^[a-zA-Z]\w*[a-zA-Z0-9]$/.test(name)) return "";
  const words = name.replaceAll(/_+(\w)/g, (_, letter) => letter.toUpperCase());
  return `, such as ${words[0].toLowerCase()}${words.slice(1)}`;
}

/** Whether the engine would print bare numbers of up to 78 digits; no setting of it quotes them alone. */
function holdsWideInteger(type: ClickHouseType): boolean {
  switch (type.kind) {
    case "Integer":
      return type.bits > 64;
    case "Nullable":
    case "LowCardinality":
    case "Array":
      return holdsWideInteger(type.of);
    case "Map":
      return holdsWideInteger(type.value);
    case "Tuple":
    case "Nested":
      return type.elements.some((element) => holdsWideInteger(element.type));
    case "Variant":
      return type.alternatives.some(holdsWideInteger);
    default:
      return false;
  }
}
