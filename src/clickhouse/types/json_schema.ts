import type { ClickHouseType, TypeElement } from "./type.ts";

// Two places where the engine prints what JSON Schema or JSON clients cannot say well:
// - NaN and infinities print as null. A plain Float stays `number` in the schema, because nearly no query yields
//   them and `number | null` would trouble every client; the description says it, and a query that can divide
//   by zero should return Nullable(Float64), whose schema has null.
// - (U)Int128 and (U)Int256 print as bare numbers of up to 78 digits, whichever setting is on (quoting them
//   would quote 64-bit integers as well). The schema says so; a query should return toString(x) of them.

/** A JSON Schema 2020-12 fragment, as OpenAPI 3.1 takes it. */
export interface JsonSchema {
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: (string | null)[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  items?: JsonSchema | false;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  [keyword: string]: unknown;
}

/** The settings under which a result prints as resultSchema says; to be sent with each query that answers JSON. */
export const jsonSettings: Record<string, string> = {
  // 64-bit integers are numbers in the API, documented as int64.
  output_format_json_quote_64bit_integers: "0",
  // Decimals are strings: a client's float must not round money.
  output_format_json_quote_decimals: "1",
  // NaN and infinities become null; JSON has no other word for them.
  output_format_json_quote_denormals: "0",
  // Floats are what JSON numbers are.
  output_format_json_quote_64bit_floats: "0",
  // Named tuples are how SQL says nested objects.
  output_format_json_named_tuples_as_objects: "1",
  // A Map is an object, not a list of pairs.
  output_format_json_map_as_array_of_tuples: "0",
  // Each declared property is there, null or not: `required` holds.
  output_format_json_skip_null_value_in_named_tuples: "0",
  // Times print in UTC with a Z (RFC 3339), whichever zone the type has.
  date_time_output_format: "iso",
  // Intervals are numbers of their unit.
  interval_output_format: "numeric",
  // URLs stay readable; a slash needs no escape.
  output_format_json_escape_forward_slashes: "0",
  // A String may hold any bytes: what is not UTF-8 becomes U+FFFD, or the answer would not be JSON.
  output_format_json_validate_utf8: "1",
  // A Decimal(10, 2) always has two decimals: "12.50", so equal values have equal text.
  output_format_decimal_trailing_zeros: "1",
  // Else a whole Float as the key of a Map would print as "70.".
  output_format_always_write_decimal_point_in_float_and_decimal: "0",
  // Floats print with the digits that read back to the same value.
  output_format_float_precision: "0",
};

const POINT: JsonSchema = {
  type: "array",
  prefixItems: [{ type: "number" }, { type: "number" }],
  items: false,
  minItems: 2,
};
const LINE: JsonSchema = { type: "array", items: POINT };
const LINES: JsonSchema = { type: "array", items: LINE };
const POLYGONS: JsonSchema = { type: "array", items: LINES };
const TIME = "-?\\d{2,3}:[0-5]\\d:[0-5]\\d";

/** Returns the schema of a result column of this type, printed with jsonSettings. */
export function resultSchema(type: ClickHouseType): JsonSchema {
  switch (type.kind) {
    case "String":
      return { type: "string" };
    case "FixedString":
      return {
        type: "string",
        description: `${type.length} bytes; a shorter value is followed by NUL characters`,
      };
    case "Bool":
      return { type: "boolean" };
    case "Integer":
      return integerSchema(type.bits, type.signed);
    case "Float32":
    case "BFloat16":
      return { type: "number", format: "float", description: "null when not finite" };
    case "Float64":
      return { type: "number", format: "double", description: "null when not finite" };
    case "Decimal":
      return { type: "string", pattern: `^-?\\d+${fraction(type.scale)}$` };
    case "UUID":
      return { type: "string", format: "uuid" };
    case "IPv4":
      return { type: "string", format: "ipv4" };
    case "IPv6":
      return { type: "string", format: "ipv6" };
    case "Date":
    case "Date32":
      return { type: "string", format: "date" };
    case "DateTime":
    case "DateTime64":
      return { type: "string", format: "date-time" };
    case "Time":
      return { type: "string", pattern: `^${TIME}$` };
    case "Time64":
      return { type: "string", pattern: `^${TIME}${fraction(type.precision)}$` };
    case "Interval":
      return { type: "integer", format: "int64", description: `${type.unit.toLowerCase()}s` };
    case "Enum":
      return { type: "string", enum: type.values.map(({ name }) => name) };
    case "Nothing":
      return { type: "null" };
    case "Nullable":
      return orNull(resultSchema(type.of));
    case "LowCardinality":
      return resultSchema(type.of);
    case "Array":
      return { type: "array", items: resultSchema(type.of) };
    case "Map":
      return { type: "object", additionalProperties: resultSchema(type.value) };
    case "Tuple":
      return tupleSchema(type.elements, resultSchema);
    case "Nested":
      return { type: "array", items: tupleSchema(type.elements, resultSchema) };
    case "Variant":
      return { anyOf: [...type.alternatives.map(resultSchema), { type: "null" }] };
    case "Dynamic":
      return {};
    case "JSON":
      return { type: "object" };
    case "AggregateFunction":
      return type.simple
        ? resultSchema(type.of[0])
        : { type: "string", description: "binary aggregate state" };
    case "QBit":
      return { type: "array", items: { type: "number" }, minItems: type.dimension, maxItems: type.dimension };
    case "Point":
      return POINT;
    case "Ring":
    case "LineString":
      return LINE;
    case "MultiLineString":
    case "Polygon":
      return LINES;
    case "MultiPolygon":
      return POLYGONS;
    case "Geometry":
      return { anyOf: [POINT, LINE, LINES, POLYGONS, { type: "null" }] };
  }
}

/** Returns the schema of an integer: with bounds where a JSON number can say them exactly. */
export function integerSchema(bits: number, signed: boolean): JsonSchema {
  if (bits > 64) {
    return { type: "integer", description: `${bits}-bit: read it with a parser of big integers` };
  }
  if (bits === 64) return { type: "integer", format: "int64", ...(signed ? {} : { minimum: 0 }) };
  const [minimum, maximum] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  return { type: "integer", format: maximum < 2 ** 31 ? "int32" : "int64", minimum, maximum };
}

/** Returns the schema of a tuple: an object when its elements are named, else an array of fixed length. */
export function tupleSchema(
  elements: TypeElement[],
  schemaOf: (type: ClickHouseType) => JsonSchema,
): JsonSchema {
  const schemas = elements.map(({ type }) => schemaOf(type));
  if (elements.length === 0) return { type: "array", maxItems: 0 };
  if (elements[0].name === undefined) {
    return { type: "array", prefixItems: schemas, items: false, minItems: schemas.length };
  }
  const names = elements.map(({ name }) => name!);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name, index) => [name, schemas[index]])),
    required: names,
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, { type: "null" }] };
  if (schema.type === undefined || schema.type === "null") return schema;
  const nullable: JsonSchema = { ...schema, type: [schema.type as string, "null"] };
  if (schema.enum) nullable.enum = [...schema.enum, null];
  if (schema.description === "null when not finite") delete nullable.description;
  return nullable;
}

function fraction(digits: number): string {
  return digits === 0 ? "" : `\\.\\d{${digits}}`;
}
