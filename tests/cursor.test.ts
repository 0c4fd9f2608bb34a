import assert from "node:assert/strict";
import { printCursor } from "../src/query/cursor.ts";
import { bind } from "../src/query/bind.ts";
import type { Query } from "../src/catalog/query.ts";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { askEngine } from "./ask_engine.ts";
import { event } from "./events.ts";
import { createGateway, engineOptions, inspectedCatalog, newTenant, queryFile, read } from "./gateway.ts";

/** Rows with ties: twenty values of `step`, each with its numbers; both keys need all digits of a 64-bit integer. */
const steps = queryFile(
  "keys/steps",
  `tenant: none
params:
  count: { default: 103 }
page: { size: 10, max: 50 }
cursor: { step: afterStep, id: afterId }`,
  `SELECT
    toInt64(9007199254740993 - number % 20) AS step,
    toUInt64(18446744073709551615 - number) AS id,
    concat('line', char(10), toString(number), '"') AS text,
    {now:DateTime64(3, 'UTC')} AS now
  FROM numbers({count:UInt32})
  WHERE {afterStep:Nullable(Int64)} IS NULL OR (step, id) > ({afterStep:Nullable(Int64)}, {afterId:Nullable(UInt64)})
  ORDER BY
    step,
    id`,
);
const kept = queryFile(
  "keys/kept",
  "tenant: none\npage: { size: 2, max: 4 }\ncursor: { n: afterN }\ncache: 1h",
  `SELECT number AS n FROM numbers({count:UInt32})
  WHERE {afterN:Nullable(UInt64)} IS NULL OR number > {afterN:Nullable(UInt64)}
  ORDER BY n`,
);
const plain = queryFile(
  "keys/plain",
  "tenant: none\npage: { size: 2, max: 4 }",
  "SELECT number AS one FROM numbers(1, 1) ORDER BY one",
);
const other = { ...steps, path: "sql/keys/other.sql" };
const gateway = await createGateway({
  files: [...await readQueryFiles(), steps, other, plain],
  config: { TELL_COSTS: "exact" },
});
const tenant = newTenant();
const asking = (parameters: Record<string, unknown>, name = "keys/steps") =>
  gateway.query(name, tenant, parameters);

type Row = Record<string, unknown>;

/** All pages one after the other: their rows, and how many rows each read. */
async function follow(
  name: string,
  parameters: Row,
  asTenant = tenant,
): Promise<{ rows: Row[]; read: number[] }> {
  const rows: Row[] = [];
  const read: number[] = [];
  let cursor: string | null = null;
  do {
    const answer = await gateway.query(name, asTenant, { ...parameters, ...(cursor && { cursor }) });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    rows.push(...answer.body.data);
    read.push(answer.body.meta.rowsRead);
    cursor = answer.body.meta.page.next;
    assert.ok(read.length < 2_000, "it ends");
  } while (cursor !== null);
  return { rows, read };
}

Deno.test("Pages by cursor, laid side by side, are the list, each row once, ties and 64-bit keys included", async () => {
  const first = await gateway.fetch("/v1/keys/steps?format=ndjson", tenant);
  const texts = (await first.text()).trimEnd().split("\n").map((line) => JSON.parse(line).text);
  assert.equal(new Set(texts).size, 103);
  for (const pageSize of [1, 7, 10, 50]) {
    const { rows, read } = await follow("keys/steps", { pageSize });
    assert.deepEqual(rows.map(({ text }) => text), texts, `pageSize ${pageSize}`);
    assert.equal(read.length, Math.ceil(103 / pageSize));
  }
});

Deno.test("A page by cursor tells its size and the next cursor; the last one, full or not, tells null", async () => {
  const { body } = await asking({});
  const { next, ...page } = body.meta.page;
  assert.deepEqual([page, body.meta.rows, body.data.length], [
    { number: null, size: 10, total: null },
    10,
    10,
  ]);
  assert.match(next, /^[A-Za-z0-9_-]+$/);
  for (const count of [10, 9, 0]) {
    const last = await asking({ count });
    assert.deepEqual([last.body.data.length, last.body.meta.page.next], [count, null]);
  }
});

Deno.test("With `page`, a query with a cursor counts and tells the next number", async () => {
  const { body } = await asking({ page: 2, pageSize: 50 });
  assert.deepEqual(body.meta.page, { number: 2, size: 50, total: 103, next: 3 });
  assert.deepEqual((await asking({ page: 3, pageSize: 50 })).body.meta.page.next, null);
});

Deno.test("All pages take the first one's instant as now, for a day", async () => {
  gateway.setNow(new Date("2026-03-10T12:00:00Z"));
  const { body: { meta: { page: { next: cursor } } } } = await asking({});
  gateway.setNow(new Date("2026-03-11T12:00:00Z"));
  const { body } = await asking({ cursor });
  assert.deepEqual([body.data[0].now, body.meta.asOf], ["2026-03-10T12:00:00.000Z", "2026-03-10T12:00:00Z"]);
  gateway.setNow(new Date("2026-03-11T12:00:01Z"));
  const late = await asking({ cursor });
  assert.deepEqual([late.status, late.body.parameter], [400, "cursor"]);
  assert.match(late.body.detail, /more than a day old/);
  gateway.setNow(new Date("2026-03-10T11:58:00Z"));
  assert.equal((await asking({ cursor })).status, 400);
  gateway.setNow(undefined);
});

Deno.test("A cursor of another query or of other parameters is a 400; pageSize and format may change", async () => {
  const { body: { meta: { page: { next: cursor } } } } = await asking({});
  for (const refused of [await asking({ cursor, count: 104 }), await asking({ cursor }, "keys/other")]) {
    assert.deepEqual([refused.status, refused.body.parameter], [400, "cursor"]);
    assert.match(refused.body.detail, /another query or to other parameters/);
  }
  assert.equal((await asking({ cursor, pageSize: 3, count: 103 })).body.data.length, 3);
  const rest = await gateway.fetch(`/v1/keys/steps?format=ndjson&cursor=${cursor}`, tenant);
  assert.equal((await rest.text()).trimEnd().split("\n").length, 93);
  const page = await gateway.fetch(`/v1/keys/steps?format=csv&pageSize=4&cursor=${cursor}`, tenant);
  assert.equal(
    (await page.text()).trimEnd().split("\n").filter((line) => line.startsWith("90071")).length,
    4,
  );
});

Deno.test("A cursor and a page exclude each other; a query without cursors takes none", async () => {
  const { body: { meta: { page: { next: cursor } } } } = await asking({});
  for (
    const [name, parameters] of [["keys/steps", { cursor, page: 1 }], ["keys/plain", { cursor }]] as const
  ) {
    const { status, body } = await asking(parameters, name);
    assert.deepEqual(
      [status, body.type, body.parameter],
      [400, "/problems/invalid-parameter", "cursor"],
      name,
    );
  }
  assert.equal((await asking({ cursor: [cursor, cursor] })).status, 400);
  const post = await read(
    await gateway.fetch("/v1/keys/steps", tenant, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ cursor }),
    }),
  );
  assert.equal(post.body.data.length, 10);
});

Deno.test("What is no cursor is a 400, whatever it is, and never reaches ClickHouse", async () => {
  const { body: { meta: { page: { next } } } } = await asking({});
  const [version, hash, seconds, step, id] = JSON.parse(atob(next.replaceAll("-", "+").replaceAll("_", "/")));
  const forged = (content: unknown) => btoa(JSON.stringify(content)).replaceAll("+", "-").replace(/=+$/, "");
  assert.equal((await asking({ cursor: forged([version, hash, seconds, step, id]) })).status, 200);
  const cursors = [
    "",
    "x",
    "!",
    "null",
    "a".repeat(60_000),
    next.slice(0, -3),
    `${next}AA`,
    forged(null),
    forged({}),
    forged([version, hash, seconds]),
    forged([version, hash, seconds, step]),
    forged([version, hash, seconds, step, null]),
    forged([version, hash, seconds, step, "1 OR 1"]),
    forged([version, hash, seconds, { a: 1 }, id]),
    forged([version, hash, seconds, "99999999999999999999", id]),
    forged([version, hash, seconds, step, id, 1]),
    forged([version, hash, "now", step, id]),
    forged([version, hash, seconds + 1e6, step, id]),
    forged([version, hash, -1e300, step, id]),
    forged([version + 1, hash, seconds, step, id]),
    forged([version, [hash], seconds, step, id]),
  ];
  for (const cursor of cursors) {
    const { status, body } = await asking({ cursor });
    assert.deepEqual(
      [status, body.parameter],
      [400, "cursor"],
      `${cursor.slice(0, 80)} ${JSON.stringify(body)}`,
    );
  }
  for (const name of ["afterStep", "afterId"]) {
    const { status, body } = await asking({ [name]: 1 });
    assert.deepEqual([status, body.parameter], [400, name]);
  }
});

Deno.test("The front matter's cursor is checked when the file is loaded", async () => {
  const cases: [string, string, RegExp][] = [
    ["{ nope: afterStep }", "Nullable(UInt8)", /"nope" is none that the query returns/],
    ["{ step: after }", "Nullable(UInt8)", /names the placeholder "after", which the SQL lacks/],
    ["{ step: afterStep }", "UInt8", /must be Nullable/],
    ["{ maybe: afterStep }", "Nullable(UInt8)", /never null/],
    ["{ list: afterStep }", "Nullable(UInt8)", /a single value/],
    ["{ step: afterStep, id: afterStep }", "Nullable(UInt8)", /as another column does/],
    ["{}", "Nullable(UInt8)", /names no column/],
  ];
  for (const [cursor, type, message] of cases) {
    const file = queryFile(
      "keys/checked",
      `tenant: none\npage: { size: 1, max: 1 }\ncursor: ${cursor}`,
      `SELECT 1 AS step, 2 AS id, CAST(3, 'Nullable(UInt8)') AS maybe, [4] AS list FROM numbers(1) WHERE {afterStep:${type}} IS NULL ORDER BY number`,
    );
    const [fault] = await gateway.load([file]);
    assert.match(fault ?? "", message);
  }
  const unpaged = queryFile("keys/checked", "tenant: none\ncursor: { a: afterA }", "SELECT 1 AS a");
  assert.match((await gateway.load([unpaged]))[0] ?? "", /a query with a cursor has pages/);
  await gateway.load([...await readQueryFiles(), steps, other, plain]);
});

Deno.test("Pages of outreach/events: equal instants neither lose nor repeat an event, new ones shift nothing", async () => {
  const sender = newTenant("pages");
  gateway.setNow(new Date("2026-03-10T12:00:00Z"));
  // thirty of one millisecond, ten of other ones, all sent twice
  const events = Array.from({ length: 40 }, (_, i) =>
    event({
      eventType: i % 2 ? "message_sent" : "message_opened",
      occurredAt: `2026-03-09T10:00:00.${i < 30 ? "500" : 490 + i}Z`,
    }));
  for (let i = 0; i < 2; i++) assert.equal((await gateway.send("outreach", sender, events)).status, 200);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await gateway.query("outreach/events", sender, {
      pageSize: 7,
      timezone: "Asia/Kolkata",
      ...(cursor && { cursor }),
    });
    seen.push(...body.data.map(({ id }: Row) => id));
    cursor = body.meta.page.next;
    await gateway.send("outreach", sender, [event({ occurredAt: "2026-03-10T11:00:00Z" })]);
  } while (cursor !== null);
  assert.equal(seen.length, 40);
  assert.deepEqual(new Set(seen), new Set(events.map(({ id }) => id)));
  gateway.setNow(undefined);
});

Deno.test("The ETag of a page by cursor differs when a next one lies after the same rows", async () => {
  const caching = await createGateway({ files: [kept], cacheBytes: 1_000_000 });
  const tagOf = async (count: number) => {
    const response = await caching.fetch(`/v1/keys/kept?count=${count}`, tenant);
    const { data, meta } = await response.json();
    assert.deepEqual([data, meta.page.next !== null], [[{ n: 0 }, { n: 1 }], count > 2]);
    return response.headers.get("etag");
  };
  const [two, three, four] = [await tagOf(2), await tagOf(3), await tagOf(4)];
  assert.ok(two && three && two !== three, `${two} ${three}`);
  assert.equal(three, four);
});

/** Granules of outreach_events that the primary key leaves of a query with these parameters. */
async function granules(query: Query, parameters: Record<string, string>): Promise<number> {
  const [{ explain }] = await readRows<{ explain: string }>(createClickHouse(engineOptions()), {
    sql: `EXPLAIN json = 1, indexes = 1 ${query.sql}`,
    parameters,
  });
  const [key] = explain.match(/"Type": "PrimaryKey"[^}]*/g)!;
  return Number(/"Selected Granules": (\d+)/.exec(key)![1]);
}

Deno.test("Page 1,000 of outreach/events reads no more than page 1, and by primary key", async (t) => {
  const sender = newTenant("deep");
  // sixteen granules of each of two types, a millisecond apart
  const { text, code } = await askEngine(
    `INSERT INTO sluice.outreach_events (id, tenant_id, event_type, entity_type, entity_id, metadata, occurred_at, ingested_at)
    SELECT generateUUIDv4(number), {tenant:String}, ['message_sent', 'message_opened'][1 + number % 2], 'message',
      toString(number), '{}', toDateTime64('2026-03-01 00:00:00', 3, 'UTC') + toIntervalMillisecond(number), now64(3)
    FROM numbers(262144)`,
    { tenant: sender },
  );
  assert.equal(code, 0, text);
  const catalog = await inspectedCatalog();
  const query = catalog.get("outreach/events")!;
  const granule = 8_192;
  for (const [eventType, pageSize] of [["message_sent", 100], [undefined, 200]] as const) {
    await t.step(eventType ?? "of every type", async () => {
      const range = { startDate: "2026-03-01", endDate: "2026-03-01" };
      const parameters = { ...range, pageSize, ...(eventType && { eventType }) };
      const first = await gateway.query("outreach/events", sender, parameters);
      const before = await gateway.query("outreach/events", sender, { ...parameters, page: 999 });
      // the cursor that page 999 would have told
      const input = new Map(Object.entries(parameters).map(([name, value]) => [name, [value]]));
      const { parameters: bound } = bind(query, input, new Date());
      const last = before.body.data.at(-1);
      const cursor = printCursor(query, bound, new Date(), last);
      const deep = await gateway.query("outreach/events", sender, { ...parameters, cursor });
      const numbered = await gateway.query("outreach/events", sender, { ...parameters, page: 1_000 });
      assert.equal(deep.body.data.length, pageSize);
      assert.deepEqual(deep.body.data, numbered.body.data);

      const given = { ...bound, tenantId: sender, now: "2026-03-20 00:00:00.000" };
      const all = await granules(query, given);
      const left = await granules(query, {
        ...given,
        afterOccurredAt: last.occurredAt.slice(0, 23),
        afterId: last.id,
      });
      // a quarter of the rows lies after it, and the edges of two types in a few parts
      assert.ok(left <= all / 4 + 8, `${left} of ${all} granules`);
      // the range's two ends are rows, too
      assert.ok(deep.body.meta.rowsRead <= left * granule + 2, `${deep.body.meta.rowsRead} rows`);
      assert.ok(deep.body.meta.rowsRead <= first.body.meta.rowsRead + 8 * granule);
    });
  }
});
