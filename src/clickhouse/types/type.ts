import { suggestion } from "../../base/suggestion.ts";
import { beginsAlias, familyName } from "./type_alias.ts";
import * as cursors from "./type_cursor.ts";
import { type TypeCursor, TypeSyntaxError } from "./type_cursor.ts";

const PLAIN_KINDS = [
  "String",
  "Bool",
  "UUID",
  "IPv4",
  "IPv6",
  "Date",
  "Date32",
  "Time",
  "Float32",
  "Float64",
  "BFloat16",
  "Nothing",
  "Point",
  "Ring",
  "LineString",
  "MultiLineString",
  "Polygon",
  "MultiPolygon",
  "Geometry",
] as const;
/** Names that a misspelled one may have meant. */
const FAMILIES = [
  ...PLAIN_KINDS,
  ...[8, 16, 32, 64, 128, 256].flatMap((bits) => [`Int${bits}`, `UInt${bits}`]),
  ..."Decimal FixedString DateTime DateTime64 Enum Nullable LowCardinality Array Map Tuple JSON".split(" "),
];
const INTERVAL_UNITS = [
  "Nanosecond",
  "Microsecond",
  "Millisecond",
  "Second",
  "Minute",
  "Hour",
  "Day",
  "Week",
  "Month",
  "Quarter",
  "Year",
];
const DECIMAL_PRECISION: Record<string, number> = { "32": 9, "64": 18, "128": 38, "256": 76 };

/** One element of a Tuple or a Nested; a Nested's always has a name, a Tuple's all have one or none has. */
export interface TypeElement {
  name?: string;
  type: ClickHouseType;
}

/** One argument of JSON(…): a limit, a path with its type, or a path or pattern that is not kept. */
export type JsonArgument =
  | { limit: string; value: number }
  | { path: string; type: ClickHouseType }
  | { skip: string }
  | { skipPattern: string };

/** A ClickHouse type; aliases are resolved, so `INT` and `Int32` are equal. */
export type ClickHouseType =
  | { kind: typeof PLAIN_KINDS[number] }
  | { kind: "Integer"; bits: number; signed: boolean }
  | { kind: "Decimal"; precision: number; scale: number }
  | { kind: "FixedString"; length: number }
  | { kind: "DateTime"; zone?: string }
  | { kind: "DateTime64"; precision: number; zone?: string }
  | { kind: "Time64"; precision: number }
  | { kind: "Interval"; unit: string }
  | { kind: "Enum"; bits: 8 | 16; values: { name: string; value: number }[] }
  | { kind: "Nullable" | "LowCardinality" | "Array"; of: ClickHouseType }
  | { kind: "Map"; key: ClickHouseType; value: ClickHouseType }
  | { kind: "Tuple" | "Nested"; elements: TypeElement[] }
  | { kind: "Variant"; alternatives: ClickHouseType[] }
  | { kind: "Dynamic"; maxTypes?: number }
  | { kind: "JSON"; arguments: JsonArgument[] }
  | { kind: "AggregateFunction"; simple: boolean; call: string; of: ClickHouseType[] }
  | { kind: "QBit"; of: ClickHouseType; dimension: number };

/** Returns the type a text such as `Array(Nullable(UInt8))` names. Throws TypeSyntaxError. */
export function parseType(text: string): ClickHouseType {
  const cursor = cursors.openType(text);
  const type = readType(cursor);
  if (cursor.token.kind !== "end") throw cursors.unexpected(cursor, "the end of the type");
  return type;
}

function readType(cursor: TypeCursor): ClickHouseType {
  const start = cursor.token.start;
  let words = cursors.takeName(cursor);
  while (cursor.token.kind === "word" && beginsAlias(`${words} ${cursor.token.text}`)) {
    words += ` ${cursors.take(cursor).text}`;
  }
  const family = familyName(words);
  const type = readPlain(family, cursor) ?? readSized(family, cursor) ?? readComposite(family, cursor);
  if (type === null) {
    const near = suggestion(words, FAMILIES);
    throw new TypeSyntaxError(`no type is called "${words}"${near}`, cursor.text, start);
  }
  return type;
}

function readPlain(family: string, cursor: TypeCursor): ClickHouseType | null {
  const kind = PLAIN_KINDS.find((name) => name === family);
  const integer = /^(U?)Int(8|16|32|64|128|256)$/.exec(family);
  const unit = INTERVAL_UNITS.find((name) => `Interval${name}` === family);
  if (kind === "Time" && cursor.token.text === "(") return readSized("Time64", cursor);
  if (!kind && !integer && !unit) return null;
  if (cursor.token.text === "(") cursors.takeList(cursor, cursors.takeInteger); // VARCHAR(10), INT(11): no meaning
  if (integer) return { kind: "Integer", bits: Number(integer[2]), signed: integer[1] === "" };
  return unit ? { kind: "Interval", unit } : { kind: kind! };
}

function readSized(family: string, cursor: TypeCursor): ClickHouseType | null {
  const sizedDecimal = /^Decimal(32|64|128|256)$/.exec(family);
  if (sizedDecimal) {
    const precision = DECIMAL_PRECISION[sizedDecimal[1]];
    return { kind: "Decimal", precision, scale: oneArgument(cursor, cursors.takeInteger) };
  }
  switch (family) {
    case "Decimal": {
      const [precision = 10, scale = 0] = optionalList(cursor, cursors.takeInteger);
      return { kind: "Decimal", precision, scale };
    }
    case "FixedString":
      return { kind: "FixedString", length: oneArgument(cursor, cursors.takeInteger) };
    case "DateTime":
    case "DateTime32":
    case "DateTime64": {
      const parts = optionalList(cursor, readIntegerOrString);
      const precision = parts.find((part) => typeof part === "number") ??
        (family === "DateTime64" ? 3 : null);
      const zone = parts.find((part) => typeof part === "string");
      const zoned = zone === undefined ? {} : { zone };
      return precision === null
        ? { kind: "DateTime", ...zoned }
        : { kind: "DateTime64", precision, ...zoned };
    }
    case "Time64":
      return { kind: "Time64", precision: optionalList(cursor, cursors.takeInteger)[0] ?? 3 };
    case "Enum":
    case "Enum8":
    case "Enum16":
      return readEnum(family, cursor);
    default:
      return null;
  }
}

function readComposite(family: string, cursor: TypeCursor): ClickHouseType | null {
  switch (family) {
    case "Nullable":
    case "LowCardinality":
    case "Array":
      return { kind: family, of: oneArgument(cursor, readType) };
    case "Map": {
      cursors.expect(cursor, "(");
      const key = readType(cursor);
      cursors.expect(cursor, ",");
      const value = readType(cursor);
      cursors.expect(cursor, ")");
      return { kind: "Map", key, value };
    }
    case "Tuple":
    case "Nested":
      return { kind: family, elements: cursors.takeList(cursor, readElement) };
    case "Variant":
      return { kind: "Variant", alternatives: cursors.takeList(cursor, readType) };
    case "Dynamic": {
      const [limit] = optionalList(cursor, readJsonArgument);
      return limit && "limit" in limit ? { kind: "Dynamic", maxTypes: limit.value } : { kind: "Dynamic" };
    }
    case "JSON":
      return { kind: "JSON", arguments: optionalList(cursor, readJsonArgument) };
    case "AggregateFunction":
    case "SimpleAggregateFunction":
      return readAggregate(family === "SimpleAggregateFunction", cursor);
    case "QBit": {
      cursors.expect(cursor, "(");
      const of = readType(cursor);
      cursors.expect(cursor, ",");
      const dimension = cursors.takeInteger(cursor);
      cursors.expect(cursor, ")");
      return { kind: "QBit", of, dimension };
    }
    default:
      return null;
  }
}

function readElement(cursor: TypeCursor): TypeElement {
  const named = cursor.token.kind === "quotedName" || /^[\w"`]/.test(cursors.peekSecond(cursor).text);
  return named ? { name: cursors.takeName(cursor), type: readType(cursor) } : { type: readType(cursor) };
}

/** Names without numbers count up from 1, or from the first one's number; the server refuses any other mixture. */
function readEnum(family: string, cursor: TypeCursor): ClickHouseType {
  let next = 1;
  const values = cursors.takeList(cursor, (at) => {
    const name = cursors.takeString(at);
    const value = cursors.accept(at, "=") ? cursors.takeInteger(at) : next;
    next = value + 1;
    return { name, value };
  });
  const small = values.every(({ value }) => value >= -128 && value <= 127);
  const bits = family === "Enum8" || (family === "Enum" && small) ? 8 : 16;
  return { kind: "Enum", bits, values };
}

function readJsonArgument(cursor: TypeCursor): JsonArgument {
  const second = cursors.peekSecond(cursor).text;
  if (second === "=") {
    const limit = cursors.takeName(cursor);
    cursors.expect(cursor, "=");
    return { limit, value: cursors.takeInteger(cursor) };
  }
  if (cursor.token.text.toUpperCase() === "SKIP") {
    cursors.take(cursor);
    if (cursor.token.text.toUpperCase() !== "REGEXP") return { skip: readPath(cursor) };
    cursors.take(cursor);
    return { skipPattern: cursors.takeString(cursor) };
  }
  return { path: readPath(cursor), type: readType(cursor) };
}

function readPath(cursor: TypeCursor): string {
  let path = cursors.takeName(cursor);
  while (cursors.accept(cursor, ".")) path += `.${cursors.takeName(cursor)}`;
  return path;
}

/** Keeps the function, with a version before it and parameters after it, as the server wrote it. */
function readAggregate(simple: boolean, cursor: TypeCursor): ClickHouseType {
  cursors.expect(cursor, "(");
  const start = cursor.token.start;
  let end = start;
  for (let depth = 0; depth > 0 || !/^[,)]$/.test(cursor.token.text) || isVersion(cursor, start);) {
    const token = cursors.take(cursor);
    if (token.kind === "end") throw cursors.unexpected(cursor, '")"');
    depth += /^[([]$/.test(token.text) ? 1 : /^[)\]]$/.test(token.text) ? -1 : 0;
    end = token.end;
  }
  const of: ClickHouseType[] = [];
  while (cursors.accept(cursor, ",")) of.push(readType(cursor));
  cursors.expect(cursor, ")");
  return { kind: "AggregateFunction", simple, call: cursor.text.slice(start, end), of };
}

function isVersion(cursor: TypeCursor, start: number): boolean {
  return cursor.token.text === "," && /^\d+\s*$/.test(cursor.text.slice(start, cursor.token.start));
}

function readIntegerOrString(cursor: TypeCursor): number | string {
  return cursor.token.kind === "string" ? cursors.takeString(cursor) : cursors.takeInteger(cursor);
}

function oneArgument<Item>(cursor: TypeCursor, item: (cursor: TypeCursor) => Item): Item {
  cursors.expect(cursor, "(");
  const value = item(cursor);
  cursors.expect(cursor, ")");
  return value;
}

function optionalList<Item>(cursor: TypeCursor, item: (cursor: TypeCursor) => Item): Item[] {
  return cursor.token.text === "(" ? cursors.takeList(cursor, item) : [];
}
