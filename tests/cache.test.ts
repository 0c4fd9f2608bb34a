import assert from "node:assert/strict";
import { createClickHouse, readRows, type Statement } from "../src/clickhouse/client.ts";
import type { QueryFile } from "../src/catalog/query.ts";
import { createTable, engineRun, newName } from "./cache_table.ts";
import { engineOptions, newTenant, queryFile, type TestOptions, type Through } from "./gateway.ts";
import { breakable, createSmallGateway } from "./small_gateway.ts";
import { waitFor } from "./program.ts";

const cacheBytes = 16 * 1_048_576;

/** Whether it runs a named query: it says whose rows it may see. */
function isQuery({ settings }: Statement): boolean {
  return settings?.log_comment !== undefined;
}

/** A way to ClickHouse that notes the statements of named queries. */
function watched(next: Through = (statement, ask) => ask(statement)) {
  const runs: string[] = [];
  const through: Through = (statement, ask) => {
    if (isQuery(statement)) runs.push(statement.sql);
    return next(statement, ask);
  };
  return { runs, through };
}

/** A gateway with a cache; `runs` are the statements that named queries sent to ClickHouse. */
async function createCachedGateway(files: QueryFile[], options: TestOptions = {}) {
  const { runs, through } = watched(options.through);
  const gateway = await createSmallGateway({ files, cacheBytes, ...options, through });
  return { ...gateway, runs };
}

/** Sums a table's numbers. */
function sumFile(table: string, cache = "cache: 1h", name = "test/sum"): QueryFile {
  return queryFile(name, cache, `SELECT sum(n) AS total FROM ${table} WHERE tenant_id = {tenantId:String}`);
}

const start = Date.parse("2026-03-10T12:00:00Z");
const later = (seconds: number) => new Date(start + seconds * 1_000);

/** What a query answered and how. */
async function ask(
  gateway: Awaited<ReturnType<typeof createCachedGateway>>,
  tenant: string,
  path = "/v1/test/sum",
  init: RequestInit = {},
) {
  const response = await gateway.request(path, tenant, init);
  const text = await response.text();
  const total = response.status === 200 ? Number(JSON.parse(text).data[0].total) : undefined;
  const cacheStatus = response.headers.get("cache-status") ?? "";
  const how = /fwd=(\w+)/.exec(cacheStatus)?.[1] ??
    (/detail=stale/.test(cacheStatus) ? "served stale" : "hit");
  return { status: response.status, headers: response.headers, text, total, how, cacheStatus };
}

Deno.test("an answer is served again, byte for byte, without asking ClickHouse", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  await table.insert(tenant, 7);
  const gateway = await createCachedGateway([sumFile(table.name)]);
  const first = await ask(gateway, tenant);
  const second = await ask(gateway, tenant);
  assert.deepEqual([first.how, first.total, second.how], ["miss", 7, "hit"]);
  assert.equal(second.text, first.text);
  assert.equal(gateway.runs.length, 1);
  assert.match(
    first.cacheStatus,
    /^sluice; fwd=miss; stored; ttl=36\d\d$|^sluice; fwd=miss; stored; ttl=3599$/,
  );
  assert.match(second.cacheStatus, /^sluice; hit; ttl=\d+$/);
});

Deno.test("the same parameters are the same answer, however they are written and sent", async () => {
  const files = [queryFile(
    "test/echo",
    "tenant: none\ncache: 1h\nparams: { b: { default: 2 }, day: { format: date-or-date-time } }",
    "SELECT {a:UInt32} + {b:UInt32} AS total, {at:DateTime64(3, 'UTC')} AS at, {day:String} AS day",
  )];
  const gateway = await createCachedGateway(files);
  const tenant = newTenant();
  const path = "/v1/test/echo";
  const at = "2026-03-01T10:00:00Z";
  const search = new URLSearchParams({ a: "1", at, day: at });
  await ask(gateway, tenant, `${path}?${search}`);
  const same = [
    new URLSearchParams({
      day: "2026-03-01T11:00:00+01:00",
      at: "2026-03-01T12:00:00.000+02:00",
      b: "2",
      a: "1",
    }),
    new URLSearchParams({ a: "1", b: "2", at, day: at, format: "json" }),
  ];
  for (const each of same) {
    assert.equal((await ask(gateway, tenant, `${path}?${each}`)).how, "hit", String(each));
  }
  const body = JSON.stringify({ at: "2026-03-01T10:00:00.000Z", a: 1, day: at });
  const headers = { "content-type": "application/json" };
  assert.equal((await ask(gateway, tenant, path, { method: "POST", body, headers })).how, "hit");
  assert.equal(gateway.runs.length, 1);
});

Deno.test("another tenant, parameter, page, format or version of the file is another answer", async () => {
  const paged = (sum: string) =>
    queryFile(
      "test/rows",
      "tenant: none\ncache: 1h\npage: { size: 2, max: 10 }",
      `SELECT ${sum} AS total FROM numbers({count:UInt32}) ORDER BY total`,
    );
  const gateway = await createCachedGateway([paged("number")]);
  const [one, other] = [newTenant(), newTenant()];
  const hows = [];
  for (
    const [tenant, path] of [
      [one, "?count=3"],
      [other, "?count=3"],
      [one, "?count=4"],
      [one, "?count=3&page=2"],
      [one, "?count=3&pageSize=3"],
      [one, "?count=3"],
    ] as const
  ) hows.push((await ask(gateway, tenant, `/v1/test/rows${path}`)).how);
  const csv = await gateway.request("/v1/test/rows?count=3&format=csv", one);
  assert.equal(await csv.text(), '"total"\n0\n1\n2\n');
  assert.match(csv.headers.get("cache-status")!, /fwd=miss/);
  const again = await gateway.request("/v1/test/rows?count=3", one, { headers: { accept: "text/csv" } });
  assert.equal(await again.text(), '"total"\n0\n1\n2\n');
  assert.match(again.headers.get("cache-status")!, /hit/);
  assert.deepEqual(hows, ["miss", "miss", "miss", "miss", "miss", "hit"]);
  await gateway.load([paged("number + 100")]);
  const reloaded = await ask(gateway, one, "/v1/test/rows?count=3");
  assert.deepEqual([reloaded.how, reloaded.total], ["miss", 100]);
});

Deno.test("an answer holds until its ttl ends, and no longer", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([sumFile(table.name, "cache: { ttl: 1m, fresh: 5s }")]);
  gateway.setNow(later(0));
  await ask(gateway, tenant);
  gateway.setNow(later(59.9));
  const kept = await ask(gateway, tenant);
  assert.deepEqual([kept.how, kept.headers.get("age")], ["hit", "59"]);
  gateway.setNow(later(60));
  const made = await ask(gateway, tenant);
  assert.deepEqual([made.how, made.headers.get("age")], ["stale", "0"]);
});

Deno.test("while a parameter stands in place of the clock, an answer holds for its ttl, else for a step of the clock", async () => {
  await using table = await createTable();
  const file = queryFile(
    "test/day",
    "tenant: none\ncache: { ttl: 1m, fresh: 5s }\nparams: { day: { replacesNow: true } }",
    `SELECT countIf(n < toUInt64(ifNull({day:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})))) AS total FROM ${table.name}`,
  );
  const gateway = await createCachedGateway([file]);
  const tenant = newTenant();
  const hows = async (path: string) => {
    const hows = [];
    for (const seconds of [0, 20, 50, 61]) {
      gateway.setNow(later(seconds));
      hows.push((await ask(gateway, tenant, path)).how);
    }
    return hows;
  };
  assert.deepEqual(await hows("/v1/test/day?day=2026-03-01"), ["miss", "hit", "hit", "stale"]);
  assert.deepEqual(await hows("/v1/test/day"), ["miss", "stale", "stale", "stale"]);
});

/** Asks, changes something, has the versions read, and asks again: how the second answer came, and its total. */
async function afterChange(
  tableName: string,
  tenant: string,
  change: () => Promise<unknown>,
  file = sumFile(tableName),
) {
  const gateway = await createCachedGateway([file]);
  gateway.setNow(later(0));
  const before = await ask(gateway, tenant);
  await gateway.cache.poll();
  assert.equal((await ask(gateway, tenant)).how, "hit");
  await change();
  await gateway.cache.poll();
  // beyond the second that an answer holds whatever changes
  gateway.setNow(later(1));
  const after = await ask(gateway, tenant);
  return { before: before.total, after: after.total, how: after.how };
}

Deno.test("an insert outdates the answers read from the table", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  await table.insert(tenant, 1);
  assert.deepEqual(
    await afterChange(table.name, tenant, () => table.insert(tenant, 2)),
    { before: 1, after: 3, how: "stale" },
  );
});

Deno.test("the first insert into an empty table outdates the answers", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  assert.deepEqual(
    await afterChange(table.name, tenant, () => table.insert(tenant, 2)),
    { before: 0, after: 2, how: "stale" },
  );
});

Deno.test("merges leave answers as they are", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  for (const n of [1, 2, 4]) await table.insert(tenant, n);
  const parts = () =>
    engineRun(
      `SELECT count() FROM system.parts WHERE active AND database = 'sluice' AND table = '${table.name}'`,
    );
  assert.equal(await parts(), "3");
  const merge = () => engineRun(`OPTIMIZE TABLE ${table.name} FINAL`);
  assert.deepEqual(await afterChange(table.name, tenant, merge), { before: 7, after: 7, how: "hit" });
  assert.equal(await parts(), "1");
});

Deno.test("ALTER … DELETE, a lightweight DELETE and ALTER … UPDATE outdate answers, also after merges", async () => {
  const changes: [string, number][] = [
    ["ALTER TABLE % DELETE WHERE n = 1 SETTINGS mutations_sync = 2", 6],
    ["DELETE FROM % WHERE n = 2 SETTINGS lightweight_deletes_sync = 2", 5],
    ["ALTER TABLE % UPDATE month = 202602 WHERE n = 4 SETTINGS mutations_sync = 2", 7],
  ];
  for (const [sql, after] of changes) {
    await using table = await createTable("MergeTree ORDER BY n");
    const tenant = newTenant();
    for (const n of [1, 2, 4]) await table.insert(tenant, n);
    await engineRun(`OPTIMIZE TABLE ${table.name} FINAL`);
    const change = () => engineRun(sql.replace("%", table.name));
    assert.deepEqual(await afterChange(table.name, tenant, change), { before: 7, after, how: "stale" }, sql);
  }
});

Deno.test("a partition that is dropped, and a table that is emptied, outdate answers", async () => {
  for (const sql of ["ALTER TABLE % DROP PARTITION 202601", "TRUNCATE TABLE %"]) {
    await using table = await createTable();
    const tenant = newTenant();
    await table.insert(tenant, 1, 202601);
    const change = () => engineRun(sql.replace("%", table.name));
    assert.deepEqual(
      await afterChange(table.name, tenant, change),
      { before: 1, after: 0, how: "stale" },
      sql,
    );
  }
});

Deno.test("a refreshable view that swaps its table outdates answers", async () => {
  await using table = await createTable();
  await using target = await createTable("MergeTree ORDER BY n");
  const view = newName();
  const tenant = newTenant();
  await table.insert(tenant, 1);
  await engineRun(
    `CREATE MATERIALIZED VIEW ${view} REFRESH EVERY 1 YEAR TO ${target.name} AS SELECT tenant_id, month, n + 10 AS n FROM ${table.name}`,
  );
  try {
    const refresh = async () => {
      await engineRun(`SYSTEM REFRESH VIEW ${view}`);
      await engineRun(`SYSTEM WAIT VIEW ${view}`);
    };
    await refresh();
    await table.insert(tenant, 2);
    assert.deepEqual(await afterChange(target.name, tenant, refresh), {
      before: 11,
      after: 23,
      how: "stale",
    });
  } finally {
    await engineRun(`DROP TABLE ${view} SYNC`);
  }
});

Deno.test("answers are followed through views within views to the tables behind them, and through their changes", async () => {
  await using table = await createTable();
  await using other = await createTable();
  const [inner, outer] = [newName(), newName()];
  const tenant = newTenant();
  await table.insert(tenant, 1);
  await other.insert(tenant, 50);
  await engineRun(`CREATE VIEW ${inner} AS SELECT tenant_id, n FROM ${table.name}`);
  await engineRun(`CREATE VIEW ${outer} AS SELECT tenant_id, n FROM (SELECT * FROM ${inner})`);
  try {
    const file = sumFile(outer);
    assert.deepEqual(
      await afterChange(outer, tenant, () => table.insert(tenant, 2), file),
      { before: 1, after: 3, how: "stale" },
    );
    const gateway = await createCachedGateway([file]);
    gateway.setNow(later(0));
    assert.equal((await ask(gateway, tenant)).total, 3);
    await engineRun(`CREATE OR REPLACE VIEW ${inner} AS SELECT tenant_id, n FROM ${other.name}`);
    await gateway.cache.poll();
    gateway.setNow(later(1));
    assert.deepEqual(pick(await ask(gateway, tenant)), { how: "stale", total: 50 });
    // from here on the other table counts
    await other.insert(tenant, 5);
    await gateway.cache.poll();
    gateway.setNow(later(2));
    assert.deepEqual(pick(await ask(gateway, tenant)), { how: "stale", total: 55 });
  } finally {
    await engineRun(`DROP VIEW ${outer}`);
    await engineRun(`DROP VIEW ${inner}`);
  }
});

/** The second in which a dictionary was loaded, which is all that the engine tells of that. */
async function loadedAt(dictionary: string): Promise<unknown> {
  const [row] = await readRows<{ at: string }>(createClickHouse(engineOptions()), {
    sql:
      "SELECT toString(last_successful_update_time) AS at FROM system.dictionaries WHERE name = {dictionary:String}",
    parameters: { dictionary },
  });
  return row.at;
}

function pick({ how, total }: { how: string; total: number | undefined }) {
  return { how, total };
}

Deno.test("a materialized view's target and a dictionary's load outdate the answers of views that read them", async () => {
  await using table = await createTable();
  const [counting, dictionary, view] = [newName(), newName(), newName()];
  const tenant = newTenant();
  await engineRun(
    `CREATE MATERIALIZED VIEW ${counting} (tenant_id String, n UInt64) ENGINE = MergeTree ORDER BY n AS SELECT tenant_id, n FROM ${table.name}`,
  );
  const { user, password } = engineOptions();
  await engineRun(
    `CREATE DICTIONARY ${dictionary} (id UInt64, factor UInt64 DEFAULT 1) PRIMARY KEY id LAYOUT(FLAT()) LIFETIME(0)
    SOURCE(CLICKHOUSE(USER '${user}' PASSWORD '${password}' QUERY 'SELECT 1 AS id, 10 + count() AS factor FROM sluice.${table.name}'))`,
  );
  await engineRun(
    `CREATE VIEW ${view} AS SELECT tenant_id, n * dictGet('${dictionary}', 'factor', toUInt64(1)) AS n FROM ${counting}`,
  );
  try {
    await table.insert(tenant, 1);
    await engineRun(`SYSTEM RELOAD DICTIONARY ${dictionary}`);
    const file = sumFile(view);
    const insert = () => table.insert(tenant, 2);
    assert.deepEqual(await afterChange(view, tenant, insert, file), { before: 11, after: 33, how: "stale" });
    const reload = async () => {
      const before = await loadedAt(dictionary);
      await until(async () => {
        await engineRun(`SYSTEM RELOAD DICTIONARY ${dictionary}`);
        return await loadedAt(dictionary) !== before;
      });
    };
    assert.deepEqual(await afterChange(view, tenant, reload, file), { before: 33, after: 36, how: "stale" });
  } finally {
    await engineRun(`DROP VIEW ${view}`);
    await engineRun(`DROP DICTIONARY ${dictionary}`);
    await engineRun(`DROP TABLE ${counting} SYNC`);
  }
});

Deno.test("answers of a table whose changes nothing tells hold for `fresh` alone", async () => {
  await using table = await createTable("Memory");
  const tenant = newTenant();
  const gateway = await createCachedGateway([sumFile(table.name, "cache: { ttl: 1h, fresh: 10s }")]);
  gateway.setNow(later(0));
  const hows = [(await ask(gateway, tenant)).how];
  for (const seconds of [9, 10, 19, 20]) {
    gateway.setNow(later(seconds));
    hows.push((await ask(gateway, tenant)).how);
  }
  assert.deepEqual(hows, ["miss", "hit", "stale", "hit", "stale"]);
});

Deno.test("answers of a view that reads more than tables hold for `fresh` alone", async () => {
  await using table = await createTable();
  const [merged, clocked, plain] = [newName(), newName(), newName()];
  const tenant = newTenant();
  const selects = {
    [merged]: `SELECT tenant_id, n FROM merge('sluice', '^${table.name}$')`,
    [clocked]: `SELECT tenant_id, n FROM ${table.name} WHERE now() > toDateTime(0)`,
    // these hold the same rows at all times
    [plain]:
      `SELECT tenant_id, n FROM ${table.name} WHERE n < (SELECT max(number) FROM numbers(9)) + (SELECT 1)`,
  };
  for (const [name, select] of Object.entries(selects)) await engineRun(`CREATE VIEW ${name} AS ${select}`);
  try {
    const names = Object.keys(selects);
    const files = names.map((name, i) => sumFile(name, "cache: { ttl: 1h, fresh: 10s }", `test/view-${i}`));
    const gateway = await createCachedGateway(files);
    const hows: string[][] = names.map(() => []);
    for (const seconds of [0, 9, 10, 19, 20]) {
      gateway.setNow(later(seconds));
      for (const i of names.keys()) hows[i].push((await ask(gateway, tenant, `/v1/test/view-${i}`)).how);
    }
    const untracked = ["miss", "hit", "stale", "hit", "stale"];
    assert.deepEqual(hows, [untracked, untracked, ["miss", "hit", "hit", "hit", "hit"]]);
  } finally {
    for (const name of Object.keys(selects)) await engineRun(`DROP VIEW ${name}`);
  }
});

Deno.test("a change within `fresh` of an answer shows when that is over; with `stale` the old one goes out once more", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([
    sumFile(table.name, "cache: { ttl: 1h, fresh: 10s }", "test/fresh"),
    sumFile(table.name, "cache: { ttl: 1h, fresh: 10s, stale: 1m }", "test/stale"),
  ]);
  gateway.setNow(later(0));
  for (const name of ["fresh", "stale"]) await ask(gateway, tenant, `/v1/test/${name}`);
  await table.insert(tenant, 5);
  await gateway.cache.poll();
  gateway.setNow(later(9));
  for (const name of ["fresh", "stale"]) {
    assert.deepEqual(pick(await ask(gateway, tenant, `/v1/test/${name}`)), { how: "hit", total: 0 });
  }
  gateway.setNow(later(10));
  assert.deepEqual(pick(await ask(gateway, tenant, "/v1/test/fresh")), { how: "stale", total: 5 });
  const old = await ask(gateway, tenant, "/v1/test/stale");
  assert.deepEqual(pick(old), { how: "served stale", total: 0 });
  assert.equal(old.headers.get("cache-control"), "private, max-age=10, stale-while-revalidate=60");
  await until(() => gateway.runs.length === 4);
  await until(async () => (await ask(gateway, tenant, "/v1/test/stale")).total === 5);
  // one recomputation ran after it
  assert.equal(gateway.runs.length, 4);
});

Deno.test("an outdated answer goes out no longer than `stale`", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([
    sumFile(table.name, "cache: { ttl: 1h, fresh: 10s, stale: 1m }"),
  ]);
  gateway.setNow(later(0));
  await ask(gateway, tenant);
  await table.insert(tenant, 5);
  gateway.setNow(later(30));
  await gateway.cache.poll();
  gateway.setNow(later(90));
  assert.deepEqual(pick(await ask(gateway, tenant)), { how: "stale", total: 5 });
});

function until(isTrue: () => boolean | Promise<boolean>): Promise<true> {
  return waitFor("it is so", isTrue);
}

Deno.test("a query's clock stands still for `fresh`, and its answers with it", async () => {
  const sql = "SELECT toUnixTimestamp({now:DateTime64(3, 'UTC')}) AS total";
  const gateway = await createCachedGateway([
    queryFile("test/sum", "tenant: none\ncache: { ttl: 1h, fresh: 10s }", sql),
  ]);
  const tenant = newTenant();
  gateway.setNow(later(0));
  const first = await ask(gateway, tenant);
  // the second at which its step began: another one for each tenant
  const began = first.total! - start / 1000;
  assert.ok(began > -10 && began <= 0, `${began}`);
  const seen = [];
  for (const seconds of [9.9, 10, 12, 20]) {
    gateway.setNow(later(began + seconds));
    const { how, total } = await ask(gateway, tenant);
    seen.push([how, total! - first.total!]);
  }
  assert.equal(first.how, "miss");
  assert.deepEqual(seen, [["hit", 0], ["stale", 10], ["hit", 10], ["stale", 20]]);
});

/** Holds back the statements of named queries until it is told to let them go. */
function heldBack() {
  const gate = Promise.withResolvers<void>();
  const held: Through = async (statement, ask) => {
    if (isQuery(statement)) await gate.promise;
    return await ask(statement);
  };
  return { through: held, open: gate.resolve };
}

Deno.test("identical requests at the same time run once", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  await table.insert(tenant, 3);
  const { through, open } = heldBack();
  const gateway = await createCachedGateway([sumFile(table.name)], { through });
  const asked = Array.from({ length: 20 }, () => ask(gateway, tenant));
  await until(() => gateway.cache.stats().misses === 20);
  open();
  const answers = await Promise.all(asked);
  assert.deepEqual(answers.map(({ total }) => total), Array(20).fill(3));
  assert.equal(answers.filter(({ cacheStatus }) => /collapsed/.test(cacheStatus)).length, 19);
  assert.equal(gateway.runs.length, 1);
  assert.equal(gateway.cache.stats().sharedRuns, 19);
});

/** A query that takes minutes, unless it is cancelled; the mark finds it among the engine's processes. */
function slowFile(mark: string): QueryFile {
  return queryFile(
    "test/slow",
    "tenant: none\ncache: 1h",
    `SELECT count() AS total FROM numbers(200000000000) WHERE sipHash64(number, '${mark}') = 0`,
  );
}

const processesOf = async (mark: string) =>
  Number(
    await engineRun(
      `SELECT count() FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%system.%'`,
    ),
  );

Deno.test("a run goes on for those who stay, and is cancelled in ClickHouse when the last one leaves", async () => {
  const mark = newName();
  const tenant = newTenant();
  const gateway = await createCachedGateway([slowFile(mark)]);
  const clients = [new AbortController(), new AbortController(), new AbortController()];
  const asked = clients.map(({ signal }) => gateway.request("/v1/test/slow", tenant, { signal }));
  await until(() => gateway.cache.stats().misses === 3);
  await until(async () => await processesOf(mark) === 1);
  clients[0].abort();
  clients[1].abort();
  assert.deepEqual((await Promise.all(asked.slice(0, 2))).map(({ status }) => status), [499, 499]);
  assert.equal(await processesOf(mark), 1);
  clients[2].abort();
  assert.equal((await asked[2]).status, 499);
  await until(async () => await processesOf(mark) === 0);
  assert.equal(gateway.cache.stats().entries, 0);
});

Deno.test("a failure is the answer of all who waited, and is not kept", async () => {
  const file = queryFile(
    "test/sum",
    "tenant: none\ncache: 1h",
    "SELECT throwIf({n:UInt8} = 1, 'n: is not 1') AS total",
  );
  const gateway = await createCachedGateway([file]);
  const tenant = newTenant();
  const answers = await Promise.all([1, 2, 3].map(() => ask(gateway, tenant, "/v1/test/sum?n=1")));
  assert.deepEqual(answers.map(({ status }) => status), [400, 400, 400]);
  assert.equal(gateway.cache.stats().entries, 0);
  const before = gateway.runs.length;
  assert.equal((await ask(gateway, tenant, "/v1/test/sum?n=1")).status, 400);
  assert.equal(gateway.runs.length, before + 1);
});

Deno.test("an entity tag is of the data alone: a recomputation with the same result is a 304", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  await table.insert(tenant, 4);
  const gateway = await createCachedGateway([sumFile(table.name)]);
  gateway.setNow(later(0));
  const first = await ask(gateway, tenant);
  const etag = first.headers.get("etag")!;
  assert.match(etag, /^W\/"[\w-]{22}"$/);
  assert.match(first.headers.get("vary")!, /^Authorization, X-Api-Key, Accept, Accept-Encoding\b/);
  assert.equal(first.headers.get("cache-control"), "private, max-age=1");
  const conditional = (tag: string) =>
    ask(gateway, tenant, "/v1/test/sum", { headers: { "if-none-match": tag } });
  const same = await conditional(`"other", ${etag}`);
  assert.deepEqual([same.status, same.text, same.headers.get("etag")], [304, "", etag]);
  assert.equal(same.headers.get("content-type"), null);
  assert.equal(gateway.runs.length, 1);
  // another tenant's row: the table changed, this tenant's sum did not
  await table.insert(newTenant(), 100);
  await gateway.cache.poll();
  gateway.setNow(later(1));
  const recomputed = await conditional(etag);
  assert.deepEqual([recomputed.status, recomputed.how], [304, "stale"]);
  assert.equal(gateway.runs.length, 2);
  await table.insert(tenant, 1);
  await gateway.cache.poll();
  gateway.setNow(later(2));
  const changed = await conditional(etag);
  assert.deepEqual([changed.status, changed.total], [200, 5]);
  assert.notEqual(changed.headers.get("etag"), etag);
});

Deno.test("If-None-Match is for GET and HEAD: a POST that has the answer gets it all the same", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([sumFile(table.name)]);
  const etag = (await ask(gateway, tenant)).headers.get("etag")!;
  for (const tag of [etag, "*"]) {
    const headers = { "if-none-match": tag };
    const statuses = [];
    for (const method of ["GET", "HEAD", "POST"]) {
      statuses.push((await ask(gateway, tenant, "/v1/test/sum", { method, headers })).status);
    }
    assert.deepEqual(statuses, [304, 304, 200]);
  }
});

Deno.test("a page's total is part of what its entity tag is of", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  for (const n of [1, 2]) await table.insert(tenant, n);
  const file = queryFile(
    "test/sum",
    "cache: 1h\npage: { size: 1, max: 5 }",
    `SELECT n AS total FROM ${table.name} WHERE tenant_id = {tenantId:String} ORDER BY n`,
  );
  const gateway = await createCachedGateway([file]);
  gateway.setNow(later(0));
  const first = await ask(gateway, tenant);
  await table.insert(tenant, 3);
  await gateway.cache.poll();
  gateway.setNow(later(1));
  const second = await ask(gateway, tenant);
  assert.deepEqual([first, second].map(({ text }) => JSON.parse(text).meta.page.total), [2, 3]);
  assert.equal(second.total, first.total);
  assert.notEqual(second.headers.get("etag"), first.headers.get("etag"));
});

/** A gateway with a query of as many rows as are asked for, and how its answer came in what a caller takes. */
async function createEncodingGateway() {
  const file = queryFile(
    "test/many",
    "tenant: none\ncache: 1h",
    "SELECT number AS n FROM numbers({count:UInt32})",
  );
  const gateway = await createCachedGateway([file]);
  const tenant = newTenant();
  const get = async (accept: string, count = 1_000) => {
    const response = await gateway.request(`/v1/test/many?count=${count}`, tenant, {
      headers: { "accept-encoding": accept },
    });
    const encoding = response.headers.get("content-encoding");
    const bytes = await response.bytes();
    assert.equal(response.headers.get("content-length"), String(bytes.length));
    const format = encoding === "br" ? "brotli" as CompressionFormat : "gzip";
    const stream = new Blob([bytes]).stream();
    const plain = encoding ? stream.pipeThrough(new DecompressionStream(format)) : stream;
    return { encoding, data: (await new Response(plain).json()).data.length, size: bytes.length };
  };
  return { gateway, get };
}

Deno.test("a kept answer goes out in the encoding that the caller takes, small ones as they are", async () => {
  const { gateway, get } = await createEncodingGateway();
  assert.deepEqual((await get("identity")).encoding, null);
  const gzip = await get("gzip");
  assert.deepEqual([gzip.encoding, gzip.data], ["gzip", 1_000]);
  const br = await get("gzip, deflate, br");
  assert.deepEqual([br.encoding, br.data], ["br", 1_000]);
  assert.equal((await get("gzip", 1)).encoding, null);
  // what an answer takes in other encodings counts
  assert.ok(gateway.cache.stats().bytes > (await get("identity")).size + gzip.size + br.size);
  assert.equal(gateway.runs.length, 2);
});

Deno.test("of the encodings that the caller takes, the one it wants most is chosen", async () => {
  const { get } = await createEncodingGateway();
  const cases: [accept: string, encoding: string | null][] = [
    ["gzip, br;q=0.9", "gzip"],
    ["gzip;q=0.8, br;q=0.9", "br"],
    ["gzip;q=0.5, br;q=0.5", "br"],
    ["br;q=0, gzip;q=0.1", "gzip"],
    ["BR;Q=0.2", "br"],
    ["*", "br"],
    ["br;q=0, *;q=0.5", "gzip"],
    ["*;q=0, gzip", "gzip"],
    ["*;q=0", null],
    ["gzip;q=0.2, identity", null],
    ["identity;q=0.1, *;q=0.5", "br"],
    ["gzip;q=much", null],
    ["deflate", null],
  ];
  // twice each: the second time is not parsed again
  for (const [accept, encoding] of [...cases, ...cases]) {
    assert.equal((await get(accept)).encoding, encoding, accept);
  }
});

Deno.test("an answer of more than 512 KB is not made into br", async () => {
  const { get } = await createEncodingGateway();
  const sizes = [];
  for (const count of [38_000, 50_000]) {
    sizes.push((await get("identity", count)).size);
    for (const _ of [1, 2]) {
      const encoding = count === 38_000 ? "br" : "gzip";
      assert.equal((await get("br, gzip;q=0.1", count)).encoding, encoding);
    }
    assert.equal((await get("br", count)).encoding, count === 38_000 ? "br" : null);
  }
  assert.ok(sizes[0] < 524_288 && sizes[1] > 524_288, String(sizes));
});

Deno.test("what an answer takes as the text that repeated requests get counts as well", async () => {
  const sql = "SELECT repeat('x', 5000) AS text";
  const gateway = await createCachedGateway([queryFile("test/long", "tenant: none\ncache: 1h", sql)]);
  const tenant = newTenant();
  const sizes = [];
  for (const _ of [1, 2, 3]) {
    await (await gateway.request("/v1/test/long", tenant)).body?.cancel();
    sizes.push(gateway.cache.stats().bytes);
  }
  assert.ok(sizes[0] > 5_000 && sizes.at(-1)! > sizes[0] + 5_000, String(sizes));
});

Deno.test("an answer that would be too large with another encoding is kept without it", async () => {
  // 4,000 digits, of which no encoding makes fewer than half
  const sql = "SELECT arrayStringConcat(arrayMap(i -> hex(sipHash64(i)), range(250))) AS text";
  const gateway = await createCachedGateway([queryFile("test/many", "tenant: none\ncache: 1h", sql)], {
    // a twentieth of it takes the body, its key and what stands around them, some 5,400 bytes, and no more
    cacheBytes: 20 * 6_000,
  });
  const tenant = newTenant();
  const hows = [];
  const sizes = new Set();
  for (const encoding of ["identity", "gzip", "br", "gzip", "identity"]) {
    const response = await gateway.request("/v1/test/many", tenant, {
      headers: { "accept-encoding": encoding },
    });
    await response.body?.cancel();
    hows.push(/hit/.test(response.headers.get("cache-status")!));
    sizes.add(gateway.cache.stats().bytes);
  }
  assert.deepEqual(hows, [false, true, true, true, true]);
  assert.equal(sizes.size, 1);
});

Deno.test("Cache-Control: no-cache has an answer computed now for an admin, and for nobody else", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([sumFile(table.name, "cache: { ttl: 1h, fresh: 1h }")]);
  await ask(gateway, tenant);
  await table.insert(tenant, 9);
  const init = { headers: { "cache-control": "no-cache" } };
  assert.deepEqual(pick(await ask(gateway, tenant, "/v1/test/sum", init)), { how: "hit", total: 0 });
  const again = await gateway.request("/v1/test/sum", tenant, init, "query admin");
  assert.equal((await again.json()).data[0].total, 9);
  assert.match(again.headers.get("cache-status")!, /^sluice; fwd=bypass/);
  // and what was computed is kept
  assert.deepEqual(pick(await ask(gateway, tenant)), { how: "hit", total: 9 });
});

Deno.test("a query without `cache` is computed each time, and nobody keeps its answers", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([sumFile(table.name, "")]);
  for (const _ of [1, 2]) {
    const { how, headers } = await ask(gateway, tenant);
    assert.deepEqual([how, headers.get("cache-control"), headers.get("etag")], ["bypass", "no-store", null]);
  }
  assert.equal(gateway.runs.length, 2);
});

Deno.test("an admin's purge forgets answers by query, tenant and table, or all, on every gateway", async () => {
  await using table = await createTable();
  await using other = await createTable();
  const files = [
    sumFile(table.name, "cache: 1h", "test/sum"),
    sumFile(other.name, "cache: 1h", "test/other"),
  ];
  const [one, two] = [newTenant(), newTenant()];
  const gateways = await Promise.all([createCachedGateway(files), createCachedGateway(files)]);
  const fill = async () => {
    for (const gateway of gateways) {
      for (const tenant of [one, two]) {
        for (const path of ["sum", "other"]) await ask(gateway, tenant, `/v1/test/${path}`);
      }
    }
  };
  /** Of each gateway, which answers are still there. */
  const left = async () => {
    const found = [];
    for (const { cache, request } of gateways) {
      await cache.poll();
      for (const [tenant, name] of [[one, "one"], [two, "two"]]) {
        for (const path of ["sum", "other"]) {
          const response = await request(`/v1/test/${path}`, tenant);
          await response.body?.cancel();
          if (/hit/.test(response.headers.get("cache-status")!)) found.push(`${name} ${path}`);
        }
      }
    }
    return found;
  };
  const cases: [string, number, string[]][] = [
    [`?query=test/sum`, 2, ["one other", "two other"]],
    [`?tenantId=${one}`, 2, ["two sum", "two other"]],
    [`?table=${other.name}`, 2, ["one sum", "two sum"]],
    [`?query=test/sum&tenantId=${two}`, 1, ["one sum", "one other", "two other"]],
    ["", 4, []],
  ];
  for (const [search, forgotten, stays] of cases) {
    await fill();
    const { status, body } = await gateways[0].admin("DELETE", `/v1/admin/cache${search}`);
    assert.deepEqual([status, body.data.forgotten], [200, forgotten], search);
    assert.deepEqual(await left(), [...stays, ...stays], search);
  }
  const refused = await gateways[0].request("/v1/admin/cache", one, { method: "DELETE" });
  assert.equal(refused.status, 403);
  await refused.body?.cancel();
});

Deno.test("a purge names its query by name, by file or by address", async () => {
  const file = (name: string, frontMatter: string) =>
    queryFile(name, `tenant: none\ncache: 1h${frontMatter}`, "SELECT {thingId:UInt8} AS total");
  const gateway = await createCachedGateway([
    file("test/[thingId]/sum", ""),
    file("test/list", "\npath: test/all/{thingId}"),
  ]);
  const tenant = newTenant();
  const cases = [
    ["/v1/test/7/sum", "test/{thingId}/sum", "test/[thingId]/sum", "sql/test/[thingId]/sum.sql"],
    ["/v1/test/7/sum", "/v1/test/{thingId}/sum", "/v1/test/[thingId]/sum"],
    ["/v1/test/all/7", "test/list", "/v1/test/all/{thingId}"],
  ];
  for (const [path, ...names] of cases) {
    for (const name of names) {
      await ask(gateway, tenant, path);
      const search = new URLSearchParams({ query: name });
      const { status, body } = await gateway.admin("DELETE", `/v1/admin/cache?${search}`);
      const query = path === "/v1/test/7/sum" ? "test/{thingId}/sum" : "test/list";
      assert.deepEqual([status, body.data?.query, body.data?.forgotten], [200, query, 1], name);
    }
  }
});

Deno.test("a purge that does not say clearly what it means is refused, and forgets nothing", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([
    sumFile(table.name),
    queryFile("test/sums", "tenant: none", "SELECT 1 AS total"),
  ]);
  await ask(gateway, tenant);
  const cases: [search: string, parameter: string, detail: RegExp][] = [
    ["?querry=test/sum", "querry", /not known/],
    ["?query=", "query", /^query is empty/],
    [`?query=test/sum&tenantId=`, "tenantId", /^tenantId is empty/],
    ["?table", "table", /^table is empty/],
    ["?query=test/sum&query=test/sums", "query", /^query is given more than once$/],
    ["?query=test/sun", "query", /^There is no query "test\/sun"; did you mean "test\/sum"\?$/],
    [
      "?query=/v1/test/sun",
      "query",
      /^There is no query "\/v1\/test\/sun"; did you mean "\/v1\/test\/sum"\?$/,
    ],
    ["?query=weather/tomorrow", "query", /^There is no query "weather\/tomorrow"$/],
  ];
  for (const [search, parameter, detail] of cases) {
    const { status, body } = await gateway.admin("DELETE", `/v1/admin/cache${search}`);
    assert.deepEqual([status, body.type, body.parameter], [400, "/problems/invalid-parameter", parameter]);
    assert.match(body.detail, detail);
  }
  const sent = await gateway.admin("DELETE", "/v1/admin/cache", { query: "test/sums" });
  assert.deepEqual([sent.status, sent.body.type], [400, "/problems/invalid-request"]);
  assert.match(sent.body.detail, /address/);
  assert.equal((await ask(gateway, tenant)).how, "hit");
});

Deno.test("a purge that the other gateways cannot be told of says that it holds here alone", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const { state, through } = breakable();
  const gateway = await createCachedGateway([sumFile(table.name)], { through });
  await ask(gateway, tenant);
  // the operator's budget is known from here on
  await gateway.admin("GET", "/v1/budget");
  state.mode = "away";
  const { status, body, headers } = await gateway.admin("DELETE", `/v1/admin/cache?tenantId=${tenant}`);
  assert.deepEqual([status, body.type], [503, "/problems/unavailable"]);
  assert.match(
    body.detail,
    /^This gateway has forgotten .* others could not be told: send the request again$/,
  );
  assert.equal(headers.get("retry-after"), "1");
  state.mode = "whole";
  assert.equal((await ask(gateway, tenant)).how, "miss");
});

Deno.test("a purge is heeded by another gateway by itself, while nobody asks that for anything", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const files = [sumFile(table.name, "cache: { ttl: 1h, fresh: 1h }")];
  const [here, there] = await Promise.all([createCachedGateway(files), createCachedGateway(files)]);
  const entries = async () => (await (await there.request("/health/cache")).json()).entries;
  try {
    for (const gateway of [here, there]) {
      gateway.cache.start();
      assert.deepEqual([(await ask(gateway, tenant)).how, (await ask(gateway, tenant)).how], ["miss", "hit"]);
    }
    assert.equal(await entries(), 1);
    const { status } = await here.admin("DELETE", `/v1/admin/cache?tenantId=${tenant}`);
    assert.equal(status, 200);
    await until(async () => await entries() === 0);
    assert.deepEqual([(await ask(here, tenant)).how, (await ask(there, tenant)).how], ["miss", "miss"]);
  } finally {
    for (const { cache } of [here, there]) {
      cache.stop();
      // one that was under way is over then
      await cache.poll();
    }
  }
});

/** A purge of a tenant's answers that was given a minute and a second ago: gateways do not read it any more. */
const purgeLongAgo = (tenant: string) =>
  engineRun(
    `INSERT INTO cache_purges (id, at, tenant_id) VALUES (generateUUIDv4(), now64(3) - INTERVAL 61 SECOND, '${tenant}')`,
  );

Deno.test("a gateway that could not read purges for long forgets what they may have meant, and not after a short while", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const { state, through } = breakable();
  const gateway = await createCachedGateway([sumFile(table.name, "cache: { ttl: 1h, fresh: 1h }")], {
    through,
  });
  await ask(gateway, tenant);
  const hows = [];
  for (const seconds of [20, 61]) {
    state.mode = "away";
    gateway.pass(seconds * 1_000);
    hows.push((await ask(gateway, tenant)).how);
    if (seconds === 61) await purgeLongAgo(tenant);
    state.mode = "whole";
    hows.push((await ask(gateway, tenant)).how);
  }
  assert.deepEqual(hows, ["hit", "hit", "hit", "miss"]);
  assert.equal((await ask(gateway, tenant)).how, "hit");
});

Deno.test("an answer on its way since before purges could not be read is neither kept nor shared", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const { through: held, open } = heldBack();
  const { state, through } = breakable(held);
  const gateway = await createCachedGateway([sumFile(table.name, "cache: { ttl: 1h, fresh: 1h }")], {
    through,
  });
  const first = ask(gateway, tenant);
  await until(() => gateway.runs.length === 1);
  state.mode = "away";
  gateway.pass(61_000);
  await gateway.cache.poll();
  await purgeLongAgo(tenant);
  state.mode = "whole";
  await gateway.cache.poll();
  const second = ask(gateway, tenant);
  await until(() => gateway.runs.length === 2);
  open();
  assert.deepEqual([(await first).how, (await second).how], ["miss", "miss"]);
  assert.doesNotMatch((await second).cacheStatus, /collapsed/);
});

Deno.test("a gateway that nobody asked for long keeps the first answer that it gives then", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const gateway = await createCachedGateway([sumFile(table.name)]);
  const before = newTenant();
  await ask(gateway, before);
  await gateway.admin("DELETE", `/v1/admin/cache?tenantId=${before}`);
  gateway.pass(3_600_000);
  assert.deepEqual([(await ask(gateway, tenant)).how, (await ask(gateway, tenant)).how], ["miss", "hit"]);
});

Deno.test("a purge by tenant forgets the answers to others that hold its rows", async () => {
  await using table = await createTable();
  const [own, friend, stranger] = [newTenant("own"), newTenant("friend"), newTenant("stranger")];
  const sum = (condition: string) => `SELECT sum(n) AS total FROM ${table.name}${condition}`;
  const files = [
    queryFile("test/sum", "tenant: compare\ncache: 1h", sum(" WHERE tenant_id IN {tenantIds:Array(String)}")),
    queryFile("test/all", "tenant: all\nscope: admin\ncache: 1h", sum("")),
  ];
  const gateways = await Promise.all([createCachedGateway(files), createCachedGateway(files)]);
  const hows = async (path: string) => {
    const seen = [];
    for (const { request, cache } of gateways) {
      await cache.poll();
      const response = await request(path, own, {}, "query admin");
      await response.body?.cancel();
      assert.equal(response.status, 200);
      seen.push(/hit/.test(response.headers.get("cache-status")!) ? "hit" : "miss");
    }
    return seen;
  };
  const [compared, all] = [`/v1/test/sum?tenantIds=${friend}`, "/v1/test/all"];
  for (const path of [compared, all]) {
    await hows(path);
    for (const tenant of [own, friend, stranger]) {
      const isMeant = path === all || tenant !== stranger;
      const { body } = await gateways[0].admin("DELETE", `/v1/admin/cache?tenantId=${tenant}`);
      assert.equal(body.data.forgotten, isMeant ? 1 : 0, `${path} ${tenant}`);
      const how = isMeant ? "miss" : "hit";
      assert.deepEqual(await hows(path), [how, how], `${path} ${tenant}`);
    }
    await gateways[0].admin("DELETE", `/v1/admin/cache?tenantId=${own}`);
    for (const { cache } of gateways) await cache.poll();
  }
});

Deno.test("a comparison that was on its way at the purge of a tenant in it is not kept", async () => {
  await using table = await createTable();
  const [own, friend] = [newTenant("own"), newTenant("friend")];
  const { through, open } = heldBack();
  const sql = `SELECT sum(n) AS total FROM ${table.name} WHERE tenant_id IN {tenantIds:Array(String)}`;
  const files = [queryFile("test/sum", "tenant: compare\ncache: 1h", sql)];
  const gateway = await createCachedGateway(files, { through });
  const compare = async () => {
    const response = await gateway.request(`/v1/test/sum?tenantIds=${friend}`, own, {}, "query admin");
    await response.body?.cancel();
    return response.headers.get("cache-status")!;
  };
  const first = compare();
  await until(() => gateway.runs.length === 1);
  await gateway.admin("DELETE", `/v1/admin/cache?tenantId=${friend}`);
  open();
  assert.match(await first, /miss/);
  assert.match(await compare(), /miss/);
});

Deno.test("an answer that was on its way at a purge is not kept", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const { through, open } = heldBack();
  const gateway = await createCachedGateway([sumFile(table.name)], { through });
  const asked = ask(gateway, tenant);
  await until(() => gateway.runs.length === 1);
  await gateway.admin("DELETE", "/v1/admin/cache");
  open();
  assert.equal((await asked).how, "miss");
  assert.equal((await ask(gateway, tenant)).how, "miss");
});

Deno.test("an answer whose table changed while it was computed is outdated from the start", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const { through, open } = heldBack();
  const gateway = await createCachedGateway([sumFile(table.name)], { through });
  gateway.setNow(later(0));
  const asked = ask(gateway, tenant);
  await until(() => gateway.runs.length === 1);
  await table.insert(tenant, 1);
  await gateway.cache.poll();
  open();
  await asked;
  gateway.setNow(later(1));
  assert.equal((await ask(gateway, tenant)).how, "stale");
});

Deno.test("the cache keeps to its bytes: the answer used least recently goes, and none too large comes in", async () => {
  const file = queryFile(
    "test/many",
    "tenant: none\ncache: 1h",
    "SELECT repeat('x', {size:UInt32}) AS text, {n:UInt32} AS n",
  );
  const gateway = await createCachedGateway([file], { cacheBytes: 200_000 });
  const tenant = newTenant();
  const get = async (n: number, size = 6_000) => {
    const response = await gateway.request(`/v1/test/many?n=${n}&size=${size}`, tenant);
    await response.body?.cancel();
    return /hit/.test(response.headers.get("cache-status")!);
  };
  for (let n = 0; n < 40; n++) {
    await get(n);
    await get(0);
    const { bytes, maxBytes } = gateway.cache.stats();
    assert.ok(bytes <= maxBytes);
  }
  assert.ok(gateway.cache.stats().evictions > 5);
  assert.deepEqual([await get(0), await get(39), await get(1)], [true, true, false]);
  const { entries } = gateway.cache.stats();
  // a twentieth of 200,000
  assert.deepEqual([await get(50, 10_000), await get(50, 10_000)], [false, false]);
  const stats = gateway.cache.stats();
  assert.deepEqual([stats.entries, stats.tooLarge], [entries, 2]);
});

Deno.test("an export too large to keep streams to each who asks, at the same time too", async () => {
  const file = queryFile(
    "test/many",
    "tenant: none\ncache: 1h",
    "SELECT number AS n FROM numbers({count:UInt32})",
  );
  const gateway = await createCachedGateway([file], { cacheBytes: 200_000 });
  const tenant = newTenant();
  const path = "/v1/test/many?count=50000&format=csv";
  const texts = await Promise.all(
    [1, 2, 3].map(async () => await (await gateway.request(path, tenant)).text()),
  );
  for (const text of texts) assert.equal(text.trimEnd().split("\n").length, 50_001);
  assert.equal(gateway.cache.stats().entries, 0);
});

Deno.test("while ClickHouse is away, answers hold for `fresh`, and with `stale` for that long", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const { state, through } = breakable();
  const files = [
    sumFile(table.name, "cache: { ttl: 1h, fresh: 10s }", "test/sum"),
    sumFile(table.name, "cache: { ttl: 1h, fresh: 10s, stale: 1m }", "test/stale"),
  ];
  const gateway = await createCachedGateway(files, { through });
  gateway.setNow(later(0));
  for (const path of ["/v1/test/sum", "/v1/test/stale"]) await ask(gateway, tenant, path);
  state.mode = "away";
  // so long that the versions are not known any more
  gateway.pass(1_600);
  const seen = [];
  for (const seconds of [5, 10, 71]) {
    gateway.setNow(later(seconds));
    const [fresh, stale] = [await ask(gateway, tenant), await ask(gateway, tenant, "/v1/test/stale")];
    seen.push([fresh.status, stale.status, stale.how]);
  }
  assert.deepEqual(seen[0], [200, 200, "hit"]);
  assert.deepEqual(seen[1], [503, 200, "served stale"]);
  assert.equal(seen[2][0], 503);
});

Deno.test("an answer that may go out outdated does not wait for table versions that are slow to come", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  await table.insert(tenant, 1);
  const held: (() => void)[] = [];
  let isSlow = false;
  const through: Through = async (statement, ask) => {
    // the statement that reads versions reads purges too
    if (isSlow && statement.sql.includes("cache_purges")) {
      await new Promise<void>((release, fail) => {
        held.push(release);
        statement.signal?.addEventListener("abort", () => fail(statement.signal!.reason));
      });
    }
    return await ask(statement);
  };
  const file = sumFile(table.name, "cache: { ttl: 1h, fresh: 10s, stale: 1m }");
  const gateway = await createCachedGateway([file], { through });
  gateway.setNow(later(0));
  await ask(gateway, tenant);
  await table.insert(tenant, 2);
  isSlow = true;
  gateway.pass(2_000);
  gateway.setNow(later(20));
  assert.deepEqual(pick(await ask(gateway, tenant)), { how: "hit", total: 1 });
  assert.equal(held.length, 1);
  isSlow = false;
  held.forEach((release) => release());
  await gateway.cache.poll();
  assert.deepEqual(pick(await ask(gateway, tenant)), { how: "served stale", total: 1 });
  await until(async () => (await ask(gateway, tenant)).total === 3);
});

Deno.test("while nobody asks, versions are read seldom; who asks then gets what is true by now", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  let readings = 0;
  const gateway = await createCachedGateway([
    sumFile(table.name, "cache: { ttl: 1h, fresh: 1s, stale: 10s }"),
    sumFile(table.name, "cache: { ttl: 1h, fresh: 1s, stale: 2m }", "test/stale"),
  ], {
    through: (statement, ask) => {
      if (/system\.parts/.test(statement.sql)) readings++;
      return ask(statement);
    },
  });
  const seconds = async (count: number, step = 1) => {
    readings = 0;
    for (let i = 0; i < count; i += step) {
      gateway.pass(step * 1_000);
      await gateway.cache.tick();
    }
    return readings;
  };
  gateway.setNow(later(0));
  for (const path of ["/v1/test/sum", "/v1/test/stale"]) await ask(gateway, tenant, path);
  assert.equal(await seconds(10), 10);
  await seconds(80, 20);
  const rare = await seconds(60);
  assert.ok(rare >= 2 && rare <= 10, `${rare} readings in a minute`);

  gateway.setNow(later(100));
  assert.deepEqual(pick(await ask(gateway, tenant)), { how: "hit", total: 0 }, "nothing has changed");
  assert.equal(await seconds(5), 5);

  // it may have been written just after the last reading: too long ago to be served for ten seconds more
  await seconds(80, 20);
  while (await seconds(1) === 0);
  await table.insert(tenant, 5);
  gateway.pass(15_000);
  gateway.setNow(later(200));
  assert.deepEqual(pick(await ask(gateway, tenant)), { how: "stale", total: 5 });
  assert.deepEqual(pick(await ask(gateway, tenant, "/v1/test/stale")), { how: "served stale", total: 0 });
});

Deno.test("a purge holds for who asks a gateway that rests, also where an outdated answer would go out once more", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const files = [sumFile(table.name, "cache: { ttl: 1h, fresh: 1s, stale: 10m }")];
  const [here, there] = await Promise.all([createCachedGateway(files), createCachedGateway(files)]);
  there.setNow(later(0));
  await ask(there, tenant);
  await table.insert(tenant, 5);
  await there.cache.poll();
  // each reading is followed by some that are left out
  for (const seconds of [20, 20, 20, 20, 1]) {
    there.pass(seconds * 1_000);
    await there.cache.tick();
  }
  const { status } = await here.admin("DELETE", `/v1/admin/cache?tenantId=${tenant}`);
  assert.equal(status, 200);
  there.setNow(later(90));
  assert.deepEqual(pick(await ask(there, tenant)), { how: "miss", total: 5 });
});

Deno.test("GET /health/cache tells what the cache holds and did, by query", async () => {
  await using table = await createTable();
  const gateway = await createCachedGateway([
    sumFile(table.name, "cache: 1h", "test/sum"),
    sumFile(table.name, "cache: 1h", "test/other"),
  ]);
  const tenant = newTenant();
  for (const _ of [1, 2, 3, 4]) await ask(gateway, tenant);
  await ask(gateway, tenant, "/v1/test/other");
  const response = await gateway.request("/health/cache");
  const { bytes, queries, ...body } = await response.json();
  assert.ok(bytes > 0 && bytes < cacheBytes);
  const none = { staleHits: 0, sharedRuns: 0, bypasses: 0, evictions: 0 };
  assert.deepEqual(body, {
    ...none,
    entries: 2,
    maxBytes: cacheBytes,
    tooLarge: 0,
    hits: 3,
    misses: 2,
    hitRate: 0.6,
  });
  const [other, sum] = queries;
  assert.ok(other.bytes > 0 && sum.bytes > 0);
  assert.equal(other.bytes + sum.bytes, bytes);
  assert.deepEqual(queries, [
    { ...none, query: "test/other", entries: 1, bytes: other.bytes, hits: 0, misses: 1, hitRate: 0 },
    { ...none, query: "test/sum", entries: 1, bytes: sum.bytes, hits: 3, misses: 1, hitRate: 0.75 },
  ]);
});

Deno.test("GET /health/cache tells whose answers went for lack of room, and what is left of each query", async () => {
  const file = (name: string) =>
    queryFile(name, "tenant: none\ncache: 1h", "SELECT repeat('x', 6000) AS text, {n:UInt32} AS n");
  const gateway = await createCachedGateway([file("test/few"), file("test/many")], { cacheBytes: 200_000 });
  const tenant = newTenant();
  const fill = async (name: string, count: number) => {
    for (let n = 0; n < count; n++) {
      await (await gateway.request(`/v1/test/${name}?n=${n}`, tenant)).body?.cancel();
    }
  };
  await fill("few", 2);
  await fill("many", 60);
  await gateway.admin("DELETE", "/v1/admin/cache?query=test/few");
  const { entries, bytes, evictions, queries: [few, many] } = await (await gateway.request("/health/cache"))
    .json();
  // the two came first, and so went first; a purge is for no want of room
  assert.deepEqual([few.query, few.entries, few.bytes, few.evictions], ["test/few", 0, 0, 2]);
  assert.deepEqual([many.query, many.entries, many.bytes], ["test/many", entries, bytes]);
  assert.equal(many.evictions, evictions - 2);
  assert.equal(many.entries + many.evictions, 60);
  assert.ok(bytes > 100_000 && bytes <= 200_000);
});

Deno.test("the front matter's cache is checked when the file is loaded", async () => {
  const wrong: [string, RegExp][] = [
    ["cache: 10", /cache/],
    ["cache: 5x", /cache/],
    ["cache: { ttl: 1m, fresh: 2m }", /longer than ttl/],
    ["cache: { fresh: 2m }", /cache/],
    ["cache: { ttl: 60d }", /at most 30d/],
    ["cache: { ttl: 1h, until: 5s }", /until/],
  ];
  for (const [cache, reason] of wrong) {
    const load = createCachedGateway([queryFile("test/sum", `tenant: none\n${cache}`, "SELECT 1 AS total")]);
    await assert.rejects(load, reason, cache);
  }
});
