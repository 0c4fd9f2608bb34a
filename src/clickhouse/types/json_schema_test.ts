import assert from "node:assert/strict";
// deno-lint-ignore no-import-prefix -- only this test validates by JSON Schema
import { Ajv2020 } from "npm:ajv@8.20.0/dist/2020.js";
// deno-lint-ignore no-import-prefix
import addFormats from "npm:ajv-formats@3.0.1";
import { askEngine, askRows } from "../../../tests/ask_engine.ts";
import { jsonSettings, resultSchema } from "./json_schema.ts";
import { parseType } from "./type.ts";

/** Expression, the JSON it must print as, and a JSON value its schema must refuse (none for Dynamic). */
const CASES: [expression: string, json: string, refused?: unknown][] = [
  ["'a/b\\n'", '"a/b\\n"', 1],
  ["toFixedString('ab', 3)", '"ab\\u0000"', null],
  ["true", "true", 1],
  ["toUInt8(255)", "255", 256],
  ["toInt8(-128)", "-128", -129],
  ["toUInt32(4294967295)", "4294967295", -1],
  ["toInt64('-9223372036854775808')", "-9223372036854775808", "1"],
  ["toUInt64('18446744073709551615')", "18446744073709551615", -1],
  ["toUInt128('340282366920938463463374607431768211455')", "340282366920938463463374607431768211455", "1"],
  ["toInt256(-5)", "-5", 0.5],
  ["toFloat64(0.1)", "0.1", "0.1"],
  ["toFloat64(70)", "70", null],
  ["toFloat32(0.1)", "0.1", "0.1"],
  ["toFloat64(1e300)", "1e300", "1e300"],
  ["CAST(1.5, 'BFloat16')", "1.5", true],
  ["toNullable(nan)", "null", "nan"],
  ["toDecimal64(12.5, 2)", '"12.50"', "12.5"],
  ["toDecimal64(-7, 0)", '"-7"', -7],
  ["toDecimal256('0.1', 40)", `"0.1${"0".repeat(39)}"`, 0.1],
  ["toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')", '"61f0c404-5cb3-11e7-907b-a6006ad3dba0"', "x"],
  ["toIPv4('1.2.3.4')", '"1.2.3.4"', "1.2.3"],
  ["toIPv6('::ffff:1.2.3.4')", '"::ffff:1.2.3.4"', "1.2.3.4"],
  ["toDate('2026-03-10')", '"2026-03-10"', "2026-02-30"],
  ["toDate32('1900-01-01')", '"1900-01-01"', 0],
  ["toDateTime('2026-07-01 12:00:00', 'UTC')", '"2026-07-01T12:00:00Z"', "2026-07-01 12:00:00"],
  ["toDateTime('2026-07-01 12:00:00', 'Europe/Berlin')", '"2026-07-01T10:00:00Z"', 1],
  ["toDateTime64('2026-07-01 12:00:00.123456', 6, 'America/New_York')", '"2026-07-01T16:00:00.123456Z"', ""],
  ["toDateTime64('2299-12-31 23:59:59.999', 3, 'UTC')", '"2299-12-31T23:59:59.999Z"', "2299-12-31"],
  ["toTime('-100:00:05')", '"-100:00:05"', "1:00:05"],
  ["toTime64('00:00:01.5', 3)", '"00:00:01.500"', "00:00:01.5"],
  ["INTERVAL 3 DAY", "3", "3"],
  ["CAST('a', 'Enum8(\\'a\\' = 1, \\'b\\' = 2)')", '"a"', "c"],
  ["CAST(NULL, 'Nullable(Enum8(\\'a\\' = 1))')", "null", "c"],
  ["toNullable(toUInt8(1))", "1", "1"],
  ["CAST(NULL, 'Nullable(DateTime)')", "null", "now"],
  ["NULL", "null", 0],
  ["toLowCardinality(toNullable('x'))", '"x"', 1],
  ["[1, NULL]", "[1,null]", ["x"]],
  ["emptyArrayUInt8()", "[]", {}],
  ["[]", "[]", [1]],
  ["map(toFloat64(70), 'x')", '{"70":"x"}', { a: 1 }],
  ["map('a', toUInt8(1))", '{"a":1}', { a: "1" }],
  ["map(toDateTime('2026-01-01 00:00:00', 'UTC'), 'x')", '{"2026-01-01T00:00:00Z":"x"}', { a: 1 }],
  ["CAST((1, NULL), 'Tuple(a UInt8, b Nullable(String))')", '{"a":1,"b":null}', { a: 1 }],
  ["(1, 'a')", '[1,"a"]', [1]],
  ["tuple()", "[]", [1]],
  [
    "[CAST(('2026-01-01', 1.5), 'Tuple(day Date, rate Nullable(Float64))')]",
    '[{"day":"2026-01-01","rate":1.5}]',
    [1],
  ],
  ["CAST([(1, 'a')], 'Nested(a UInt8, b String)')", '[{"a":1,"b":"a"}]', [[1, "a"]]],
  ["CAST(NULL, 'Variant(String, UInt8)')", "null", []],
  ["CAST(5::UInt8, 'Variant(String, UInt8)')", "5", 256],
  ["CAST([1, 2], 'Dynamic')", "[1,2]"],
  ['CAST(\'{"a": {"b": [1, "x"]}}\', \'JSON\')', '{"a":{"b":[1,"x"]}}', []],
  ["sumSimpleState(1)", "1", "1"],
  ["sumState(1)", '"\\u0001\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"', 1],
  ["CAST([1, 2, 3], 'QBit(Float32, 3)')", "[1,2,3]", [1, 2]],
  ["CAST((1, 2), 'Point')", "[1,2]", [1]],
  ["CAST([(1, 2)], 'Ring')", "[[1,2]]", [1]],
  ["CAST([[(1, 2)]], 'Polygon')", "[[[1,2]]]", [[1, 2]]],
  ["CAST([[[(1, 2)]]], 'MultiPolygon')", "[[[[1,2]]]]", [[1, 2]]],
  ["CAST(CAST((1, 2), 'Point'), 'Geometry')", "[1,2]", 1],
];

const ajv = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true, validateFormats: true });
addFormats.default(ajv);

for (const [expression, json, refused] of CASES) {
  Deno.test(`resultSchema() describes ${expression}, which prints as ${json}`, async () => {
    const [{ type }] = await askRows(`DESCRIBE (SELECT ${expression} AS x)`);
    const schema = resultSchema(parseType(type as string));
    const { text } = await askEngine(`SELECT ${expression} AS x FORMAT JSONEachRow`, {}, jsonSettings);
    assert.equal(text, `{"x":${json}}`);
    const validate = ajv.compile(schema);
    assert.ok(validate(JSON.parse(text).x), ajv.errorsText(validate.errors));
    if (refused !== undefined) assert.ok(!validate(refused), `${JSON.stringify(schema)} takes ${refused}`);
  });
}

Deno.test("jsonSettings print NaN and infinity as null, which a Float's schema says in words only", async () => {
  const { text } = await askEngine(
    "SELECT nan AS a, -inf AS b, [nan] AS c FORMAT JSONEachRow",
    {},
    jsonSettings,
  );
  assert.equal(text, '{"a":null,"b":null,"c":[null]}');
  assert.deepEqual(resultSchema({ kind: "Float64" }), {
    type: "number",
    format: "double",
    description: "null when not finite",
  });
});

Deno.test("jsonSettings make valid JSON of strings that are not UTF-8, wherever they stand", async () => {
  const bad = "'a\\xff\\xc3('";
  const sql = `SELECT ${bad} AS a, [${bad}] AS b, map(${bad}, ${bad}) AS c, toFixedString(${bad}, 5) AS d, ` +
    `CAST(tuple(${bad}), 'Tuple(x String)') AS e, toLowCardinality(toNullable(${bad})) AS f FORMAT JSONEachRow`;
  // Neighbouring bad bytes become one replacement character.
  const { text } = await askEngine(sql, {}, jsonSettings);
  const row = JSON.parse(text);
  assert.equal(row.a, "a\ufffd(");
  assert.deepEqual([row.b[0], row.c[row.a], row.d.replace("\0", ""), row.e.x, row.f], Array(5).fill(row.a));
});

Deno.test("jsonSettings name only settings that the engine has", async () => {
  const names = Object.keys(jsonSettings).map((name) => `'${name}'`).join(", ");
  const [{ known }] = await askRows(
    `SELECT toUInt32(count()) AS known FROM system.settings WHERE name IN (${names})`,
  );
  assert.equal(known, Object.keys(jsonSettings).length);
});
