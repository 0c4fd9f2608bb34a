import type { Query } from "../catalog/query.ts";
import type { ClickHouseType } from "../clickhouse/type.ts";

/** The query with the columns as text that Parquet and Arrow have no type for; nested ones of such types as JSON. */
export function typedColumns(query: Query): string {
  return withColumns(query, (type, column) => {
    const inner = unwrapped(type);
    if (hasFileType(inner)) return column;
    if (inner.kind === "Interval") return `toInt64(${column})`;
    // Arrow would hold bare integers
    if (inner.kind === "DateTime") return `toDateTime64(${column}, 0)`;
    if (isTextual(inner)) return `toString(${column})`;
    if (inner.kind === "Nothing") return `CAST(${column}, 'Nullable(String)')`;
    return jsonText(column);
  });
}

/** Most characters of a cell. Source: Excel's specifications and limits. */
const maxCellLength = 32_767;

/**
 * The query with columns as a sheet can hold them: nested ones as JSON text, 64-bit integers as text until it is
 * known whether they are exact as numbers. The query refuses text that is too long for a cell.
 */
export function sheetColumns(query: Query): string {
  return withColumns(query, (type, column, name) => {
    const inner = unwrapped(type);
    switch (inner.kind) {
      case "Integer":
        return inner.bits > 32 ? `toString(${column})` : column;
      case "Interval":
        return `toInt64(${column})`;
      case "String":
      case "FixedString":
        return checkedText(column, name);
      default:
        return isScalar(inner) ? column : checkedText(jsonText(column), name);
    }
  });
}

/** JSON of a value; null stays null. */
function jsonText(column: string): string {
  return `nullIf(toJSONString(${column}), 'null')`;
}

function checkedText(text: string, name: string): string {
  const message =
    `format: A cell of xlsx holds at most ${maxCellLength} characters and the column ${name} has longer text; ask for csv`;
  return `substring(${text}, 1 + throwIf(ifNull(lengthUTF8(${text}), 0) > ${maxCellLength}, '${message}'))`;
}

/** Names of result columns are letters and digits alone; one is never an alias of the inner query here. */
function withColumns(
  { sql, columns }: Query,
  expressionOf: (type: ClickHouseType, column: string, name: string) => string,
): string {
  const list = columns.map(({ name, type }) => `${expressionOf(type, `result.${name}`, name)} AS ${name}`);
  return `SELECT ${list.join(", ")} FROM (\n${sql}\n) AS result`;
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
