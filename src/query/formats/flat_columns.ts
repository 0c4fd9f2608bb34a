import type { Query } from "../../catalog/query.ts";
import { printName } from "../../clickhouse/types/print_type.ts";
import { quoteString } from "../../clickhouse/string_literal.ts";
import type { ClickHouseType } from "../../clickhouse/types/type.ts";
import { type ExportColumn, flattened, sourceOf, tablesOf } from "./export_columns.ts";
import { withTimes } from "../../catalog/typed_times.ts";

/** The query, or one of its tables, with its rows as they are. */
export function plainColumns(query: Query, table?: string): string {
  const { from, columns } = sourceOf(query, table);
  return table === undefined ? query.sql : select(columns, from, ({ expression }) => expression);
}

/**
 * The query with times as times where its front matter says so, and as text what Parquet and Arrow have no type for; nested values of
 * such types as JSON.
 */
export function typedColumns(query: Query, table?: string): string {
  const { from, columns } = sourceOf(query, table);
  return select(columns, from, (column) => {
    const { type, expression } = withTimes(
      column,
      column.path,
      (path) => query.frontMatter.columns[path]?.format,
    );
    const inner = unwrapped(type);
    if (hasFileType(inner)) return expression;
    if (inner.kind === "Interval") return `toInt64(${expression})`;
    // Arrow would hold bare integers
    if (inner.kind === "DateTime") return `toDateTime64(${expression}, 0)`;
    if (isTextual(inner)) return `toString(${expression})`;
    if (inner.kind === "Nothing") return `CAST(${expression}, 'Nullable(String)')`;
    return jsonText(column.expression);
  });
}

/**
 * The query with columns as a text file holds them: elements of named tuples as columns of their own, other nested values as
 * JSON text. A program for sheets takes text that begins with certain characters for a formula: `escapesFormulas` puts an
 * apostrophe in front.
 */
export function csvColumns(query: Query, table?: string, escapesFormulas = false): string {
  const { from, columns } = sourceOf(query, table);
  const isPlain = ({ type }: ExportColumn) => isLine(unwrapped(type));
  if (table === undefined && !escapesFormulas && columns.every(isPlain)) return query.sql;
  return select(flattened(columns), from, ({ type, expression }) => {
    const inner = unwrapped(type);
    if (!isLine(inner)) return jsonText(expression);
    return escapesFormulas && isFreeText(inner) ? escapedText(expression) : expression;
  });
}

/** The object that the query answers without the lists which are tables of their own. */
export function fieldColumns(query: Query): string {
  const { from, columns } = sourceOf(query, undefined);
  const tables = tablesOf(query);
  const fields = flattened(columns).filter(({ path }) => !tables.includes(path));
  return select(
    fields.length ? fields : columns,
    from,
    ({ type, expression }) => isLine(unwrapped(type)) ? expression : jsonText(expression),
  );
}

/** Most characters of a cell. Source: Excel's specifications and limits. */
const maxCellLength = 32_767;

/** The columns of a sheet: elements of named tuples are columns of their own. */
export function sheetColumns(query: Query, table?: string): ExportColumn[] {
  return flattened(sourceOf(query, table).columns);
}

/**
 * The query with columns as a sheet can hold them: nested ones as JSON text, 64-bit integers as text until it is
 * known whether they are exact as numbers. The query refuses text that is too long for a cell.
 */
export function sheetSql(query: Query, table?: string): string {
  return select(sheetColumns(query, table), sourceOf(query, table).from, ({ type, expression, name }) => {
    const inner = unwrapped(type);
    switch (inner.kind) {
      case "Integer":
        return inner.bits > 32 ? `toString(${expression})` : expression;
      case "Interval":
        return `toInt64(${expression})`;
      case "String":
      case "FixedString":
        return checkedText(expression, name);
      default:
        return isScalar(inner) ? expression : checkedText(jsonText(expression), name);
    }
  });
}

function select(
  columns: ExportColumn[],
  from: string,
  expressionOf: (column: ExportColumn) => string,
): string {
  // a name with a dot is no longer one when it is not quoted
  const list = columns.map((column) => `${expressionOf(column)} AS ${printName(column.name)}`);
  return `SELECT ${list.join(", ")} FROM ${from}`;
}

/** JSON of a value; null stays null. */
function jsonText(expression: string): string {
  return `nullIf(toJSONString(${expression}), 'null')`;
}

function checkedText(text: string, name: string): string {
  const message =
    `format: A cell of xlsx holds at most ${maxCellLength} characters and the column ${name} has longer text; ask for csv`;
  return `substring(${text}, 1 + throwIf(ifNull(lengthUTF8(${text}), 0) > ${maxCellLength}, ${
    quoteString(message)
  }))`;
}

/** What spreadsheets take for the beginning of a formula, the wide forms of Chinese and Japanese keyboards included (OWASP). */
const formulaStarts = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];

function escapedText(text: string): string {
  const begins = formulaStarts.map((start) => `startsWith(${text}, ${quoteString(start)})`).join(" OR ");
  return `if(ifNull(${begins}, false), concat('''', ${text}), ${text})`;
}

/** The type without Nullable and LowCardinality. */
export function unwrapped(type: ClickHouseType): ClickHouseType {
  return type.kind === "Nullable" || type.kind === "LowCardinality" ? unwrapped(type.of) : type;
}

function isTextual({ kind }: ClickHouseType): boolean {
  return ["UUID", "IPv4", "IPv6", "Enum", "Time", "Time64"].includes(kind);
}

function isScalar(type: ClickHouseType): boolean {
  return isTextual(type) || isPlain(type);
}

/** Whether a text file has one value of this type in a field. */
function isLine(type: ClickHouseType): boolean {
  return isScalar(type) || ["Interval", "Nothing", "BFloat16"].includes(type.kind);
}

function isFreeText({ kind }: ClickHouseType): boolean {
  return kind === "String" || kind === "FixedString";
}

function isPlain({ kind }: ClickHouseType): boolean {
  const kinds = ["String", "FixedString", "Bool", "Integer", "Float32", "Float64", "Decimal"];
  return [...kinds, "Date", "Date32", "DateTime", "DateTime64"].includes(kind);
}

/** Whether Parquet and Arrow say this type and those within it. */
function hasFileType(type: ClickHouseType): boolean {
  switch (type.kind) {
    case "Nullable":
    case "LowCardinality":
    case "Array":
      return hasFileType(type.of);
    case "Map":
      return hasFileType(type.key) && hasFileType(type.value);
    case "Tuple":
    case "Nested":
      return type.elements.length > 0 && type.elements.every((element) => hasFileType(element.type));
    default:
      return type.kind !== "DateTime" && isPlain(type);
  }
}
