import assert from "node:assert/strict";
import { tableFromIPC, Type } from "@uwdata/flechette";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import readXlsxFile from "read-excel-file/universal";
import { createGateway, newTenant, queryFile, read } from "./gateway.ts";

// What each format holds, as readers see it that have nothing to do with ClickHouse.

const values = `
    number AS n,
    if(number = 0, 9007199254740993, -7)::Int64 AS large,
    toDecimal64(12.5, 2) AS price,
    '123456789012345678.25'::Decimal(38, 2) AS exact,
    0.1::Float64 AS rate,
    if(number = 0, nan, 70.) AS denormal,
    CAST(NULL, 'Nullable(Float64)') AS absent,
    toDateTime64('2026-03-10 12:00:00.5', 3, 'Europe/Berlin') AS at,
    toDateTime('2026-03-10 12:00:00', 'UTC') AS whole,
    toDate('2026-03-10') AS day,
    toDate32('1900-02-28') AS early,
    '=1+1 "b" \\\\ /\\n, é 😀 <&> _x0041_ \\x01' AS text,
    toLowCardinality('low') AS low,
    ['x', 'y'] AS list,
    CAST((9007199254740993, NULL), 'Tuple(sent UInt64, openRate Nullable(Float64))') AS nested,
    map('k', CAST(1, 'Dynamic'), 'l', CAST('two', 'Dynamic')) AS members,
    toUUID('5e9f8d4e-6d0e-4c52-9d3c-0d8c7b7f6a11') AS uuid,
    toIPv4('10.0.0.1') AS address,
    CAST('day', 'Enum8(''day'' = 1)') AS step,
    NULL AS nothing,
    toIntervalDay(3) AS interval,
    true AS flag
FROM numbers({count:UInt32})
ORDER BY n`;

const files = [
  queryFile("exports/values", "tenant: none\nparams:\n  count: { default: 2 }", `SELECT ${values}`),
  queryFile(
    "exports/paged",
    "tenant: none\npage: { size: 2, max: 4 }",
    "SELECT number AS n FROM numbers(5) ORDER BY n",
  ),
  queryFile(
    "exports/rows",
    "tenant: none",
    "SELECT number AS n, 'text' AS text FROM numbers({count:UInt32})",
  ),
  queryFile(
    "exports/long",
    "tenant: none",
    "SELECT if(number = 1000, repeat('x', {length:UInt32}), '') AS text FROM numbers(2000)",
  ),
  queryFile("exports/[id]/part", "tenant: none", "SELECT {id:String} AS id"),
  queryFile(
    "exports/object",
    "tenant: none\nreturns: object",
    "SELECT number AS n FROM numbers({count:UInt32})",
  ),
  queryFile("exports/kept", "tenant: none\nreturns: object\ncache: 1h", "SELECT 1 AS n"),
];
const gateway = await createGateway({ files });
const tenant = newTenant();

const get = (path: string, init: RequestInit = {}) => gateway.fetch(`/v1/exports/${path}`, tenant, init);

async function bytesOf(path: string): Promise<ArrayBuffer> {
  const response = await get(path);
  const bytes = await response.arrayBuffer();
  assert.equal(response.status, 200, new TextDecoder().decode(bytes.slice(0, 1_000)));
  return bytes;
}

const text = '=1+1 "b" \\ /\n, é 😀 <&> _x0041_ \x01';

Deno.test("Parquet holds each column in its type, in Snappy; what it has no type for is text", async () => {
  const file = await bytesOf("values?format=parquet");
  const [row, second] = await parquetReadObjects({ file });
  assert.deepEqual(row, {
    n: 0n,
    large: 9007199254740993n,
    price: 12.5,
    exact: 123456789012345678.25,
    rate: 0.1,
    denormal: NaN,
    absent: null,
    at: new Date("2026-03-10T11:00:00.500Z"),
    whole: new Date("2026-03-10T12:00:00Z"),
    day: new Date("2026-03-10"),
    early: new Date("1900-02-28"),
    text,
    low: "low",
    list: ["x", "y"],
    nested: { sent: 9007199254740993n, openRate: null },
    members: '{"k":1,"l":"two"}',
    uuid: "5e9f8d4e-6d0e-4c52-9d3c-0d8c7b7f6a11",
    address: "10.0.0.1",
    step: "day",
    nothing: null,
    interval: 3n,
    flag: true,
  });
  assert.deepEqual([second.n, second.large, second.denormal], [1n, -7n, 70]);
  const [{ columns }] = parquetMetadata(file).row_groups;
  assert.deepEqual(new Set(columns.map(({ meta_data }) => meta_data?.codec)), new Set(["SNAPPY"]));
});

Deno.test("Arrow is a stream that holds each column in its type, unpacked", async () => {
  const table = tableFromIPC(await bytesOf("values?format=arrow"), { useBigInt: true });
  const named = (id: number) => Object.entries(Type).find(([, value]) => value === id)?.[0];
  const types = Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, named(type.typeId)]));
  assert.deepEqual(types, {
    n: "Int",
    large: "Int",
    price: "Decimal",
    exact: "Decimal",
    rate: "Float",
    denormal: "Float",
    absent: "Float",
    at: "Timestamp",
    whole: "Timestamp",
    day: "Date",
    early: "Date",
    text: "Utf8",
    low: "Utf8",
    list: "List",
    nested: "Struct",
    members: "Utf8",
    uuid: "Utf8",
    address: "Utf8",
    step: "Utf8",
    nothing: "Utf8",
    interval: "Int",
    flag: "Bool",
  });
  assert.equal(table.numRows, 2);
  const row = table.get(0);
  const { exact: _, price: __, rate: ___, list, ...others } = row;
  assert.deepEqual([...list as Iterable<string>], ["x", "y"]);
  assert.deepEqual(others, {
    n: 0n,
    large: 9007199254740993n,
    denormal: NaN,
    absent: null,
    at: Date.UTC(2026, 2, 10, 11, 0, 0, 500),
    whole: Date.UTC(2026, 2, 10, 12),
    day: Date.UTC(2026, 2, 10),
    early: Date.UTC(1900, 1, 28),
    text,
    low: "low",
    nested: { sent: 9007199254740993n, openRate: null },
    members: '{"k":1,"l":"two"}',
    uuid: "5e9f8d4e-6d0e-4c52-9d3c-0d8c7b7f6a11",
    address: "10.0.0.1",
    step: "day",
    nothing: null,
    interval: 3n,
    flag: true,
  });
});

/** The sheets of a workbook: each its name and its rows. */
const sheetsOf = async (path: string) => await readXlsxFile(new Blob([await bytesOf(path)]));

Deno.test("xlsx is a sheet of typed cells: what a number would not hold exactly is text, and text is no formula", async () => {
  const [{ sheet, data: [names, ...lines] }, ...others] = await sheetsOf("values?format=xlsx");
  assert.deepEqual([sheet, lines.length, others.length], ["exports values", 2, 0]);
  const rows = lines.map((line) => Object.fromEntries(line.map((cell, i) => [names[i], cell])));
  assert.deepEqual(rows[0], {
    n: 0,
    large: "9007199254740993",
    price: 12.5,
    exact: "123456789012345678.25",
    rate: 0.1,
    denormal: null,
    absent: null,
    at: new Date("2026-03-10T11:00:00.500Z"),
    whole: new Date("2026-03-10T12:00:00Z"),
    day: new Date("2026-03-10"),
    // Excel's calendar is wrong until then
    early: "1900-02-28",
    text,
    low: "low",
    list: '["x","y"]',
    "nested.sent": "9007199254740993",
    "nested.openRate": null,
    members: '{"k":1,"l":"two"}',
    uuid: "5e9f8d4e-6d0e-4c52-9d3c-0d8c7b7f6a11",
    address: "10.0.0.1",
    step: "day",
    nothing: null,
    interval: 3,
    flag: true,
  });
  assert.deepEqual([rows[1].n, rows[1].large, rows[1].denormal], [1, -7, 70]);
});

Deno.test("A workbook without rows has its header", async () => {
  const [{ data }] = await sheetsOf("rows?format=xlsx&count=0");
  assert.deepEqual(data, [["n", "text"]]);
});

Deno.test("A sheet takes 1,048,575 rows; one more is a 422 that says so, before the first byte", async () => {
  const full = await get("rows?format=xlsx&count=1048575");
  assert.equal(full.status, 200);
  await full.body?.cancel();
  const { status, body } = await read(await get("rows?format=xlsx&count=1048576"));
  assert.deepEqual([status, body.type, body.limit], [422, "/problems/query-too-large", 1_048_575]);
  assert.match(body.detail, /1048575 rows.*csv or parquet/);
});

Deno.test("A cell takes 32,767 characters; text that is longer is a 400 that names its column", async () => {
  assert.equal((await bytesOf("long?format=xlsx&length=32767")).byteLength > 0, true);
  const { status, body } = await read(await get("long?format=xlsx&length=32768"));
  assert.deepEqual([status, body.parameter], [400, "format"]);
  assert.match(body.detail, /32767 characters and the column text/);
  assert.equal((await bytesOf("long?format=parquet&length=32768")).byteLength > 0, true);
});

Deno.test("Each export is named after its query, and has its media type; JSON is no file", async () => {
  const cases = [
    ["ndjson", "application/x-ndjson; charset=utf-8", 'attachment; filename="exports-rows.ndjson"'],
    ["csv", "text/csv; charset=utf-8", 'attachment; filename="exports-rows.csv"'],
    ["parquet", "application/vnd.apache.parquet", 'attachment; filename="exports-rows.parquet"'],
    ["arrow", "application/vnd.apache.arrow.stream", 'attachment; filename="exports-rows.arrows"'],
    [
      "xlsx",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      'attachment; filename="exports-rows.xlsx"',
    ],
    ["json", "application/json; charset=utf-8", null],
  ];
  for (const [format, mediaType, disposition] of cases) {
    const byName = await get(`rows?count=1&format=${format}`);
    const byAccept = await get("rows?count=1", { headers: { accept: mediaType!.split(";")[0] } });
    const head = await get(`rows?count=1&format=${format}`, { method: "HEAD" });
    for (const response of [byName, byAccept, head]) {
      assert.deepEqual(
        [response.status, response.headers.get("content-type"), response.headers.get("content-disposition")],
        [200, mediaType, disposition],
        String(format),
      );
    }
    assert.equal((await head.arrayBuffer()).byteLength, 0);
    await Promise.all([byName.body?.cancel(), byAccept.body?.cancel()]);
  }
  const part = await get("a%22%0d%0ab/part?format=csv");
  await part.body?.cancel();
  assert.equal(part.headers.get("content-disposition"), 'attachment; filename="exports-id-part.csv"');
});

Deno.test("A page is exported alone when one is asked for, in each format", async () => {
  const paged = (format: string, page = "") => bytesOf(`paged?format=${format}${page}`);
  const inParquet = async (page?: string) => await parquetReadObjects({ file: await paged("parquet", page) });
  assert.deepEqual((await inParquet()).map(({ n }) => n), [0n, 1n, 2n, 3n, 4n]);
  assert.deepEqual((await inParquet("&page=2")).map(({ n }) => n), [2n, 3n]);
  assert.equal(tableFromIPC(await paged("arrow", "&page=3")).numRows, 1);
  const [{ data }] = await sheetsOf("paged?format=xlsx&pageSize=4");
  assert.deepEqual(data, [["n"], [0], [1], [2], [3]]);
});

Deno.test("A workbook breaks when ClickHouse leaves in the middle of its rows, and the log says so", async () => {
  const broken = await createGateway({
    files,
    through: async (statement, ask) => {
      const response = await ask(statement);
      if (statement.settings?.default_format !== "JSONCompactEachRow") return response;
      let passed = 0;
      const leave = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          if ((passed += chunk.length) > 1_000_000) throw new Error("Cut off by the test");
          controller.enqueue(chunk);
        },
      });
      return new Response(response.body!.pipeThrough(leave), { headers: response.headers as Headers });
    },
  });
  const response = await broken.fetch("/v1/exports/rows?format=xlsx&count=1000000", tenant);
  assert.equal(response.status, 200);
  await assert.rejects(response.arrayBuffer());
  const [entry] = broken.log.filter(({ level }) => level === "error");
  assert.deepEqual([entry?.message, entry?.cause], ["An export broke in the middle", "Cut off by the test"]);
});

Deno.test("A caller who leaves a workbook leaves ClickHouse's rows, too", async () => {
  let left = false;
  const watched = await createGateway({
    files,
    through: async (statement, ask) => {
      const response = await ask(statement);
      if (statement.settings?.default_format !== "JSONCompactEachRow") return response;
      const source = response.body!.getReader();
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await source.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          left = true;
          await source.cancel();
        },
      }, { highWaterMark: 0 });
      return new Response(body, { headers: response.headers as Headers });
    },
  });
  const response = await watched.fetch("/v1/exports/rows?format=xlsx&count=1000000", tenant);
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  assert.ok(left);
});

Deno.test("an object that is not there is a 404 in each format, and one that is there its row", async () => {
  for (const format of ["json", "ndjson", "csv", "parquet", "arrow", "xlsx"]) {
    const none = await get(`object?count=0&format=${format}`);
    assert.equal(none.status, 404, format);
    assert.equal((await none.json()).type, "/problems/not-found");
    const one = await get(`object?count=1&format=${format}`);
    assert.equal(one.status, 200, format);
    assert.ok((await one.arrayBuffer()).byteLength > 0);
  }
  assert.equal(await (await get("object?count=1&format=ndjson")).text(), '{"n":0}\n');
});

Deno.test("an entity tag of one format does not hold for another, though both say the same", async () => {
  const cached = await createGateway({ files, cacheBytes: 1_000_000 });
  const get = (path: string, init: RequestInit = {}) => cached.fetch(`/v1/exports/${path}`, tenant, init);
  const json = await get("kept?format=json");
  const tag = json.headers.get("etag")!;
  await json.body?.cancel();
  const headers = { "if-none-match": tag };
  const again = await get("kept?format=json", { headers });
  const other = await get("kept?format=ndjson", { headers });
  assert.deepEqual([again.status, other.status], [304, 200]);
  assert.equal(await other.text(), '{"n":1}\n');
});
