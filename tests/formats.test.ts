import assert from "node:assert/strict";
import { createGateway, newTenant, queryFile, read } from "./gateway.ts";

/** One row of each kind of value that prints differently from format to format; `bad` is not UTF-8. */
const values = `
    number AS n,
    toInt64(9007199254740991) AS large,
    toDecimal64(12.5, 2) AS price,
    0.1::Float64 AS rate,
    if(number = 0, nan, 70.) AS denormal,
    CAST(NULL, 'Nullable(Float64)') AS absent,
    toDateTime64('2026-03-10 12:00:00.5', 3, 'Europe/Berlin') AS at,
    toDate('2026-03-10') AS day,
    'a "b" \\\\ /\\n, é 😀' AS text,
    unhex('61FF62') AS bad,
    ['x', 'y'] AS list,
    CAST((1, NULL), 'Tuple(sent UInt64, openRate Nullable(Float64))') AS nested,
    map('k', 1::UInt64) AS map,
    CAST('day', 'Enum8(''day'' = 1)') AS step,
    true AS flag
FROM numbers({count:UInt32})
ORDER BY n`;

const files = [
  queryFile("forms/values", "tenant: none\nparams:\n  count: { default: 2 }", `SELECT ${values}`),
  queryFile(
    "forms/paged",
    "tenant: none\nparams:\n  count: { default: 2 }\npage: { size: 2, max: 4 }",
    `SELECT ${values}`,
  ),
  queryFile(
    "forms/one",
    "tenant: none\nreturns: object\nparams:\n  count: { default: 1 }",
    `SELECT ${values}`,
  ),
  queryFile(
    "forms/echo",
    "params:\n  step: { default: day }\n  names: { default: [] }",
    `SELECT
        {step:Enum('day', 'week')} AS step,
        {names:Array(String)} AS names,
        {at:Nullable(DateTime64(3, 'UTC'))} AS at,
        {day:Nullable(Date)} AS day,
        {count:Nullable(UInt8)} AS count,
        {tenantId:String} AS tenant,
        {now:DateTime64(3, 'UTC')} AS now`,
  ),
  queryFile("forms/[id]/echo", "tenant: none", "SELECT {id:String} AS id"),
];
const gateway = await createGateway({ files });
const tenant = newTenant();

/** What the values print as, by the settings that json_schema.ts documents. */
const printed = (n: number) => ({
  n,
  large: 9007199254740991,
  price: "12.50",
  rate: 0.1,
  denormal: n === 0 ? null : 70,
  absent: null,
  at: "2026-03-10T11:00:00.500Z",
  day: "2026-03-10",
  text: 'a "b" \\ /\n, é 😀',
  bad: "a\ufffdb",
  list: ["x", "y"],
  nested: { sent: 1, openRate: null },
  map: { k: 1 },
  step: "day",
  flag: true,
});

Deno.test("JSON is an envelope of the rows and the facts of their computation", async () => {
  gateway.setNow(new Date("2026-03-10T12:00:00.999Z"));
  const { status, headers, body } = await gateway.query("forms/values", tenant);
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
  assert.deepEqual(body.data, [printed(0), printed(1)]);
  const { elapsedMs, rowsRead, bytesRead, ...meta } = body.meta;
  assert.deepEqual(meta, { query: "forms/values", rows: 2, asOf: "2026-03-10T12:00:00Z" });
  assert.deepEqual([rowsRead, bytesRead], [1_000_000, 16_000_000]);
  assert.ok(Number.isInteger(elapsedMs) && elapsedMs > 0);
  assert.match(headers.get("server-timing") ?? "", /^clickhouse;dur=\d+$/);
});

Deno.test("What a query read is told exactly to admins, and to all where the operator wants it", async () => {
  const { headers, body } = await gateway.query("forms/values", tenant, {}, "admin");
  const [, rows, bytes] = /^clickhouse;dur=\d+\.\d, rows;desc="(\d+)", bytes;desc="(\d+)"$/.exec(
    headers.get("server-timing") ?? "",
  ) ??
    [];
  assert.equal(body.meta.rowsRead, 1_000_000);
  const exact = await createGateway({ files, config: { TELL_COSTS: "exact" } });
  exact.setNow(new Date("2026-03-10T12:00:00.999Z"));
  const { meta } = (await exact.query("forms/values", tenant)).body;
  assert.deepEqual([meta.rowsRead, meta.bytesRead], [Number(rows), Number(bytes)]);
  assert.ok(meta.rowsRead >= 2 && meta.rowsRead < 100);
});

Deno.test("A query without rows answers an empty list", async () => {
  const { body } = await gateway.query("forms/values", tenant, { count: 0 });
  assert.deepEqual([body.data, body.meta.rows], [[], 0]);
});

Deno.test("An object is the single row by itself; no row is a 404", async () => {
  const one = await gateway.query("forms/one", tenant);
  assert.deepEqual([one.status, one.body.data, one.body.meta.rows], [200, printed(0), 1]);
  const none = await gateway.query("forms/one", tenant, { count: 0 });
  assert.deepEqual([none.status, none.body.type], [404, "/problems/not-found"]);
});

Deno.test("An object of two rows is a broken query: the file is named in the log and not in the answer", async () => {
  const logged = gateway.log.length;
  const { status, body } = await gateway.query("forms/one", tenant, { count: 2 });
  assert.deepEqual([status, body.type], [500, "/problems/broken-query"]);
  assert.ok(!JSON.stringify(body).includes("sql"), JSON.stringify(body));
  const errors = gateway.log.slice(logged).filter((entry) => entry.file === "sql/forms/one.sql");
  assert.match(String(errors[0]?.cause), /returns an object but gave 2 rows/);
});

Deno.test("NDJSON has a row a line, printed as in JSON", async () => {
  for (const [path, accept] of [["?format=ndjson", "*/*"], ["", "application/x-ndjson"]]) {
    const response = await gateway.fetch(`/v1/forms/values${path}`, tenant, { headers: { accept } });
    assert.equal(response.headers.get("content-type"), "application/x-ndjson; charset=utf-8");
    const lines = (await response.text()).trimEnd().split("\n");
    assert.deepEqual(lines.map((line) => JSON.parse(line)), [printed(0), printed(1)]);
  }
});

Deno.test("CSV has a header and a line for each row", async () => {
  const response = await gateway.fetch(
    "/v1/forms/echo?format=csv&names=a,b&names=%22c&day=2026-03-10",
    tenant,
  );
  assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
  const [header, line, ...rest] = (await response.text()).split("\n");
  assert.equal(header, '"step","names","at","day","count","tenant","now"');
  assert.equal(line, `"day","[""a,b"",""\\""c""]",,"2026-03-10",,"${tenant}","2026-03-10T12:00:00.000Z"`);
  assert.deepEqual(rest, [""]);
});

Deno.test("Accept picks the format of the highest quality, ours first among equals; ?format= wins over it", async () => {
  const cases: [string, string][] = [
    ["", "application/json"],
    ["*/*", "application/json"],
    ["text/html, */*;q=0.5", "application/json"],
    ["text/csv, application/json", "application/json"],
    ["text/csv, application/json;q=0.9", "text/csv"],
    ["TEXT/CSV ; header=present", "text/csv"],
    ["text/*", "text/csv"],
    ["application/json;q=0, */*", "application/x-ndjson"],
    ["application/*;q=0.2, text/csv;q=0.1", "application/json"],
    ["application/x-ndjson", "application/x-ndjson"],
  ];
  for (const [accept, type] of cases) {
    const response = await gateway.fetch("/v1/forms/values", tenant, { headers: { accept } });
    await response.body?.cancel();
    assert.equal(response.headers.get("content-type"), `${type}; charset=utf-8`, accept);
  }
  const named = await gateway.fetch("/v1/forms/values?format=csv", tenant, {
    headers: { accept: "application/json" },
  });
  await named.body?.cancel();
  assert.equal(named.headers.get("content-type"), "text/csv; charset=utf-8");
});

Deno.test("Accept that takes none of the formats is a 406 that lists them", async () => {
  for (const accept of ["image/png", "application/json;q=0", "*/*;q=0"]) {
    const { status, body } = await read(
      await gateway.fetch("/v1/forms/values", tenant, { headers: { accept } }),
    );
    assert.deepEqual([status, body.type], [406, "/problems/not-acceptable"], accept);
    assert.match(body.detail, /application\/json, application\/x-ndjson, text\/csv/);
  }
});

Deno.test("An unknown or repeated format is a 400 that names the parameter", async () => {
  for (const search of ["format=xml", "format=JSON", "format=", "format=json&format=csv"]) {
    const { status, body } = await read(await gateway.fetch(`/v1/forms/values?${search}`, tenant));
    assert.deepEqual(
      [status, body.type, body.parameter],
      [400, "/problems/invalid-parameter", "format"],
      search,
    );
    assert.match(body.detail, /json, ndjson, csv, parquet, arrow, xlsx/);
  }
});

Deno.test("HEAD answers as GET does, without the body", async () => {
  const response = await gateway.fetch("/v1/forms/values", tenant, { method: "HEAD" });
  assert.deepEqual([response.status, response.headers.get("content-type")], [
    200,
    "application/json; charset=utf-8",
  ]);
  assert.equal(await response.text(), "");
});

Deno.test("A page holds its rows, printed as in a list, with the total of all", async () => {
  const { body } = await gateway.query("forms/paged", tenant, { count: 5 });
  assert.deepEqual(body.data, [printed(0), printed(1)]);
  assert.deepEqual(body.meta.page, { number: 1, size: 2, total: 5, next: 2 });
  assert.equal(body.meta.rows, 2);
});

Deno.test("Pages of any size, laid side by side, are the list, each row once", async () => {
  for (const pageSize of [1, 2, 3, 4]) {
    const seen: number[] = [];
    for (let page = 1; page <= 5; page++) {
      const { body } = await gateway.query("forms/paged", tenant, { count: 5, page, pageSize });
      const next = page * pageSize < 5 ? page + 1 : null;
      assert.deepEqual(body.meta.page, { number: page, size: pageSize, total: 5, next });
      assert.equal(body.meta.rows, body.data.length);
      seen.push(...body.data.map(({ n }: { n: number }) => n));
    }
    assert.deepEqual(seen, [0, 1, 2, 3, 4].slice(0, pageSize * 5));
  }
});

Deno.test("An export of a query with pages is whole, or the page that is asked for", async () => {
  const lines = async (page: string) => {
    const response = await gateway.fetch(`/v1/forms/paged?count=5&format=ndjson${page}`, tenant);
    return (await response.text()).trimEnd().split("\n").length;
  };
  assert.deepEqual([await lines(""), await lines("&pageSize=3"), await lines("&page=3")], [5, 3, 1]);
});

Deno.test("A page beyond the end is empty and still tells the total; so is the page of no rows", async () => {
  const beyond = await gateway.query("forms/paged", tenant, { count: 5, page: 4 });
  assert.deepEqual([beyond.status, beyond.body.data, beyond.body.meta.page.total], [200, [], 5]);
  const none = await gateway.query("forms/paged", tenant, { count: 0 });
  assert.deepEqual([none.status, none.body.data, none.body.meta.page.total], [200, [], 0]);
});

Deno.test("A page or a size out of bounds is a 400 that names it", async () => {
  const cases: [string, unknown][] = [
    ["page", 0],
    ["page", -1],
    ["page", "x"],
    ["page", "1.5"],
    ["page", ""],
    ["page", "01"],
    ["page", 9_999_999],
    ["page", [1, 2]],
    ["pageSize", 0],
    ["pageSize", 5],
    ["pageSize", "1e1"],
  ];
  for (const [parameter, value] of cases) {
    const { status, body } = await gateway.query("forms/paged", tenant, { [parameter]: value });
    assert.deepEqual([status, body.parameter], [400, parameter], `${parameter}=${value}`);
  }
  for (const page of [[1], null, true, { number: 1 }, 1.5]) {
    const { status } = await read(await post("forms/paged", { page }));
    assert.equal(status, 400, JSON.stringify(page));
  }
  const { status, body } = await gateway.query("forms/values", tenant, { page: 1 });
  assert.deepEqual([status, body.parameter], [400, "page"]);
});

Deno.test("CSV and NDJSON of a paged query are the same page", async () => {
  const response = await gateway.fetch("/v1/forms/paged?format=ndjson&count=5&page=2", tenant);
  const lines = (await response.text()).trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [printed(2), printed(3)]);
});

function post(name: string, body: unknown, search = ""): Promise<Response> {
  return gateway.fetch(`/v1/${name}${search}`, tenant, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
  });
}

Deno.test("POST takes the same parameters as JSON, and answers the same", async () => {
  const cases: [string, Record<string, unknown>][] = [
    ["", {}],
    ["step=week", { step: "week" }],
    ["names=a", { names: ["a"] }],
    ["names=a", { names: "a" }],
    ["names=a&names=b%27%5C&names=", { names: ["a", "b'\\", ""] }],
    ["count=7&day=2026-03-10", { count: 7, day: "2026-03-10" }],
    ["at=2026-03-10T12:00:00%2B01:00", { at: "2026-03-10T12:00:00+01:00" }],
    ["", { count: null, at: null }],
    ["", { names: [] }],
    ["step=week&count=1", { step: "week", count: "1", format: "json" }],
  ];
  for (const [search, parameters] of cases) {
    const got = await read(await gateway.fetch(`/v1/forms/echo?${search}`, tenant));
    const posted = await read(await post("forms/echo", parameters));
    assert.equal(got.status, 200, JSON.stringify(got.body));
    assert.equal(posted.status, 200, JSON.stringify(posted.body));
    assert.deepEqual(posted.body.data, got.body.data, search);
  }
});

Deno.test("POST without a body is the query without parameters; a body and the address add up", async () => {
  const empty = await read(await gateway.fetch("/v1/forms/echo", tenant, { method: "POST" }));
  assert.deepEqual(empty.body.data[0].step, "day");
  const both = await read(await post("forms/echo", { names: ["x"] }, "?step=week&format=json"));
  assert.deepEqual([both.body.data[0].step, both.body.data[0].names], ["week", ["x"]]);
  const twice = await read(await post("forms/echo", { step: "week" }, "?step=week"));
  assert.deepEqual([twice.status, twice.body.parameter], [400, "step"]);
});

Deno.test("Lists are empty, of one or of many elements, and keep what the elements hold", async () => {
  const odd = ["a,b", "", "'", "\\N", "\n\t", "[1]", "é😀", "\u0000", "{x:String}"];
  const { body } = await gateway.query("forms/echo", tenant, { names: odd });
  assert.deepEqual(body.data[0].names, odd);
  assert.deepEqual((await gateway.query("forms/echo", tenant, { names: ["one"] })).body.data[0].names, [
    "one",
  ]);
  assert.deepEqual((await gateway.query("forms/echo", tenant)).body.data[0].names, []);
});

Deno.test("An instant is the same in every spelling; without an offset it is UTC", async () => {
  for (
    const at of [
      "2026-03-10T12:00:00Z",
      "2026-03-10T13:00:00.000+01:00",
      "2026-03-10 12:00:00",
      "2026-03-10t12:00z",
    ]
  ) {
    const { body } = await gateway.query("forms/echo", tenant, { at });
    assert.equal(body.data?.[0].at, "2026-03-10T12:00:00.000Z", `${at}: ${JSON.stringify(body)}`);
  }
});

Deno.test("The clock is bound to the second, and the tenant from the credential", async () => {
  gateway.setNow(new Date("2026-03-10T12:00:00.999Z"));
  const { body } = await gateway.query("forms/echo", tenant);
  assert.deepEqual([body.data[0].now, body.data[0].tenant], ["2026-03-10T12:00:00.000Z", tenant]);
});

Deno.test("A parameter of the path is decoded once, whatever it holds", async () => {
  for (const id of ["plain", "a b", "a/b", "é😀", "50%", "%41", "{id}", "..%2f", "'\\n"]) {
    const { status, body } = await gateway.query(`forms/${encodeURIComponent(id)}/echo`, tenant);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.data, [{ id }]);
  }
  const twice = await gateway.query("forms/x/echo", tenant, { id: "y" });
  assert.deepEqual([twice.status, twice.body.parameter], [400, "id"]);
  const broken = await gateway.query("forms/%C3%28/echo", tenant);
  assert.deepEqual([broken.status, broken.body.type], [400, "/problems/invalid-request"]);
});

Deno.test("JSON and NDJSON are valid UTF-8 whatever a String holds", async () => {
  for (const path of ["values", "paged", "one", "values?format=ndjson"]) {
    const response = await gateway.fetch(`/v1/forms/${path}`, tenant);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await response.arrayBuffer());
    assert.ok(text.includes('"a\ufffdb"'), path);
  }
});
