import assert from "node:assert/strict";
import fc from "fast-check";
import { askRows } from "../../../tests/ask_engine.ts";
import { jsonSettings } from "./json_schema.ts";
import { bindableType, compileParameter, ParameterError, parameterSchema, plainValue } from "./parameter.ts";
import { parseType } from "./type.ts";

/** Type, what a request sends, what the engine must then hold (printed as JSON), text bound when worth stating. */
const BOUND: [type: string, input: unknown, held: unknown, text?: string][] = [
  ["UInt8", "255", 255],
  ["UInt8", 0, 0],
  ["UInt8", -0, 0, "0"],
  ["Int8", "-128", -128],
  ["UInt32", 4294967295, 4294967295],
  ["Float64", "1.50", 1.5, "1.5"],
  ["Float64", "1e3", 1000, "1000"],
  ["Float64", 5e-324, 5e-324],
  ["Float64", 1.7976931348623157e308, 1.7976931348623157e308],
  ["Float32", 3.4028234663852886e38, 3.4028235e38],
  ["BFloat16", 1.5, 1.5],
  ["Decimal(4, 2)", "99.99", "99.99"],
  ["Decimal(4, 2)", "1.500", "1.50", "1.5"],
  ["Decimal(4, 2)", -0.25, "-0.25", "-0.25"],
  ["Decimal(4, 2)", "-0.00", "0.00", "0"],
  ["Decimal(4, 0)", "9999", "9999"],
  ["Decimal(38, 38)", `0.${"9".repeat(38)}`, `0.${"9".repeat(38)}`],
  ["Decimal(76, 0)", "9".repeat(76), "9".repeat(76)],
  ["Bool", "1", true, "true"],
  ["Bool", false, false, "false"],
  ["String", "", ""],
  ["String", "\\N", "\\N", "\\\\N"],
  ["String", "a\tb\nc\rd\0e\\f'g\"h\b\f😀", "a\tb\nc\rd\0e\\f'g\"h\b\f😀"],
  ["Nullable(String)", null, null, "\\N"],
  ["Nullable(String)", "NULL", "NULL"],
  ["Nullable(String)", "\\N", "\\N"],
  ["LowCardinality(Nullable(String))", null, null, "\\N"],
  ["LowCardinality(String)", "x'y", "x'y"],
  ["FixedString(3)", "ä1", "ä1"],
  ["FixedString(3)", "a", "a\0\0"],
  ["UUID", "61F0C404-5CB3-11E7-907B-A6006AD3DBA0", "61f0c404-5cb3-11e7-907b-a6006ad3dba0"],
  ["IPv4", "255.0.0.1", "255.0.0.1"],
  ["IPv6", "2001:DB8:0:0::1", "2001:db8::1", "2001:db8::1"],
  ["IPv6", "1.2.3.4", "::ffff:1.2.3.4"],
  ["IPv6", "::ffff:1.2.3.4", "::ffff:1.2.3.4"],
  ["Enum('day', 'it\\'s', '\\n', '1')", "it's", "it's"],
  ["Enum('day', 'it\\'s', '\\n', '1')", "\n", "\n"],
  ["Enum('day', 'it\\'s', '\\n', '1')", "1", "1"],
  ["Date", "1970-01-01", "1970-01-01"],
  ["Date", "2149-06-06", "2149-06-06"],
  ["Date", "2024-02-29", "2024-02-29"],
  ["Date32", "1900-01-01", "1900-01-01"],
  ["Date32", "2299-12-31", "2299-12-31"],
  ["Time", "-999:59:59", "-999:59:59"],
  ["Time", "-00:00:00", "00:00:00", "00:00:00"],
  ["Time64(3)", "-00:00:00.5", "-00:00:00.500"],
  ["Time64(3)", "012:00:00", "12:00:00.000", "12:00:00.000"],
  ["DateTime", "2026-03-10", "2026-03-10T00:00:00Z", "2026-03-10 00:00:00"],
  ["DateTime", "2026-03-10T12:00", "2026-03-10T12:00:00Z"],
  ["DateTime('UTC')", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"],
  ["DateTime('UTC')", "2106-02-07T06:28:15Z", "2106-02-07T06:28:15Z"],
  ["DateTime('UTC')", "2026-03-10 01:30:00+02:30", "2026-03-09T23:00:00Z", "2026-03-09 23:00:00"],
  ["DateTime('UTC')", "2026-03-10T12:00:00.000Z", "2026-03-10T12:00:00Z", "2026-03-10 12:00:00"],
  ["DateTime64(3, 'UTC')", "2026-03-10t12:00:00.5z", "2026-03-10T12:00:00.500Z", "2026-03-10 12:00:00.500"],
  ["DateTime64(3, 'UTC')", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00.000Z"],
  ["DateTime64(3, 'UTC')", "1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500Z"],
  ["DateTime64(3, 'UTC')", "2299-12-31T23:59:59.999Z", "2299-12-31T23:59:59.999Z"],
  ["DateTime64(9, 'UTC')", "2262-04-11T23:47:15.999999999Z", "2262-04-11T23:47:15.999999999Z"],
  ["DateTime64(0, 'Asia/Tokyo')", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"],
  ["DateTime('Asia/Tokyo')", "1970-01-01T00:00:05Z", "1970-01-01T00:00:05Z"],
  ["DateTime('Europe/Berlin')", "2026-07-01", "2026-06-30T22:00:00Z"],
  ["DateTime('Europe/Berlin')", "2026-07-01T00:00:00+02:00", "2026-06-30T22:00:00Z"],
  // New York's clocks went back from 2:00 EDT to 1:00 EST on 2025-11-02 at 06:00 UTC: 01:30 came twice.
  ["DateTime('America/New_York')", "2025-11-02T01:30:00-04:00", "2025-11-02T05:30:00Z"],
  ["DateTime('America/New_York')", "2025-11-02T01:30:00-05:00", "2025-11-02T06:30:00Z"],
  ["DateTime64(3, 'America/New_York')", "2025-11-02T06:30:00.250Z", "2025-11-02T06:30:00.250Z"],
  ["DateTime('America/New_York')", "2025-11-02T01:30:00", "2025-11-02T05:30:00Z"],
  // Cairo's clocks go from 0:00 to 1:00 on 2026-04-24: that day begins at 1:00, 22:00 UTC.
  ["DateTime('Africa/Cairo')", "2026-04-24", "2026-04-23T22:00:00Z"],
  ["DateTime('America/New_York')", "2025-03-09T03:00:00", "2025-03-09T07:00:00Z"],
  ["DateTime('America/New_York')", "2025-03-09T01:59:59", "2025-03-09T06:59:59Z"],
  ["DateTime64(3, 'America/New_York')", "1969-12-31T23:59:59.250Z", "1969-12-31T23:59:59.250Z"],
  ["DateTime64(3, 'America/New_York')", "1969-12-31T23:59:58.250Z", "1969-12-31T23:59:58.250Z"],
  ["DateTime64(3, 'America/New_York')", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z"],
  ["DateTime64(3, 'Asia/Kolkata')", "1900-01-01T00:00:00.001Z", "1900-01-01T00:00:00.001Z"],
  ["DateTime64(3, 'Asia/Kolkata')", "2299-12-31T23:59:59.999Z", "2299-12-31T23:59:59.999Z"],
  ["Array(UInt8)", [], [], "[]"],
  ["Array(UInt8)", "7", [7]],
  ["Array(UInt8)", ["1", 2], [1, 2]],
  ["Array(String)", ["it's", "a\\b", "\n\t\0", "NULL", ""], ["it's", "a\\b", "\n\t\0", "NULL", ""]],
  ["Array(Nullable(String))", ["a", null, "NULL"], ["a", null, "NULL"], "['a',NULL,'NULL']"],
  ["Array(LowCardinality(Nullable(String)))", [null], [null]],
  ["Array(Array(UInt8))", [[1], []], [[1], []]],
  ["Array(Array(UInt8))", ["[1,2]", "[]"], [[1, 2], []]],
  ["Array(Bool)", ["1", false], [true, false]],
  ["Array(Float64)", ["1e300", -0.5], [1e300, -0.5]],
  ["Array(Decimal(4, 2))", ["1.5"], ["1.50"]],
  ["Array(Date)", ["2026-03-10"], ["2026-03-10"]],
  ["Array(DateTime64(3, 'America/New_York'))", ["2025-11-02T06:30:00Z"], ["2025-11-02T06:30:00.000Z"]],
  ["Array(DateTime('Asia/Tokyo'))", ["1970-01-01T00:00:05Z"], ["1970-01-01T00:00:05Z"]],
  ["Array(Enum8('it\\'s' = 1))", ["it's"], ["it's"]],
  ["Array(UUID)", ["61f0c404-5cb3-11e7-907b-a6006ad3dba0"], ["61f0c404-5cb3-11e7-907b-a6006ad3dba0"]],
  ["Array(IPv6)", ["::1"], ["::1"]],
  ["Array(Time64(3))", ["-00:00:05.5"], ["-00:00:05.500"]],
  ["Array(FixedString(2))", ["'\\"], ["'\\"]],
  ["Map(String, Nullable(UInt8))", { "it's": 1, b: null }, { "it's": 1, b: null }],
  ["Map(UInt8, Array(String))", '{"1": ["x"]}', { "1": ["x"] }],
  ["Map(Date, UInt8)", { "2026-03-10": "3" }, { "2026-03-10": 3 }],
  ["Map(String, String)", {}, {}],
  ["Tuple(UInt8, Nullable(String))", [1, null], [1, null]],
  ["Tuple(a UInt8, b Array(String))", { b: ["x"], a: 1 }, { a: 1, b: ["x"] }],
  ["Array(Tuple(a String))", [{ a: "x)" }], [{ a: "x)" }]],
  ["Tuple(UInt8)", ["1"], [1]],
];

Deno.test("compileParameter() writes text in which the engine finds what was sent", async () => {
  for (const [type, input, held, text] of BOUND) {
    const bound = compileParameter(parseType(type))(input);
    if (text !== undefined) assert.equal(bound, text, type);
    assert.deepEqual(await heldByEngine(type, bound), held, `${type} ${JSON.stringify(input)} as ${bound}`);
  }
});

Deno.test("compileParameter() keeps the outermost integers exact and refuses the next ones", async () => {
  for (const bits of [8, 16, 32, 64, 128, 256]) {
    for (const signed of [true, false]) {
      const type = `${signed ? "" : "U"}Int${bits}`;
      const highest = 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
      const lowest = signed ? -highest - 1n : 0n;
      const bind = compileParameter(parseType(type));
      for (const value of [lowest, highest]) {
        const rows = await askRows(`SELECT toString({x:${type}}) AS x`, { x: bind(String(value)) });
        assert.equal(rows[0].x, String(value));
      }
      for (const value of [lowest - 1n, highest + 1n]) {
        const quoted = String(value).length > 64 ? `"${String(value).slice(0, 64)}"…` : `"${value}"`;
        const message = `must be an integer from ${lowest} to ${highest}, not ${quoted}`;
        assert.throws(() => bind(String(value)), { name: "ParameterError", message });
      }
    }
  }
});

/** Type, what a request sends, and the whole message. */
const REFUSED: [type: string, input: unknown, message: string | RegExp][] = [
  ["UInt8", "256", 'must be an integer from 0 to 255, not "256"'],
  ["UInt8", 256, "must be an integer from 0 to 255, not 256"],
  ["UInt8", -1, "must be an integer from 0 to 255, not -1"],
  ...["1.0", "1.5", " 1", "1 ", "+1", "0x10", "1e2", "01", "-0", "", "one", "１", "1\n"].map((
    text,
  ): [string, unknown, RegExp] => [
    "Int32",
    text,
    /^must be an integer from -2147483648 to 2147483647, not "/,
  ]),
  ["UInt8", 1.5, "must be an integer from 0 to 255, not 1.5"],
  ["UInt8", true, "must be an integer from 0 to 255, not true"],
  ["UInt8", null, "must be an integer from 0 to 255, not null"],
  ["UInt8", undefined, "must be an integer from 0 to 255, not undefined"],
  ["UInt8", ["1", "2"], "must be an integer from 0 to 255, not a list"],
  ["UInt8", {}, "must be an integer from 0 to 255, not an object"],
  ["Nullable(UInt8)", "\\N", 'must be an integer from 0 to 255, not "\\\\N"'],
  ["UInt64", 2 ** 53, /not 9007199254740992: send integers beyond 9007199254740991 as a string$/],
  ["UInt8", "9".repeat(100), `must be an integer from 0 to 255, not "${"9".repeat(64)}"…`],
  ...["", "nan", "NaN", "inf", "Infinity", "-Infinity", "0x10", ".5", "5.", "1e", " 1", "1,5", "1e400"].map((
    text,
  ): [string, unknown, string] => ["Float64", text, `must be a finite number, not ${JSON.stringify(text)}`]),
  ["Float64", Infinity, "must be a finite number, not Infinity"],
  ["Float64", null, "must be a finite number, not null"],
  ["Float32", "1e39", 'must be a finite number that fits Float32, not "1e39"'],
  ["BFloat16", 3.4e38, "must be a finite number that fits BFloat16, not 3.4e+38"],
  ...["100", "1.234", "1e1", "1.", ".5", "+1", "01", "", "nan", "1.5 "].map((
    text,
  ): [string, unknown, string] => [
    "Decimal(4, 2)",
    text,
    `must be a decimal number of at most 2 digits before the point and 2 after it, not ${
      JSON.stringify(text)
    }`,
  ]),
  ["Decimal(38, 2)", 12345678901234.567, /: send more than 15 digits as a string$/],
  ["Decimal(38, 38)", "1", /at most 0 digits before the point and 38 after it/],
  ["Bool", "yes", 'must be true or false, not "yes"'],
  ["Bool", "TRUE", 'must be true or false, not "TRUE"'],
  ["Bool", 2, "must be true or false, not 2"],
  ["String", 5, "must be a string, not 5"],
  ["String", "a\ud800b", 'must be a string of whole Unicode characters, not "a\\ud800b"'],
  ["Array(String)", ["\udfff"], 'at [0] must be a string of whole Unicode characters, not "\\udfff"'],
  ["FixedString(3)", "ääa", 'must be a string of at most 3 bytes, not "ääa"'],
  ["UUID", "61f0c4045cb311e7907ba6006ad3dba0", 'must be a UUID, not "61f0c4045cb311e7907ba6006ad3dba0"'],
  ...["1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "::1", ""].map((text): [string, unknown, string] => [
    "IPv4",
    text,
    `must be an IPv4 address, not ${JSON.stringify(text)}`,
  ]),
  ...["1::2::3", "fe80::1%eth0", "[::1]", "::1/64", "12345::", "", "1.2.3", ":", "::1]:80/["].map((
    text,
  ): [string, unknown, string] => ["IPv6", text, `must be an IPv6 address, not ${JSON.stringify(text)}`]),
  ["Enum('day', 'week')", "month", 'must be one of "day", "week", not "month"'],
  ["Enum('day', 'week')", "1", 'must be one of "day", "week", not "1"'],
  ["Enum('day', 'week')", 1, 'must be one of "day", "week", not 1'],
  [
    `Enum(${Array.from({ length: 23 }, (_, index) => `'n${index}'`)})`,
    "x",
    /^must be one of "n0", .*"n19" and 3 more, not "x"$/,
  ],
  ...[
    "2026-02-30",
    "2025-02-29",
    "1969-12-31",
    "2149-06-07",
    "2026-3-1",
    "20260301",
    "2026-03-10T00:00:00Z",
    "0000-01-01",
  ]
    .map((text): [string, unknown, string] => [
      "Date",
      text,
      `must be a date (YYYY-MM-DD) from 1970-01-01 to 2149-06-06, not ${JSON.stringify(text)}`,
    ]),
  ["Date32", "2300-01-01", /^must be a date \(YYYY-MM-DD\) from 1900-01-01 to 2299-12-31/],
  ["Date32", "1899-12-31", /^must be a date/],
  ...[
    "1969-12-31T23:59:59Z",
    "2106-02-07T06:28:16Z",
    "2026-02-30T00:00:00Z",
    "2026-03-10T24:00:00Z",
    "2026-03-10T23:59:60Z",
    "2026-03-10T12:00:00+24:00",
    "2026-03-10T12Z",
    "1773144000",
    "now",
    "",
    "0050-01-01",
  ]
    .map((text): [string, unknown, string] => [
      "DateTime",
      text,
      `must be a date-time (ISO 8601) from 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z, not ${
        JSON.stringify(text)
      }`,
    ]),
  ["DateTime", "1970-01-01T00:00:00+00:01", /^must be a date-time/],
  ["DateTime", 1773144000, /^must be a date-time .*, not 1773144000$/],
  ["DateTime", "2026-03-10T12:00:00 02:00", /; a \+ in a URL is a space: write %2B$/],
  ["DateTime", "2026-03-10T12:00:00.5Z", /^must be a date-time of at most 0 digits below the second, not/],
  [
    "DateTime64(3)",
    "2026-03-10T12:00:00.1234Z",
    /^must be a date-time of at most 3 digits below the second, not/,
  ],
  ["DateTime64(3)", "1899-12-31T23:59:59.999Z", /from 1900-01-01T00:00:00Z to 2299-12-31T23:59:59Z/],
  ["DateTime64(3)", "2300-01-01", /^must be a date-time/],
  ["DateTime64(9)", "2262-04-12", /to 2262-04-11T23:47:15Z/],
  [
    "DateTime('America/New_York')",
    "2025-03-09T02:30:00",
    'must be a time that the clocks of America/New_York show, not "2025-03-09T02:30:00"',
  ],
  ["Time", "1000:00:00", 'must be a time (hh:mm:ss) up to 999:59:59, not "1000:00:00"'],
  ["Time", "12:00", /^must be a time/],
  ["Time", "00:60:00", /^must be a time/],
  ["Time64(3)", "00:00:00.1234", /^must be a time \(hh:mm:ss, at most 3 decimals\)/],
  ["Array(UInt8)", ["1", "x"], 'at [1] must be an integer from 0 to 255, not "x"'],
  ["Array(Array(UInt8))", [[1], [2, 300]], "at [1][1] must be an integer from 0 to 255, not 300"],
  ["Array(Array(UInt8))", ["1"], 'at [0] must be a list, not "1"'],
  ["Array(UInt8)", null, "must be a list, not null"],
  ["Array(UInt8)", { 0: 1 }, "must be a list, not an object"],
  ["Array(UInt8)", [null], "at [0] must be an integer from 0 to 255, not null"],
  ["Map(UInt8, String)", { "-1": "x" }, 'at ["-1"] must be an integer from 0 to 255, not "-1"'],
  ["Map(String, Array(Bool))", { a: [true, 3] }, 'at ["a"][1] must be true or false, not 3'],
  ["Map(String, String)", "{", 'must be an object, not "{"'],
  ["Map(String, String)", [], "must be an object, not a list"],
  ["Tuple(a UInt8, b UInt8)", { a: 1 }, 'must be an object of "a", "b", not an object'],
  ["Tuple(a UInt8, b UInt8)", { a: 1, c: 2 }, 'must be an object of "a", "b", not an object'],
  ["Tuple(a UInt8, b UInt8)", { a: 1, b: 2, c: 3 }, 'must be an object of "a", "b", not an object'],
  ["Tuple(UInt8, String)", [1], "must be a list of 2 values, not a list"],
  ["Tuple(a UInt8)", { a: "x" }, 'at ["a"] must be an integer from 0 to 255, not "x"'],
];

Deno.test("compileParameter() refuses what the type cannot hold, saying what it wants", () => {
  for (const [type, input, message] of REFUSED) {
    const bind = compileParameter(parseType(type));
    let bound: string | undefined;
    try {
      bound = bind(input);
    } catch (error) {
      assert.ok(error instanceof ParameterError, `${type} ${JSON.stringify(input)}: ${error}`);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
    }
    assert.equal(bound, undefined, `${type} takes ${JSON.stringify(input)}`);
  }
});

Deno.test("compileParameter() binds equal instants, numbers and addresses as one text, the cache's key", () => {
  const same: [type: string, inputs: unknown[]][] = [
    ["DateTime64(3, 'UTC')", ["2026-03-10T12:00:00Z", "2026-03-10T14:00:00.000+02:00", "2026-03-10 12:00"]],
    ["DateTime('Europe/Berlin')", ["2026-07-01T00:00:00", "2026-06-30T22:00:00Z", "2026-07-01"]],
    ["Float64", ["1.5", 1.5, "15e-1", "1.50"]],
    ["Float64", ["-0", 0, "0.0"]],
    ["Decimal(9, 4)", ["1.5", 1.5, "1.5000"]],
    ["IPv6", ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1"]],
    ["UUID", ["61F0C404-5CB3-11E7-907B-A6006AD3DBA0", "61f0c404-5cb3-11e7-907b-a6006ad3dba0"]],
    ["Array(UInt8)", ["1", ["1"], [1]]],
  ];
  for (const [type, inputs] of same) {
    const texts = new Set(inputs.map(compileParameter(parseType(type))));
    assert.equal(texts.size, 1, `${type}: ${[...texts]}`);
  }
});

Deno.test("compileParameter() binds any text of whole characters unchanged, alone and inside other values", async () => {
  const unit = fc.oneof(
    fc.constantFrom("'", "\\", "\t", "\n", "\r", "\0", "\b", "N", "{", "]"),
    fc.string({ unit: "binary" }),
  );
  const text = fc.array(unit, { maxLength: 8 }).map((units) => units.join(""));
  const type = "Tuple(String, Array(Nullable(String)), Map(String, String))";
  const bindString = compileParameter(parseType("String"));
  const bindTuple = compileParameter(parseType(type));
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.option(text)),
      fc.dictionary(text, text, { noNullPrototype: true }),
      async (alone, list, map) => {
        // As hex: the engine's JSON replaces the noncharacters that it takes for no UTF-8.
        const [row] = await askRows(
          `SELECT hex({a:String}) AS a, hex(t.1) AS b, arrayMap(s -> hex(s), t.2) AS c, mapApply((k, v) -> (hex(k), hex(v)), t.3) AS d ` +
            `FROM (SELECT {t:${type}} AS t)`,
          { a: bindString(alone), t: bindTuple([alone, list, map]) },
        );
        const pairs = Object.entries(map).map(([key, value]) => [hex(key), hex(value)]);
        assert.deepEqual(row, {
          a: hex(alone),
          b: hex(alone),
          c: list.map((item) => item === null ? null : hex(item)),
          d: Object.fromEntries(pairs),
        });
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("compileParameter() binds any instant of any zone exactly", async () => {
  const first = Date.UTC(1900, 0, 1);
  const last = Date.UTC(2299, 11, 31, 23, 59, 59);
  const zones = fc.constantFrom(
    "UTC",
    "America/New_York",
    "Europe/Amsterdam",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
  );
  const instants = fc.oneof(fc.integer({ min: first, max: last }), fc.integer({ min: -3000, max: 3000 }));
  await fc.assert(
    fc.asyncProperty(zones, instants, async (zone, milliseconds) => {
      const type = `DateTime64(3, '${zone}')`;
      const instant = new Date(milliseconds).toISOString();
      const bound = compileParameter(parseType(type))(instant);
      assert.equal(await heldByEngine(type, bound), instant, `${zone} ${bound}`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("compileParameter() reads a time without an offset as the engine reads it in the type's zone", async () => {
  const zones = ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"];
  for (const zone of zones) {
    const type = `DateTime('${zone}')`;
    const bind = compileParameter(parseType(type));
    const walls = Array.from(
      { length: 1600 },
      (_, index) => wallClock(Date.UTC(2025, 0, 1) + index * 5.5 * 3600_000),
    );
    const rows = await askRows(
      `SELECT toUnixTimestamp(x) AS instant, formatDateTime(x, '%Y-%m-%d %H:%i:%S') AS shown ` +
        `FROM (SELECT arrayJoin({walls:Array(${type})}) AS x)`,
      { walls: `['${walls.join("','")}']` },
    );
    for (const [index, wall] of walls.entries()) {
      const { instant, shown } = rows[index];
      // The engine moves a time that the clock skips to another one; we refuse it.
      if (shown !== wall) assert.throws(() => bind(wall), /clocks of/, `${zone} ${wall}`);
      else assert.equal(bind(wall), String(instant), `${zone} ${wall}`);
    }
  }
});

Deno.test("bindableType() refuses the types that have no form as a parameter and takes all others", () => {
  const refused = [
    "JSON",
    "Dynamic",
    "Variant(String, UInt8)",
    "AggregateFunction(sum, UInt8)",
    "Nested(a UInt8)",
    "SimpleAggregateFunction(sum, UInt64)",
    "Point",
    "Ring",
    "Geometry",
    "IntervalDay",
    "QBit(Float32, 3)",
    "Nullable(Nothing)",
    "Array(JSON)",
    "Map(String, Dynamic)",
    "Map(Array(UInt8), String)",
    "Map(LowCardinality(Nullable(String)), UInt8)",
    "Tuple(UInt8, JSON)",
    "DateTime('Mars/Olympus')",
  ];
  for (const text of refused) {
    const type = parseType(text);
    assert.match(bindableType(type) ?? "null", /^(a |the |Nested |\w+ has no text as a parameter$)/, text);
    if (!text.includes("Map(")) assert.throws(() => compileParameter(type), text);
  }
  for (const [text] of BOUND) assert.equal(bindableType(parseType(text)), null, text);
});

Deno.test("plainValue() binds for every type that is bindable", async () => {
  const types = new Set([
    ...BOUND.map(([type]) => type),
    "Tuple(Nullable(Date), Enum('it\\'s'), Tuple(a UUID), Array(Time))",
  ]);
  for (const type of types) {
    await askRows(`DESCRIBE (SELECT {x:${type}} AS x)`, { x: plainValue(parseType(type)) });
    await heldByEngine(type, plainValue(parseType(type)));
  }
  assert.equal(plainValue(parseType("Nullable(UInt8)")), "\\N");
  assert.equal(plainValue(parseType("Enum('it\\'s', 'b')")), "it\\'s");
});

Deno.test("parameterSchema() says what a request may send", () => {
  const cases: [type: string, schema: unknown][] = [
    ["UInt8", { type: "integer", format: "int32", minimum: 0, maximum: 255 }],
    ["UInt32", { type: "integer", format: "int64", minimum: 0, maximum: 4294967295 }],
    ["Int64", { type: "integer", format: "int64" }],
    ["UInt64", { type: "integer", format: "int64", minimum: 0 }],
    ["Float32", { type: "number", format: "float" }],
    ["Bool", { type: "boolean" }],
    ["Nullable(String)", { type: "string" }],
    ["FixedString(3)", { type: "string", maxLength: 3 }],
    ["LowCardinality(Nullable(String))", { type: "string" }],
    ["Enum('day', 'week')", { type: "string", enum: ["day", "week"] }],
    ["Date", { type: "string", format: "date" }],
    ["DateTime64(3, 'UTC')", { type: "string", format: "date-time" }],
    ["UUID", { type: "string", format: "uuid" }],
    ["IPv4", { type: "string", format: "ipv4" }],
    ["Array(Array(Date))", {
      type: "array",
      items: { type: "array", items: { type: "string", format: "date" } },
    }],
    ["Map(String, Bool)", { type: "object", additionalProperties: { type: "boolean" } }],
    ["Tuple(a Bool)", { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] }],
    ["Tuple(Bool)", { type: "array", prefixItems: [{ type: "boolean" }], items: false, minItems: 1 }],
  ];
  for (const [type, schema] of cases) assert.deepEqual(parameterSchema(parseType(type)), schema, type);
});

Deno.test("parameterSchema() gives patterns that take just what compileParameter() takes", () => {
  const texts = [
    "0",
    "-0",
    "9",
    "10",
    "99",
    "100",
    "00",
    "1.5",
    "0.25",
    "12.345",
    ".5",
    "1.",
    "-3",
    "00:00:01",
    "1:00:00",
    "-999:59:59.5",
    "x",
    "",
    "12345678901234567890123456789012345678901",
  ];
  for (
    const type of [
      "Decimal(4, 2)",
      "Decimal(2, 2)",
      "Decimal(3, 2)",
      "Decimal(2, 0)",
      "Time",
      "Time64(3)",
      "Int128",
    ]
  ) {
    const pattern = new RegExp(parameterSchema(parseType(type)).pattern!);
    for (const text of texts) {
      const taken = takes(type, text);
      // A pattern cannot bound an integer's value.
      if (type === "Int128" && text.length > 39) continue;
      assert.equal(pattern.test(text), taken, `${type} ${text} ${pattern}`);
    }
  }
});

function takes(type: string, input: unknown): boolean {
  try {
    compileParameter(parseType(type))(input);
    return true;
  } catch {
    return false;
  }
}

async function heldByEngine(type: string, text: string): Promise<unknown> {
  const [{ x }] = await askRows(`SELECT {x:${type}} AS x`, { x: text }, jsonSettings);
  return x;
}

function wallClock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase())
    .join("");
}
