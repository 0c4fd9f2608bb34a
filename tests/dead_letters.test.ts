import assert from "node:assert/strict";
import { createClickHouse, type Statement } from "../src/clickhouse/client.ts";
import { ClickHouseError } from "../src/clickhouse/exception.ts";
import { quoteString } from "../src/clickhouse/string_literal.ts";
import { printCursor } from "../src/ingest/dead_letters/cursor.ts";
import { createReplays } from "../src/ingest/dead_letters/replay.ts";
import { sight } from "../src/ingest/dead_letters/sight.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { askEngine, askRows } from "./ask_engine.ts";
import { event, ndjson } from "./events.ts";
import {
  type Answer,
  createGateway,
  engineOptions,
  newTenant,
  queryFile,
  type TestGateway,
  type Through,
} from "./gateway.ts";

const counted = queryFile(
  "letters/stored",
  "returns: object",
  "SELECT uniqExact(id) AS events, count() AS rows FROM outreach_events WHERE tenant_id = {tenantId:String}",
);
const files = [counted, ...(await readQueryFiles()).filter(({ path }) => path === "sql/rejected/list.sql")];
const gateway = await createGateway({ files });

type Parameters = Record<string, string | number | undefined>;

function search(parameters: Parameters): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return String(new URLSearchParams(given.map(([name, value]) => [name, String(value)])));
}

/** Asks as a tenant, or as an admin of another one. */
function asker(tenant: string, scope = "ingest", own: Pick<TestGateway, "call"> = gateway) {
  const ask = (method: string, rest: string, parameters: Parameters) =>
    own.call(method, `ops/dead-letter${rest}?${search(parameters)}`, tenant, undefined, scope);
  return {
    list: (parameters: Parameters = {}) => ask("GET", "s", parameters),
    get: (id: string) => ask("GET", `s/${id}`, {}),
    replay: (id: string, parameters: Parameters = {}) => ask("POST", `s/${id}/replay`, parameters),
    replayMany: (parameters: Parameters = {}) => ask("POST", "-replays", parameters),
    delete: (id: string) => ask("DELETE", `s/${id}`, {}),
    deleteMany: (parameters: Parameters = {}) => ask("DELETE", "s", parameters),
  };
}

const admin = asker(newTenant("admin"), "admin");

/** Sends all letters again, in as many requests as that takes: one ends after some seconds and says where to go on. */
async function replayAll({ replayMany }: ReturnType<typeof asker>, parameters: Parameters = {}) {
  const sums = { landed: 0, landedBefore: 0, refused: 0 };
  for (let cursor: string | undefined;;) {
    const { status, body } = await replayMany({ ...parameters, cursor });
    if (status !== 200) return { status, ...sums };
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += body.data[name];
    if (body.data.next === null) return { status, ...sums };
    cursor = body.data.next;
  }
}

async function stored(tenant: string): Promise<number> {
  return (await gateway.query("letters/stored", tenant)).body.data.events;
}

/** Puts lines among the dead letters, as those that a rule refused which has been mended since. */
async function refuseOnce(
  tenant: string,
  lines: string[],
  { stream = "outreach", source = "http", at = "now64(3)", reason = "The rule was wrong" } = {},
): Promise<void> {
  const rows = lines.map((line, i) =>
    `(${quoteString(tenant)}, '${stream}', '${source}', generateUUIDv4(${i}), ${i + 1}, '${reason}', ${
      quoteString(line)
    }, ${at})`
  );
  const columns = "tenant_id, stream, source, request_id, line_number, reason, line, received_at";
  const { code, text } = await askEngine(
    `INSERT INTO sluice.rejected_events (${columns}) VALUES ${rows.join(",")}`,
  );
  assert.equal(code, 0, text);
}

const lines = (count: number, changes = {}) =>
  Array.from({ length: count }, () => JSON.stringify(event(changes)));

/** The only letter of the tenant. */
async function onlyLetter(tenant: string) {
  const { body } = await asker(tenant).list();
  assert.equal(body.data.length, 1, JSON.stringify(body));
  return body.data[0];
}

function ok({ status, body }: Answer) {
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

Deno.test("dead letters are listed newest first, by stream, source, reason and time, page by page", async () => {
  const tenant = newTenant();
  const { list } = asker(tenant);
  await gateway.send("outreach", tenant, [event(), event({ channel: "fax" }), event({ id: "abc" })]);
  for (const [i, source] of ["kafka", "backfill", "kafka"].entries()) {
    const at = `toDateTime64('2026-11-0${i + 1} 10:00:00', 3, 'UTC')`;
    await refuseOnce(tenant, [`{"n":${i}}`], { stream: "csr_scores", source, at, reason: `Reason ${i}` });
  }
  const all = ok(await list());
  assert.deepEqual(all.slice(2).map(({ line }: { line: string }) => line), ['{"n":2}', '{"n":1}', '{"n":0}']);
  assert.deepEqual(all.slice(0, 2).map(({ reason }: { reason: string }) => reason).toSorted(), [
    'channel is unknown: "fax"',
    'id is not a UUID: "abc"',
  ]);
  const { id, requestId, ...oldest } = all[4];
  assert.match(id, /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  assert.deepEqual(ok(await asker(tenant).get(id)), all[4]);
  assert.match(requestId, /^[\da-f-]{36}$/);
  assert.deepEqual(oldest, {
    receivedAt: "2026-11-01T10:00:00.000Z",
    tenantId: tenant,
    stream: "csr_scores",
    source: "kafka",
    reason: "Reason 0",
    line: '{"n":0}',
    lineBytes: 7,
    isCut: false,
    lineNumber: 1,
    replayedAt: null,
    outcome: null,
    refusedAgain: null,
  });

  const numbers = async (parameters: Parameters) =>
    ok(await list(parameters)).map(({ line }: { line: string }) => JSON.parse(line).n ?? "");
  assert.deepEqual(await numbers({ stream: "csr_scores" }), [2, 1, 0]);
  assert.deepEqual(await numbers({ source: "kafka" }), [2, 0]);
  assert.deepEqual(await numbers({ reason: "Reason 1" }), [1]);
  assert.deepEqual(await numbers({ from: "2026-11-02T12:00:00+02:00", to: "2026-11-03T10:00:00Z" }), [1]);
  assert.deepEqual(await numbers({ outcome: "landed" }), []);
  assert.equal((await numbers({ outcome: "none" })).length, 5);

  const seen: string[] = [];
  let cursor: string | undefined;
  while (seen.length < 10) {
    const { body } = await list({ pageSize: 2, cursor });
    seen.push(...body.data.map(({ id }: { id: string }) => id));
    if (body.meta.page.next === null) break;
    cursor = body.meta.page.next;
  }
  assert.deepEqual(seen, all.map(({ id }: { id: string }) => id));
});

Deno.test("what names no letters is refused with the parameter", async () => {
  const { list, deleteMany, get, replay } = asker(newTenant());
  for (
    const parameters of [
      { stream: "" },
      { reason: "x".repeat(513) },
      { from: "yesterday" },
      { outcome: "x" },
      {
        pageSize: 1_001,
      },
      { cursor: "x" },
      { nonsense: 1 },
    ]
  ) {
    const { status, body } = await list(parameters);
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(body.parameter, Object.keys(parameters)[0]);
  }
  assert.equal((await deleteMany()).status, 400);
  // a filter in a body would be no filter
  for (
    const [method, path] of [["POST", "-replays"], ["POST", `s/${crypto.randomUUID()}/replay`], [
      "DELETE",
      "s",
    ]]
  ) {
    const tenant = newTenant();
    const answer = await gateway.call(method, `ops/dead-letter${path}`, tenant, { stream: "x" }, "ingest");
    assert.deepEqual([answer.status, answer.body.type], [400, "/problems/invalid-request"], method + path);
  }
  assert.equal((await get("no-uuid")).status, 404);
  assert.equal((await replay(crypto.randomUUID())).status, 404);
});

Deno.test("a tenant whose replay or deletion takes long holds up no other tenant's", async () => {
  const [slow, quick] = [newTenant(), newTenant()];
  const gate = Promise.withResolvers<void>();
  const through: Through = async (statement, ask) => {
    if (statement.settings?.log_comment === slow) await gate.promise;
    return await ask(statement);
  };
  const own = await createGateway({ files, through });
  await refuseOnce(slow, lines(1));
  await refuseOnce(quick, lines(2));
  const { id: ofSlow } = await onlyLetter(slow);
  const [first] = ok(await asker(quick).list());
  const waiting = [
    asker(slow, "ingest", own).replay(ofSlow),
    asker(slow, "ingest", own).deleteMany({ stream: "outreach" }),
  ];
  assert.equal(ok(await asker(quick, "ingest", own).replay(first.id)).outcome, "landed");
  assert.deepEqual(ok(await asker(quick, "ingest", own).deleteMany({ stream: "outreach" })), { deleted: 2 });
  gate.resolve();
  for (const answer of await Promise.all(waiting)) assert.ok([200, 404].includes(answer.status));
});

Deno.test("a letter whose rule was mended lands when it is sent again, once, however often and from however many at once", async () => {
  const tenant = newTenant();
  const line = JSON.stringify(event());
  await refuseOnce(tenant, [line]);
  const { id } = await onlyLetter(tenant);
  assert.equal(await stored(tenant), 0);
  const answers = await Promise.all(Array.from({ length: 8 }, () => asker(tenant).replay(id)));
  const [first, ...others] = answers.map(ok);
  assert.equal(first.outcome, "landed");
  for (const other of others) assert.deepEqual(other, first);
  assert.deepEqual(ok(await gateway.query("letters/stored", tenant)), { events: 1, rows: 1 });
  assert.deepEqual(ok(await asker(tenant).replayMany()), {
    replayed: 0,
    landed: 0,
    refused: 0,
    landedBefore: 1,
    refusals: [],
    next: null,
  });
  const letter = await onlyLetter(tenant);
  assert.deepEqual([letter.outcome, letter.replayedAt, letter.refusedAgain], [
    "landed",
    first.replayedAt,
    null,
  ]);
  assert.deepEqual(ok(await asker(tenant).list({ outcome: "landed" })), [letter]);
});

Deno.test("two gateways that send a letter again at the same time make it count once", async () => {
  const tenant = newTenant();
  await refuseOnce(tenant, lines(1));
  await refuseOnce(tenant, [JSON.stringify(event({ id: undefined }))]);
  let arrived = 0;
  const both = Promise.withResolvers<void>();
  // neither has written its result when the other looks for it
  const through: Through = async (statement, ask) => {
    if (!statement.sql.includes("outreach_landing")) return await ask(statement);
    if (++arrived === 2) both.resolve();
    await both.promise;
    return await ask(statement);
  };
  const gateways = await Promise.all([0, 1].map(() => createGateway({ files, through })));
  const results = await Promise.all(gateways.map((own) => asker(tenant, "ingest", own).replayMany()));
  for (const result of results) assert.equal(ok(result).landed, 2);
  assert.equal(await stored(tenant), 2);
  assert.equal(ok(await asker(tenant).list({ outcome: "landed" })).length, 2);
});

Deno.test("a line without an id of its own lands with the letter's, so that twice is once", async () => {
  const tenant = newTenant();
  await gateway.send("outreach", tenant, [event({ id: undefined }), event({ id: null }), event({ id: "" })]);
  const letters = ok(await asker(tenant).list({ reason: "id is missing" }));
  assert.equal(letters.length, 3);
  assert.equal(ok(await asker(tenant).replayMany()).landed, 3);
  const kept = await askRows("SELECT id FROM sluice.outreach_events WHERE tenant_id = {tenant:String}", {
    tenant,
  });
  assert.deepEqual(
    kept.map(({ id }) => id).toSorted(),
    letters.map(({ id }: { id: string }) => id).toSorted(),
  );
});

Deno.test("a letter that is refused again keeps its id, and says when and why; it stands in no list twice", async () => {
  const tenant = newTenant();
  const { list, replay, replayMany } = asker(tenant);
  await refuseOnce(tenant, lines(1, { channel: "fax" }));
  const { id } = await onlyLetter(tenant);
  const reason = 'channel is unknown: "fax"';
  const first = ok(await replay(id));
  assert.deepEqual([first.outcome, first.reason], ["refused", reason]);
  const second = ok(await replay(id));
  assert.ok(second.replayedAt >= first.replayedAt);
  assert.deepEqual(ok(await replayMany()).refusals, [{ id, reason }]);
  const letter = await onlyLetter(tenant);
  assert.equal(letter.id, id);
  assert.deepEqual([letter.reason, letter.outcome, letter.refusedAgain], [
    "The rule was wrong",
    "refused",
    reason,
  ]);
  assert.equal((await gateway.query("rejected", tenant)).body.data.length, 1);
  assert.equal(ok(await list({ outcome: "refused" })).length, 1);
  assert.equal(ok(await list({ outcome: "none" })).length, 0);
});

Deno.test("a letter that was cut, or whose stream takes no lines, says so when it is sent again", async () => {
  const tenant = newTenant();
  await gateway.send("outreach", tenant, [event({ metadata: { text: "x".repeat(1_100_000) } })]);
  await refuseOnce(tenant, ["{}"], { stream: "live_nats" });
  const [other, cut] = ok(await asker(tenant).list());
  assert.deepEqual([cut.isCut, cut.lineBytes, other.isCut], [true, 1_024, false]);
  for (
    const [{ id }, reason] of [
      [cut, "Only the beginning of the line was kept: send it again from its source"],
      [other, 'There is no stream "live_nats" in which it could land'],
    ]
  ) {
    const { outcome, ...rest } = ok(await asker(tenant).replay(id));
    assert.deepEqual([outcome, rest.reason], ["refused", reason]);
  }
});

Deno.test("a line is what it was: an object over several lines lands, a message of two objects is refused again", async () => {
  const tenant = newTenant();
  await refuseOnce(tenant, [JSON.stringify(event({ id: undefined }), null, 2)]);
  await refuseOnce(tenant, [ndjson([event(), event()])], { source: "kafka" });
  const { landed, refusals } = ok(await asker(tenant).replayMany());
  assert.deepEqual([landed, refusals.map(({ reason }: { reason: string }) => reason)], [1, [
    "Line is not valid JSON",
  ]]);
  assert.equal(await stored(tenant), 1);
});

Deno.test("a line that does not say when its row was changed does not take the place of one that came after it", async () => {
  const tenant = newTenant();
  await refuseOnce(tenant, ['{"industry": "old", "region": "north", "employees": 5}'], {
    stream: "csr_companies",
    at: "now64(3) - INTERVAL 1 DAY",
  });
  await gateway.send("csr_companies", tenant, [{ industry: "new", region: "south", employees: 7 }]);
  assert.equal(ok(await asker(tenant).replayMany()).landed, 1);
  const rows = await askRows(
    "SELECT industry FROM sluice.csr_companies FINAL WHERE tenant_id = {tenant:String}",
    {
      tenant,
    },
  );
  assert.deepEqual(rows, [{ industry: "new" }]);
});

Deno.test("a replay of many that breaks in the middle may begin from the start, or go on where it was, and nothing counts twice", async () => {
  const tenant = newTenant();
  const bad = lines(5, { channel: "fax" });
  await refuseOnce(tenant, [...lines(2_200), ...bad, ...lines(2_300)]);
  let inserts = 0;
  const through: Through = async (statement, ask) => {
    const isLanding = statement.sql.includes("outreach_landing");
    // stored, but nobody is told
    if (isLanding && ++inserts === 2) {
      await ask(statement);
      throw new ClickHouseError(202, "Code: 202. DB::Exception: Too many simultaneous queries");
    }
    return await ask(statement);
  };
  const own = asker(tenant, "ingest", await createGateway({ files, through }));
  assert.equal((await replayAll(own, { stream: "outreach" })).status, 503);
  assert.equal(await stored(tenant) >= 3_990, true);
  const { landed, refused, landedBefore } = await replayAll(own, { stream: "outreach" });
  assert.deepEqual([landed + landedBefore, refused], [4_500, 5]);
  assert.ok(landedBefore >= 1_995 && landedBefore <= 2_000, String(landedBefore));
  assert.equal(await stored(tenant), 4_500);
  assert.equal((await gateway.query("rejected", tenant)).body.meta.page.total, 4_505);
});

Deno.test("a replay of many goes on by its cursor, and takes no letter that came after it began", async () => {
  const tenant = newTenant();
  const as = (role: string) => createClickHouse({ ...engineOptions(), user: `sluice_${role}` });
  const replays = createReplays({
    clickHouse: as("gateway"),
    ingester: as("ingest"),
    streams: () => ["outreach", "csr_scores"],
    clock: () => new Date(),
  });
  const limits = { MAX_QUERY_SECONDS: 20, MAX_QUERY_MEMORY_BYTES: 2e9 };
  const own = sight({ reader: as("reader"), operator: as("operator") }, limits, tenant);
  const filter = { tenantId: tenant };
  await refuseOnce(tenant, lines(4_100), { at: "now64(3) - 10" });
  let [landed, requests] = [0, 0];
  let cursor: string | undefined;
  for (;;) {
    const done = await replays.many(own, filter, { cursor, forMs: 0 });
    landed += done.landed;
    if (++requests === 1) await refuseOnce(tenant, lines(7));
    if (done.next === null) break;
    cursor = done.next;
  }
  assert.deepEqual([landed, requests, await stored(tenant)], [4_100, 3, 4_100]);
  assert.equal((await replays.many(own, filter)).landed, 7);
});

Deno.test("a batch holds eight megabytes at most, whatever the number of its lines", async () => {
  const tenant = newTenant();
  const metadata = { text: "x".repeat(900_000) };
  for (let i = 0; i < 4; i++) await refuseOnce(tenant, lines(5, { metadata }));
  const sizes: number[] = [];
  const through: Through = async (statement, ask) => {
    if (statement.sql.includes("outreach_landing")) sizes.push((statement.body as Uint8Array).length);
    return await ask(statement);
  };
  const own = asker(tenant, "ingest", await createGateway({ files, through }));
  assert.equal((await replayAll(own)).landed, 20);
  assert.equal(await stored(tenant), 20);
  assert.ok(sizes.length === 3 && sizes.every((size) => size < 9_000_000), String(sizes));
});

Deno.test("what the engine refuses is halved until the letter at fault is alone; the others land", async () => {
  const tenant = newTenant();
  await refuseOnce(tenant, [...lines(20), ...lines(1, { contactId: "poison" }), ...lines(20)]);
  const holdsPoison = ({ sql, body }: Statement) =>
    sql.includes("outreach_landing") && new TextDecoder().decode(body as Uint8Array).includes("poison");
  const through: Through = async (statement, ask) => {
    if (!holdsPoison(statement)) return await ask(statement);
    throw new ClickHouseError(36, "Code: 36. DB::Exception: A view threw");
  };
  const own = asker(tenant, "ingest", await createGateway({ files, through }));
  const { landed, refusals } = ok(await own.replayMany());
  assert.deepEqual([landed, refusals.map(({ reason }: { reason: string }) => reason)], [40, [
    "The database refuses it: code 36",
  ]]);
  assert.equal(await stored(tenant), 40);
});

Deno.test("a tenant sees, sends again and deletes its own letters alone, whatever it sends", async () => {
  const [one, two] = [newTenant("one"), newTenant("two")];
  await refuseOnce(one, lines(3));
  await refuseOnce(two, lines(2));
  const mine = asker(two);
  const theirs = ok(await asker(one).list());
  assert.deepEqual(ok(await mine.list()).map(({ tenantId }: { tenantId: string }) => tenantId), [two, two]);
  for (const { id } of theirs) {
    for (const answer of [await mine.get(id), await mine.replay(id), await mine.delete(id)]) {
      assert.equal(answer.status, 404);
      const unknown = await mine.get(crypto.randomUUID());
      assert.deepEqual({ ...answer.body, instance: "" }, { ...unknown.body, instance: "" });
    }
  }
  const { next } = (await asker(one).list({ pageSize: 1 })).body.meta.page;
  assert.equal((await mine.list({ pageSize: 1, cursor: next })).status, 400);
  // one that the caller makes itself is a place, and no right
  const forged = printCursor({ tenantId: two }, ["2999-01-01 00:00:00.000", theirs[0].id]);
  assert.deepEqual(ok(await mine.list({ cursor: forged })), ok(await mine.list()));
  const place = ["2999-01-01 00:00:00.000", one, "", "1970-01-01 00:00:00.000", theirs[0].id];
  const passed = ok(await mine.replayMany({ cursor: printCursor({ tenantId: two }, place) }));
  assert.ok(passed.replayed <= 2 && await stored(one) === 0);
  for (const call of [mine.list, mine.replayMany, mine.deleteMany]) {
    for (const tenantId of [one, ""]) {
      assert.equal((await call({ tenantId, stream: "outreach" })).status, 403);
    }
  }
  assert.equal((await mine.replayMany({ asTenantId: two })).status, 403);
  assert.equal((await mine.replay(theirs[0].id, { asTenantId: two })).status, 403);
  assert.equal((await asker(two, "query").list()).status, 403);
  assert.equal((await asker(two, "query").replayMany()).status, 403);
  assert.equal((await asker(two, "query").deleteMany({ stream: "outreach" })).status, 403);

  const { landed, landedBefore } = ok(await mine.replayMany({ tenantId: two }));
  assert.equal(landed + landedBefore, 2);
  assert.deepEqual([await stored(one), await stored(two)], [0, 2]);
  assert.equal(ok(await mine.deleteMany({ stream: "outreach" })).deleted, 2);
  assert.deepEqual(ok(await asker(one).list()), theirs);
  assert.equal(ok(await admin.list({ tenantId: one })).length, 3);
});

Deno.test("a letter without a tenant is an admin's to see, and lands as the tenant that he says", async () => {
  const tenant = newTenant();
  const stream = "outreach";
  const reason = `Of ${tenant}`;
  await refuseOnce("", lines(2), { source: "kafka", reason });
  await refuseOnce("", lines(1, { channel: "fax" }), { source: "kafka", reason });
  assert.equal(ok(await asker(tenant).list()).length, 0);
  const letters = ok(await admin.list({ tenantId: "", reason }));
  assert.equal(letters.length, 3);
  const { status, body } = await admin.replay(letters[0].id);
  assert.deepEqual([status, body.parameter], [400, "asTenantId"]);
  assert.equal(ok(await admin.replayMany({ stream, reason })).replayed, 0);
  for (const wrong of [{ tenantId: "" }, { tenantId: tenant, asTenantId: tenant }]) {
    assert.equal((await admin.replayMany({ stream, reason, ...wrong })).body.parameter, "asTenantId");
  }
  const done = ok(await admin.replayMany({ stream, reason, asTenantId: tenant }));
  assert.deepEqual([done.landed, done.refused], [2, 1]);
  assert.equal(await stored(tenant), 2);
  // what was refused again is no letter of the tenant's
  assert.equal(ok(await asker(tenant).list()).length, 0);
  assert.equal((await gateway.query("rejected", tenant)).body.data.length, 0);
  assert.equal(ok(await admin.list({ reason, outcome: "refused" })).length, 1);
  await refuseOnce(tenant, lines(1));
  const { id } = await onlyLetter(tenant);
  assert.equal((await admin.replay(id, { asTenantId: tenant })).body.parameter, "asTenantId");
  assert.equal(ok(await admin.deleteMany({ tenantId: "", reason })).deleted, 3);
  const left = await askRows(
    "SELECT count() AS rows FROM sluice.rejected_events WHERE tenant_id = {tenant:String}",
    { tenant },
  );
  assert.deepEqual(left, [{ rows: 1 }]);
});

Deno.test("a deletion takes the letters, what was refused again of them and their results, and is audited", async () => {
  const tenant = newTenant();
  const { list, replayMany, ...own } = asker(tenant);
  await refuseOnce(tenant, lines(2, { channel: "fax" }));
  await refuseOnce(tenant, lines(3));
  await refuseOnce(tenant, lines(1), { stream: "csr_scores" });
  await replayMany({ stream: "outreach" });
  const [{ id }] = ok(await list({ outcome: "refused" }));
  const answer = await own.delete(id);
  assert.equal(answer.status, 204);
  assert.equal((await own.delete(id)).status, 404);
  assert.equal(ok(await own.deleteMany({ outcome: "landed" })).deleted, 3);
  assert.equal(ok(await own.deleteMany({ to: "2020-01-01T00:00:00Z" })).deleted, 0);
  assert.deepEqual(
    ok(await list()).map(({ stream, outcome }: { stream: string; outcome: string }) => [stream, outcome])
      .toSorted(),
    [["csr_scores", null], ["outreach", "refused"]],
  );
  const count = async (table: string) => {
    const sql = `SELECT count() AS rows FROM sluice.${table} WHERE tenant_id = {tenant:String}`;
    return (await askRows(sql, { tenant }))[0].rows;
  };
  assert.deepEqual([await count("rejected_events"), await count("dead_letter_replays")], [3, 1]);

  await gateway.audit.flush();
  const rows = await askRows(
    "SELECT method, path, status, subject FROM sluice.gateway_requests WHERE tenant_id = {tenant:String} AND method = 'DELETE' AND status = 204",
    { tenant },
  );
  assert.deepEqual(rows, [{
    method: "DELETE",
    path: `/v1/ops/dead-letters/${id}`,
    status: 204,
    subject: "",
  }]);
});

Deno.test("dead letters are counted as queries of the tenant's budget", async () => {
  const poor = await createGateway({ files, budgets: { daily: 2 } });
  const tenant = newTenant();
  const { list } = asker(tenant, "ingest", poor);
  assert.deepEqual([(await list()).status, (await list()).status, (await list()).status], [200, 200, 429]);
});
