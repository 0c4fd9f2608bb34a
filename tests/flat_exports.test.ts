import assert from "node:assert/strict";
import { tableFromIPC, Type } from "@uwdata/flechette";
import { parquetReadObjects } from "hyparquet";
import readXlsxFile from "read-excel-file/universal";
import { createGateway, newTenant, queryFile, read } from "./gateway.ts";

// Nested answers as tables, values that are absent, times and formulas in exports.

const nested = `
    CAST((1, NULL, (2, 'x.y')), 'Tuple(sent UInt64, rate Nullable(Float64), deep Tuple(a UInt8, \`b c\` String))') AS summary,
    CAST([('email', 3, ['x']), ('sms', 4, [])], 'Array(Tuple(channel String, sent UInt64, tags Array(String)))') AS byChannel,
    CAST((['p'], [(5, NULL)]), 'Tuple(names Array(String), rows Array(Tuple(n UInt8, at Nullable(String))))') AS inner,
    [1, 2] AS numbers,
    map('k', 1) AS map`;

const local = "2026-03-29T11:00:00.500+05:45";
const times = `
    '${local}' AS at,
    CAST(NULL, 'Nullable(String)') AS absent,
    '2026-03-29' AS day,
    CAST(('2026-03-29T00:00:00Z', 'text'), 'Tuple(start String, other String)') AS span,
    CAST([('2026-03-29T00:00:00-09:00', 1)], 'Array(Tuple(timestamp String, n UInt8))') AS series,
    CAST([[('2026-03-29T10:00:00Z', '2026-01-02')]], 'Array(Array(Tuple(at String, day String)))') AS deep,
    '2026-03-29T00:00:00Z' AS undeclared`;
const declared = `columns:
  at: { description: When, format: date-time }
  absent: { format: date-time }
  day: { format: date }
  span.start: { format: date-time }
  span.other: Text
  series.timestamp: { format: date-time }
  deep.at: { format: date-time }
  deep.day: { format: date }`;

const texts = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "'=1", "a=1", "", " =1"];

const files = [
  queryFile("flat/object", "tenant: none\nreturns: object", `SELECT ${nested} WHERE {is:UInt8} = 1`),
  queryFile(
    "flat/list",
    "tenant: none",
    `SELECT number AS n, ${nested} FROM numbers({count:UInt8}) ORDER BY n DESC`,
  ),
  queryFile("flat/warned", "tenant: none\nreturns: object", `SELECT ${nested}, ['Mind'] AS warnings`),
  queryFile("flat/times", `tenant: none\nreturns: object\n${declared}`, `SELECT ${times}`),
  queryFile("flat/cached", "tenant: none\nreturns: object\ncache: 1h", `SELECT ${nested}`),
  queryFile(
    "flat/absent",
    "tenant: none",
    `SELECT number AS n, if(number = 0, NULL, 1.5)::Nullable(Float64) AS rate,
      if(number = 0, NULL, '')::Nullable(String) AS text, if(number = 0, NULL, true)::Nullable(Bool) AS flag,
      if(number = 0, NULL, toDate('2026-03-10'))::Nullable(Date) AS day FROM numbers(2) ORDER BY n`,
  ),
  queryFile(
    "flat/formulas",
    "tenant: none",
    `SELECT text, toNullable(text) AS maybe, toLowCardinality(text) AS low, CAST((text, -1), 'Tuple(text String, n Int8)') AS inner, [text] AS list, -1 AS n, CAST(NULL, 'Nullable(String)') AS absent FROM (SELECT arrayJoin({texts:Array(String)}) AS text)`,
  ),
];
const gateway = await createGateway({ files, cacheBytes: 1_000_000 });
const tenant = newTenant();
const get = (path: string) => gateway.fetch(`/v1/flat/${path}`, tenant);

async function textOf(path: string): Promise<string> {
  const response = await get(path);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return text;
}

async function bytesOf(path: string): Promise<ArrayBuffer> {
  const response = await get(path);
  assert.equal(response.status, 200);
  return await response.arrayBuffer();
}

Deno.test("CSV has an empty field for what is absent, and quotes around empty text", async () => {
  const text = await textOf("absent?format=csv");
  assert.equal(text, '"n","rate","text","flag","day"\n0,,,,\n1,1.5,"",true,"2026-03-10"\n');
});

Deno.test("CSV has a column for each element of a named tuple, and lists and maps as JSON", async () => {
  const [names, line, ...rest] = (await textOf("object?is=1&format=csv")).split("\n");
  assert.equal(
    names,
    '"summary.sent","summary.rate","summary.deep.a","summary.deep.b c","byChannel","inner.names","inner.rows","numbers","map"',
  );
  assert.equal(
    line,
    '1,,2,"x.y","[{""channel"":""email"",""sent"":3,""tags"":[""x""]},{""channel"":""sms"",""sent"":4,""tags"":[]}]",' +
      '"[""p""]","[{""n"":5,""at"":null}]","[1,2]","{""k"":1}"',
  );
  assert.deepEqual(rest, [""]);
  const list = (await textOf("list?count=3&format=csv")).trimEnd().split("\n");
  assert.deepEqual(list.slice(1).map((row) => row.split(",")[0]), ["2", "1", "0"]);
});

Deno.test("xlsx has the same columns as CSV", async () => {
  const [{ data: [names, row] }] = await readXlsxFile(new Blob([await bytesOf("object?is=1&format=xlsx")]));
  assert.deepEqual(names.slice(0, 5), [
    "summary.sent",
    "summary.rate",
    "summary.deep.a",
    "summary.deep.b c",
    "byChannel",
  ]);
  assert.deepEqual(row.slice(0, 4), [1, null, 2, "x.y"]);
  assert.deepEqual(row.slice(7), ["[1,2]", '{"k":1}']);
});

Deno.test("a list in an object is a table in each export, with its elements as rows", async () => {
  const path = "object?is=1&table=byChannel&format=";
  assert.equal(await textOf(`${path}csv`), '"channel","sent","tags"\n"email",3,"[""x""]"\n"sms",4,"[]"\n');
  assert.equal(
    await textOf(`${path}ndjson`),
    '{"channel":"email","sent":3,"tags":["x"]}\n{"channel":"sms","sent":4,"tags":[]}\n',
  );
  const rows = [{ channel: "email", sent: 3n, tags: ["x"] }, { channel: "sms", sent: 4n, tags: [] }];
  assert.deepEqual(await parquetReadObjects({ file: await bytesOf(`${path}parquet`) }), rows);
  const table = tableFromIPC(await bytesOf(`${path}arrow`), { useBigInt: true });
  assert.deepEqual([table.numRows, table.get(1).channel, table.get(1).sent], [2, "sms", 4n]);
  const [{ sheet, data }] = await readXlsxFile(new Blob([await bytesOf(`${path}xlsx`)]));
  assert.deepEqual([sheet, data], ["byChannel", [["channel", "sent", "tags"], ["email", 3, '["x"]'], [
    "sms",
    4,
    "[]",
  ]]]);
  assert.equal(await textOf("object?is=1&table=inner.rows&format=csv"), '"n","at"\n5,\n');
  const named = await get("object?is=1&table=inner.rows&format=csv");
  await named.body?.cancel();
  assert.equal(named.headers.get("content-disposition"), 'attachment; filename="flat-object-inner-rows.csv"');
});

Deno.test("a table of an object that is not there is a 404, in each format", async () => {
  for (const format of ["csv", "ndjson", "parquet", "arrow", "xlsx"]) {
    const { status, body } = await read(await get(`object?is=0&table=byChannel&format=${format}`));
    assert.deepEqual([status, body.type], [404, "/problems/not-found"], format);
  }
});

Deno.test("table names a list of the answer, in an export of an object; escapeFormulas is for csv", async () => {
  const cases: [string, string, RegExp][] = [
    ["object?is=1&format=csv&table=byChanel", "table", /byChannel, inner.rows; did you mean "byChannel"/],
    ["object?is=1&format=csv&table=numbers", "table", /must be one of/],
    ["object?is=1&format=csv&table=__proto__", "table", /must be one of/],
    ["object?is=1&format=csv&table=", "table", /must be one of/],
    ["object?is=1&format=csv&table=byChannel&table=byChannel", "table", /more than once/],
    ["object?is=1&table=byChannel", "table", /is for exports/],
    ["list?count=1&format=csv&table=byChannel", "table", /not known here/],
    ["list?count=1&format=csv&escapeFormulas=1", "escapeFormulas", /true or false/],
    ["list?count=1&format=xlsx&escapeFormulas=true", "escapeFormulas", /is for csv/],
    ["list?count=1&escapeFormulas=true", "escapeFormulas", /is for csv/],
  ];
  for (const [path, parameter, detail] of cases) {
    const { status, body } = await read(await get(path));
    assert.deepEqual(
      [status, body.type, body.parameter],
      [400, "/problems/invalid-parameter", parameter],
      path,
    );
    assert.match(body.detail, detail, path);
  }
  assert.equal((await get("list?count=1&escapeFormulas=false")).status, 200);
});

Deno.test("kept exports of one query in several forms are not taken for each other", async () => {
  const paths = [
    "",
    "&table=byChannel",
    "&table=inner.rows",
    "&escapeFormulas=true",
    "&table=byChannel&escapeFormulas=true",
  ];
  const first = [];
  for (const path of paths) first.push(await textOf(`cached?format=csv${path}`));
  for (const [i, path] of paths.entries()) {
    assert.equal(await textOf(`cached?format=csv${path}`), first[i], path);
  }
  assert.equal(new Set(first).size, 3);
});

Deno.test("warnings are a column of an export, as JSON in CSV, and not of a table", async () => {
  const [names, line] = (await textOf("warned?format=csv")).split("\n");
  assert.match(names, /,"warnings"$/);
  assert.match(line, /,"\[""Mind""\]"$/);
  assert.match(await textOf("warned?format=csv&table=byChannel"), /^"channel","sent","tags"\n/);
});

Deno.test("text that a sheet would run begins with an apostrophe in CSV when that is asked for, and is as it is otherwise", async () => {
  const search = texts.map((text) => `texts=${encodeURIComponent(text)}`).join("&");
  const fieldsOf = async (path: string) =>
    parseCsv(await textOf(`formulas?${search}&format=csv${path}`)).slice(1);
  const plain = await fieldsOf("");
  assert.deepEqual(plain.map(([text]) => text), texts);
  const escaped = await fieldsOf("&escapeFormulas=true");
  const expected = ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "'\r=1", "'＝1", "'=1", "a=1", "", " =1"];
  for (const [i, text] of expected.entries()) {
    // numbers, JSON and what is absent are no text
    const row = [text, text, text, text, "-1", JSON.stringify([texts[i]]), "-1", ""];
    assert.deepEqual(escaped[i], row);
  }
});

Deno.test("times that the front matter declares are instants and days in Parquet and Arrow, however deep, and text elsewhere", async () => {
  const instant = (text: string) => new Date(text);
  const expected = {
    at: instant(local),
    absent: null,
    day: instant("2026-03-29"),
    span: { start: instant("2026-03-29T00:00:00Z"), other: "text" },
    series: [{ timestamp: instant("2026-03-29T09:00:00Z"), n: 1 }],
    deep: [[{ at: instant("2026-03-29T10:00:00Z"), day: instant("2026-01-02") }]],
    undeclared: "2026-03-29T00:00:00Z",
  };
  assert.deepEqual(await parquetReadObjects({ file: await bytesOf("times?format=parquet") }), [expected]);
  const { schema } = tableFromIPC(await bytesOf("times?format=arrow"));
  const types = Object.fromEntries(schema.fields.map(({ name, type }) => [name, type.typeId]));
  assert.deepEqual(
    [types.at, types.absent, types.day, types.undeclared],
    [Type.Timestamp, Type.Timestamp, Type.Date, Type.Utf8],
  );
  const series = await parquetReadObjects({ file: await bytesOf("times?format=parquet&table=series") });
  assert.deepEqual(series, [{ timestamp: instant("2026-03-29T09:00:00Z"), n: 1 }]);
  const { body } = await read(await get("times"));
  assert.deepEqual([body.data.at, body.data.day], [local, "2026-03-29"]);
  assert.match(await textOf("times?format=csv"), /\n"2026-03-29T11:00:00\.500\+05:45",,"2026-03-29",/);
});

Deno.test("declared times are cells of time in a sheet, on the clock that their text shows", async () => {
  const [{ data: [names, row] }] = await readXlsxFile(new Blob([await bytesOf("times?format=xlsx")]));
  const cells = Object.fromEntries(names.map((name, i) => [String(name), row[i]]));
  assert.deepEqual(
    [cells.at, cells.absent, cells.day, cells["span.start"], cells.undeclared],
    [
      new Date("2026-03-29T11:00:00.500Z"),
      null,
      new Date("2026-03-29"),
      new Date("2026-03-29T00:00:00Z"),
      "2026-03-29T00:00:00Z",
    ],
  );
});

Deno.test("OpenAPI tells the tables of a query, and the format of its times", async () => {
  const { body } = await read(await gateway.fetch("/openapi.json"));
  const parameterOf = (path: string, name: string) =>
    body.paths[`/v1/flat/${path}`].get.parameters.find((each: { name: string }) => each.name === name)
      ?.schema;
  assert.deepEqual(parameterOf("object", "table"), { type: "string", enum: ["byChannel", "inner.rows"] });
  assert.equal(parameterOf("list", "table"), undefined);
  assert.deepEqual(parameterOf("list", "escapeFormulas"), { type: "boolean", default: false });
  const { properties } =
    body.paths["/v1/flat/times"].get.responses[200].content["application/json"].schema.properties.data;
  assert.deepEqual(properties.at, { type: "string", description: "When", format: "date-time" });
  assert.equal(properties.absent.format, "date-time");
  assert.equal(properties.day.format, "date");
  assert.equal(properties.series.items.properties.timestamp.format, "date-time");
  assert.equal(properties.undeclared.format, undefined);
});

Deno.test("a format of what is no text is refused when the file is loaded", async () => {
  const faulty = (columns: string) =>
    gateway.load([
      queryFile(
        "flat/faulty",
        `tenant: none\ncolumns:\n  ${columns}`,
        `SELECT 1 AS n, '' AS text, ${nested}`,
      ),
    ]);
  for (const path of ["n", "summary.sent", "byChannel", "text.x"]) {
    const [fault] = await faulty(`${path}: { format: date-time }`);
    assert.match(fault, new RegExp(`The front matter says the format of "${path}", which is no text`), path);
  }
  assert.match((await faulty("text: { format: time }"))[0], /Front matter key "columns\.text/);
  assert.match((await faulty("gone: { format: date }"))[0], /describes the column "gone"/);
  assert.deepEqual(await faulty("byChannel.channel: { format: date }"), []);
  assert.deepEqual(await gateway.load(files), []);
});

/** Rows of CSV, by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows = [...text.matchAll(/((?:"(?:[^"]|"")*"|[^",\n])*(?:,(?:"(?:[^"]|"")*"|[^",\n])*)*)\n/g)];
  return rows.map(([, row]) =>
    [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, bare]) =>
      quoted?.replaceAll('""', '"') ?? bare
    )
  );
}
