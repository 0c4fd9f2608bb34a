import assert from "node:assert/strict";
import fc from "fast-check";
import { askRows } from "../../../tests/ask_engine.ts";
import { printType } from "./print_type.ts";
import { familyName } from "./type_alias.ts";
import { TypeSyntaxError } from "./type_cursor.ts";
import { type ClickHouseType, parseType } from "./type.ts";

/** Types as the engine prints them on one line. */
const PRINTED = [
  "String",
  "FixedString(16)",
  "Bool",
  "UUID",
  "IPv4",
  "IPv6",
  "Date",
  "Date32",
  "DateTime",
  "DateTime('Europe/Berlin')",
  "DateTime64(3)",
  "DateTime64(6, 'America/New_York')",
  "Time",
  "Time64(3)",
  "Int8",
  "Int16",
  "Int32",
  "Int64",
  "Int128",
  "Int256",
  "UInt8",
  "UInt16",
  "UInt32",
  "UInt64",
  "UInt128",
  "UInt256",
  "Float32",
  "Float64",
  "BFloat16",
  "Decimal(9, 2)",
  "Decimal(76, 0)",
  "Nullable(Nothing)",
  "Array(Nullable(Nothing))",
  "LowCardinality(Nullable(String))",
  "Array(Array(UInt8))",
  "Map(LowCardinality(String), Array(Nullable(Date)))",
  "Tuple()",
  "Tuple(UInt8, Nullable(String))",
  "Tuple(a UInt8, `b c` Array(Tuple(x Date, y Date)), `d.e` String, `1f` Bool)",
  "Tuple(`a\\`b` UInt8, `a\\\\b` UInt8, `ä` UInt8, `it's` UInt8)",
  "Tuple(`select` UInt8, `from` UInt8, `distinct` UInt8, `all` UInt8, `table` UInt8, where UInt8, UInt8 UInt8)",
  "Nested(a UInt8, b Nested(c String))",
  "Enum8('a' = -1, 'b' = 1)",
  "Enum16('a' = -5, 'b' = 1000)",
  "Enum8('it\\'s' = 1, '\\n\\t\\0\\\\' = 2, '\"' = 3, '}' = 4, ')' = 5, '' = 6, 'ä😀' = 7)",
  "Variant(Array(String), UInt8)",
  "Dynamic",
  "Dynamic(max_types=8)",
  "JSON",
  "JSON(`skip` UInt8, SKIP a)",
  "JSON(max_dynamic_types=4, max_dynamic_paths=8, `a.b` UInt32, `q w` String, t Tuple(a UInt8, b Enum8('x' = 1)), " +
  "SKIP x, SKIP REGEXP 'c.*')",
  "AggregateFunction(count)",
  "AggregateFunction(uniq, UInt8)",
  "AggregateFunction(1, sumMap, Array(UInt8), Array(UInt8))",
  "AggregateFunction(quantiles(0.5, 0.9), Float64)",
  "AggregateFunction(sequenceMatch('(?1)(?2)'), DateTime, UInt8, UInt8)",
  "SimpleAggregateFunction(anyLast, Nullable(UInt8))",
  "QBit(Float32, 3)",
  "Point",
  "Ring",
  "LineString",
  "MultiLineString",
  "Polygon",
  "MultiPolygon",
  "Geometry",
  "IntervalNanosecond",
  "IntervalDay",
  "IntervalQuarter",
];

Deno.test("parseType() and printType() keep every type the engine prints, and the engine prints it so", async () => {
  for (const text of PRINTED) {
    assert.equal(printType(parseType(text)), text);
    assert.equal(await describedByEngine(text), text);
  }
});

Deno.test("parseType() reads the indented form in which the engine shows tuples by default", async () => {
  const [{ type }] = await askRows(
    "SELECT toTypeName(CAST((1, ('x', 2)), 'Tuple(a UInt8, b Tuple(c String, d Int8))')) AS type",
  );
  assert.match(type as string, /\n/);
  assert.equal(printType(parseType(type as string)), "Tuple(a UInt8, b Tuple(c String, d Int8))");
});

Deno.test("parseType() knows every type family of the engine, and each alias as the engine does", async () => {
  const families = await askRows("SELECT name, alias_to, case_insensitive FROM system.data_type_families");
  assert.ok(families.length > 100);
  const withArguments: Record<string, string> = {
    AggregateFunction: "(sum, UInt8)",
    SimpleAggregateFunction: "(sum, UInt64)",
    Array: "(UInt8)",
    Nullable: "(UInt8)",
    LowCardinality: "(String)",
    Map: "(String, UInt8)",
    Tuple: "(UInt8)",
    Nested: "(a UInt8)",
    Variant: "(String, UInt8)",
    FixedString: "(3)",
    QBit: "(Float32, 3)",
    Enum: "('a')",
    Enum8: "('a')",
    Enum16: "('a')",
    Decimal: "(7, 2)",
    Decimal32: "(2)",
    Decimal64: "(2)",
    Decimal128: "(2)",
    Decimal256: "(2)",
  };
  for (const { name, alias_to, case_insensitive } of families as Record<string, string>[]) {
    const family = alias_to || name;
    const argumentsText = withArguments[family] ?? "";
    const ours = printType(parseType(name + argumentsText));
    assert.equal(ours, printType(parseType(family + argumentsText)), name);
    if (Number(case_insensitive)) {
      assert.equal(printType(parseType(name.toLowerCase() + argumentsText)), ours, name);
    }
    // Nothing cannot be a column's type.
    if (family !== "Nothing") assert.equal(ours, await describedByEngine(name + argumentsText), name);
  }
  assert.equal(familyName("string"), "string", "String is case-sensitive in the engine");
});

Deno.test("parseType() numbers the names of an Enum as the engine does", async () => {
  const many = Array.from({ length: 200 }, (_, index) => `'n${index}'`).join(",");
  for (
    const text of [
      "Enum('a','b')",
      "Enum8('a'=5,'b','c')",
      "Enum('a'=-5,'b'=1000)",
      "Enum('a'=127,'b')",
      "Enum('a'=-128,'b'=127)",
      `Enum(${many})`,
    ]
  ) {
    assert.equal(printType(parseType(text)), await describedByEngine(text));
  }
  assert.deepEqual(parseType("Enum('it''s\\'\\x41', 'b')"), {
    kind: "Enum",
    bits: 8,
    values: [{ name: "it's'A", value: 1 }, { name: "b", value: 2 }],
  });
});

Deno.test("parseType() resolves sizes and defaults that the shorter spellings leave out", () => {
  assert.deepEqual(parseType("Decimal64(4)"), { kind: "Decimal", precision: 18, scale: 4 });
  assert.deepEqual(parseType("Decimal"), { kind: "Decimal", precision: 10, scale: 0 });
  assert.deepEqual(parseType("DateTime(3, 'UTC')"), { kind: "DateTime64", precision: 3, zone: "UTC" });
  assert.deepEqual(parseType("DateTime64"), { kind: "DateTime64", precision: 3 });
  assert.deepEqual(parseType("double  precision"), { kind: "Float64" });
  assert.deepEqual(parseType("VARCHAR(10)"), { kind: "String" });
  assert.deepEqual(parseType("Array ( int unsigned )"), {
    kind: "Array",
    of: { kind: "Integer", bits: 32, signed: false },
  });
});

Deno.test("parseType() says where a type goes wrong", () => {
  const cases: [string, number, RegExp][] = [
    ["Array(UInt8", 11, /expected "\)", found the end/],
    ["Array(UInt9)", 6, /no type is called "UInt9"/],
    ["UInt8 extra", 6, /expected the end of the type, found "extra"/],
    ["Enum8(a = 1)", 6, /expected a string in single quotes, found "a"/],
    ["Enum8('a' = 1", 13, /found the end/],
    ["DateTime64(x)", 11, /expected a whole number, found "x"/],
    ["Enum8('\\xff' = 1)", 6, /write the character itself/],
    ["AggregateFunction(sum, UInt8", 28, /found the end/],
    ["AggregateFunction(sum(1", 23, /found the end/],
    ["", 0, /expected a name, found the end/],
    ["Identifier", 0, /no type is called "Identifier"/],
    ["string", 0, /no type is called "string"/],
  ];
  for (const [text, position, message] of cases) {
    assert.throws(() => parseType(text), (error: unknown) => {
      assert.ok(error instanceof TypeSyntaxError, text);
      assert.equal(error.position, position, text);
      assert.equal(error.text, text);
      assert.match(error.message, message);
      return true;
    });
  }
});

const name = fc.oneof(
  fc.constantFrom("a", "select", "b c", "x.y", "1z", "`", "\\", "'"),
  fc.string({ minLength: 1 }),
);
const { type: anyType } = fc.letrec<{ type: ClickHouseType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<ClickHouseType>({ kind: "String" }, { kind: "Ring" }, { kind: "Interval", unit: "Day" }),
    fc.record({ kind: fc.constant("Integer" as const), bits: fc.constantFrom(8, 256), signed: fc.boolean() }),
    fc.record({
      kind: fc.constant("Enum" as const),
      bits: fc.constant(16 as const),
      values: fc.array(fc.record({ name: fc.string({ unit: "binary" }), value: fc.integer() }), {
        minLength: 1,
      }),
    }),
    fc.record({ kind: fc.constantFrom("Array" as const, "Nullable" as const), of: tie("type") }),
    fc.record({ kind: fc.constant("Map" as const), key: tie("type"), value: tie("type") }),
    fc.record({
      kind: fc.constantFrom("Tuple" as const, "Nested" as const),
      elements: fc.array(fc.record({ name, type: tie("type") }), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("JSON" as const),
      arguments: fc.array(fc.oneof(
        fc.record({ path: name, type: tie("type") }),
        fc.record({ skip: name }),
        fc.record({ skipPattern: name }),
      )),
    }),
  ),
}));

Deno.test("parseType() reads back whatever printType() writes, hostile names included", () => {
  fc.assert(
    fc.property(anyType, (type) => assert.deepEqual(parseType(printType(type)), structuredClone(type))),
    {
      numRuns: 500,
    },
  );
});

async function describedByEngine(type: string): Promise<unknown> {
  const structure = `'x ${type.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const settings = { print_pretty_type_names: "0", flatten_nested: "0" };
  const [{ type: described }] = await askRows(`DESCRIBE format(JSONEachRow, ${structure}, '')`, {}, settings);
  return described;
}
