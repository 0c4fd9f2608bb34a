import { suggestion } from "../../base/suggestion.ts";
import { quoteString } from "../../clickhouse/string_literal.ts";
import { Refusal } from "./refusal.ts";

/** A rule that a field's text may break; both are SQL conditions or words, `text` is the expression of the text. */
export interface Rule {
  breaks(text: string): string;
  /** What follows the field's name in the reason, such as `is not a UUID`. */
  says: string;
}

/** How the text of a field becomes a column. */
export interface FieldType {
  /** As the command has it, such as `Enum(open, closed)`. */
  written: string;
  /** Type of the column. */
  column: string;
  /** The column's value, of a text that breaks no rule; it never throws. */
  value(text: string): string;
  /** Whether a column of an optional field is Nullable; texts are '' then. */
  isNullable: boolean;
  /** Of an optional field's text, '' included; only where `isNullable`. */
  nullable?(text: string): string;
  rules: Rule[];
  /** A value in the test of the first query, of the row with this number. */
  example(row: number): string | number | boolean;
  /** The demo's value, from `chance`, a whole number, `at`, an instant; and its type in JSON. */
  demo: { value: string; type: string };
  /** Values of an Enum. */
  values?: string[];
}

/** What people write for a type, and what it is called here. */
const meant = new Map(Object.entries({
  boolean: "Bool",
  datetime64: "DateTime",
  double: "Float",
  integer: "Int",
  long: "Int",
  number: "Float",
  numeric: "Decimal(12, 2)",
  decimal: "Decimal(12, 2)",
  text: "String",
  timestamp: "DateTime",
  varchar: "String",
  enum: "Enum(open, closed)",
  array: "Array(String)",
}));
const integers = ["Int", "UInt", ...[8, 16, 32, 64].flatMap((bits) => [`Int${bits}`, `UInt${bits}`])];
const floats = ["Float", "Float32", "Float64"];
const plain = ["UUID", "String", ...integers, ...floats, "Bool", "Date", "DateTime"];

/** Longest number that every reader of JSON keeps digit by digit. */
const maxDigits = 15;

/** The type that a text names. Throws Refusal. */
export function fieldType(written: string): FieldType {
  const [, name, inner] = /^(\w+)(?:\((.*)\))?$/s.exec(written) ?? [];
  if (name === "Enum" && inner !== undefined) return enumType(written, inner);
  if (name === "Decimal" && inner !== undefined) return decimalType(written, inner);
  if (inner === undefined) {
    if (integers.includes(written)) return integerType(written);
    if (floats.includes(written)) return floatType(written);
    if (written in single) return { written, ...single[written] };
  }
  const known = meant.get((name ?? written).toLowerCase());
  const hint = known ? `; did you mean "${known}"?` : suggestion(name ?? written, plain);
  throw new Refusal(
    `There is no type "${written}"${
      hint || `; there are ${plain.join(", ")}, Decimal(12, 2), Enum(open, closed) and Array(…) of these`
    }`,
  );
}

const single: Record<string, Omit<FieldType, "written">> = {
  UUID: {
    column: "UUID",
    value: (text) => `toUUIDOrZero(${text})`,
    isNullable: true,
    nullable: (text) => `toUUIDOrNull(${text})`,
    rules: [{ breaks: (text) => `toUUIDOrNull(${text}) IS NULL`, says: "is not a UUID" }],
    example: (row) => `00000000-0000-4000-8000-${String(row).padStart(12, "0")}`,
    demo: { value: "reinterpretAsUUID(sipHash128(tenant, day, number))", type: "UUID" },
  },
  String: {
    column: "String",
    value: (text) => text,
    isNullable: false,
    rules: [{ breaks: (text) => `is_nested_json(${text})`, says: "is not a string" }],
    example: (row) => `text ${row}`,
    demo: { value: "concat('text ', toString(chance % 5))", type: "String" },
  },
  Bool: {
    column: "Bool",
    value: (text) => `${text} IN ('true', '1')`,
    isNullable: true,
    nullable: (text) => `if(${text} = '', NULL, ${text} IN ('true', '1'))`,
    rules: [{ breaks: (text) => `${text} NOT IN ('true', 'false', '1', '0')`, says: "is not a boolean" }],
    example: (row) => row < 3,
    demo: { value: "chance % 3 = 0", type: "Bool" },
  },
  Date: {
    column: "Date",
    value: (text) => `toDateOrZero(${text})`,
    isNullable: true,
    nullable: (text) => `toDateOrNull(${text})`,
    rules: [{
      breaks: (text) => `ifNull(toString(toDateOrNull(${text})), '') != ${text}`,
      says: "is not a date from 1970-01-01 to 2149-06-06",
    }],
    example: () => "2026-03-05",
    demo: { value: "day", type: "Date" },
  },
  DateTime: {
    column: "DateTime64(3, 'UTC')",
    value: (text) => `assumeNotNull(event_instant(${text}))`,
    isNullable: true,
    nullable: (text) => `event_instant(${text})`,
    rules: [
      { breaks: (text) => `event_instant(${text}) IS NULL`, says: "is not an ISO 8601 date-time" },
      {
        breaks: (text) => `toYear(event_instant(${text})) NOT BETWEEN 2000 AND 2100`,
        says: "is not in the years 2000 to 2100",
      },
    ],
    example: (row) => row < 3 ? "2026-03-05T10:00:00Z" : "2026-03-07T10:00:00Z",
    demo: { value: "iso_millis(at, 'UTC')", type: "String" },
  },
};

function integerType(written: string): FieldType {
  const column = /\d$/.test(written) ? written : `${written}64`;
  const [, unsigned, bits] = /^(U?)Int(\d+)$/.exec(column)!;
  const span = 1n << BigInt(bits);
  const range = unsigned ? `0 to ${span - 1n}` : `${-span / 2n} to ${span / 2n - 1n}`;
  return {
    written,
    column,
    value: (text) => `to${column}OrZero(${text})`,
    isNullable: true,
    nullable: (text) => `to${column}OrNull(${text})`,
    rules: [{
      breaks: (text) => `to${column}OrNull(${text}) IS NULL`,
      says: `is not a whole number from ${range}`,
    }],
    example: (row) => row,
    demo: { value: `to${column}(chance % 100)`, type: column },
  };
}

function floatType(written: string): FieldType {
  const column = /\d$/.test(written) ? written : `${written}64`;
  return {
    written,
    column,
    value: (text) => `to${column}OrZero(${text})`,
    isNullable: true,
    nullable: (text) => `to${column}OrNull(${text})`,
    rules: [{
      breaks: (text) => `NOT ifNull(isFinite(to${column}OrNull(${text})), 0)`,
      says: "is not a number",
    }],
    example: (row) => row + 0.5,
    demo: { value: "chance % 1000 / 10", type: "Float64" },
  };
}

function decimalType(written: string, inner: string): FieldType {
  const [, digits, decimals] = /^\s*(\d{1,2})\s*,\s*(\d{1,2})\s*$/.exec(inner)?.map(Number) ?? [];
  if (!(digits >= 1 && digits <= maxDigits && decimals <= digits)) {
    throw new Refusal(
      `Write Decimal(DIGITS, DECIMALS), such as Decimal(12, 2), with at most ${maxDigits} digits, not "${written}": ` +
        "numbers of JSON keep no more",
    );
  }
  const whole = Math.max(1, digits - decimals);
  const pattern = `^-?[0-9]{1,${whole}}${decimals ? `([.][0-9]{1,${decimals}}0*)?` : ""}$`;
  return {
    written,
    column: `Decimal(${digits}, ${decimals})`,
    value: (text) => `toDecimal64OrZero(${text}, ${decimals})`,
    isNullable: true,
    nullable: (text) => `toDecimal64OrNull(${text}, ${decimals})`,
    rules: [{
      breaks: (text) => `NOT match(${text}, '${pattern}')`,
      says: `is not a number of at most ${whole} digits and ${decimals} decimals`,
    }],
    example: (row) => row,
    demo: { value: `toDecimal64(chance % 10, ${decimals})`, type: `Decimal(18, ${decimals})` },
  };
}

function enumType(written: string, inner: string): FieldType {
  const values = inner.split(",").map((value) => value.trim().replace(/^(['"])(.*)\1$/, "$2"));
  const odd = values.find((value) => !/^[\p{L}\p{N}][\p{L}\p{N} _.:/+-]{0,63}$/u.test(value));
  if (odd !== undefined) {
    throw new Refusal(
      `Write the values of an Enum in letters and digits with commas between, such as Enum(open, closed), not "${odd}"`,
    );
  }
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (twice !== undefined) throw new Refusal(`"${twice}" comes twice in ${written}`);
  const list = values.map(quoteString).join(", ");
  return {
    written,
    values,
    column: "LowCardinality(String)",
    value: (text) => text,
    isNullable: false,
    rules: [{ breaks: (text) => `${text} NOT IN (${list})`, says: "is unknown" }],
    example: (row) => row < 3 ? values[0] : values.at(-1)!,
    demo: { value: `[${list}][1 + chance % ${values.length}]`, type: "String" },
  };
}
