import assert from "node:assert/strict";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { headers as natsHeaders } from "@nats-io/nats-core";
import { createClickHouse, readRows, run } from "../../src/clickhouse/client.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { event } from "../events.ts";
import { createGateway, engineOptions, newTenant } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { eachServer, type Published } from "./world.ts";

// The sink in this process, between real brokers and the real engine.

const owner = createClickHouse(engineOptions());
const test = await eachServer();
const tenantHeader = (tenant: string): [string, string][] => [["Sluice-Tenant", tenant]];
const one = (payload: unknown, headers?: [string, string][], subject = "x"): Published => ({
  subject,
  payload,
  headers,
});

/** What was stored of a tenant, and why the rest was not. */
async function outcome(tenantId: string) {
  const parameters = { tenantId };
  const [{ events }] = await readRows<{ events: number }>(owner, {
    sql: "SELECT uniqExact(id) AS events FROM outreach_events WHERE tenant_id = {tenantId:String}",
    parameters,
  });
  const rejected = await readRows<{ reason: string; line: string; source: string }>(owner, {
    sql:
      "SELECT reason, line, source FROM rejected_events WHERE tenant_id = {tenantId:String} ORDER BY line_number",
    parameters,
  });
  return { events, rejected };
}

test("envelopes and flat events land for the tenant that the header names, else the field, else that of data", async (world) => {
  const [header, field, inner] = [newTenant("kopf ö"), newTenant(), newTenant()];
  const envelope = (more: Record<string, unknown>, data: Record<string, unknown> = {}) => ({
    id: crypto.randomUUID(),
    type: "pipeline.message.sent",
    timestamp: "2026-11-22T10:01:00Z",
    data: { messageId: "m", channel: "sms", ...data },
    ...more,
  });
  await world.publish([
    one(envelope({ companyId: field }), tenantHeader(header), "pipeline.message.sent"),
    one(event({ companyId: field }), undefined, "campaign.started"),
    one(envelope({}, { companyId: inner }), undefined, "contact.created"),
    one(JSON.stringify(event({ companyId: field, name: 'a\\"b' }), null, 2), undefined),
  ]);
  world.sink();
  await world.drained();
  assert.deepEqual(await outcome(header), { events: 1, rejected: [] });
  assert.deepEqual(await outcome(field), { events: 2, rejected: [] });
  assert.deepEqual(await outcome(inner), { events: 1, rejected: [] });
});

test("each message that is no event is one dead letter with its reason, and those beside it land", async (world) => {
  const tenant = newTenant();
  const of = tenantHeader(tenant);
  const good = JSON.stringify(event());
  await world.publish([
    one(good, of),
    one(`${good} ${JSON.stringify(event())}`, of),
    one("not JSON", of),
    one(new Uint8Array([0x7b, 0xff, 0x7d]), of),
    one("", of),
    one(" \n ", of),
    one(event({ entityId: "" }), of),
    one("[]", of),
    one(event({ metadata: { text: "x".repeat(900_000) } }), of),
    one(event(), of),
  ]);
  const sink = world.sink({ config: { MAX_LINE_BYTES: "500000" } });
  await world.drained();
  const { events, rejected } = await outcome(tenant);
  assert.equal(events, 2);
  assert.deepEqual(rejected.map(({ reason }) => reason), [
    "Line is not valid JSON",
    "Line is not valid JSON",
    "Line is not valid UTF-8",
    "The message is empty",
    "The message is empty",
    "entityId is missing",
    "The message is empty",
    "The line is longer than 500000 bytes",
  ]);
  assert.ok(rejected.every(({ source }) => source === "nats"));
  await waitFor("all are counted", async () => await sink.metric("sluice_events_total") === 10);
  assert.match(
    (await sink.get("/metrics")).text,
    /^sluice_events_total\{stream="outreach",result="rejected"\} 8$/m,
  );
});

test("a message may have several lines, as a body of HTTP: each lands or is a dead letter of its own", async (world) => {
  const [tenant, field, other] = [newTenant(), newTenant(), newTenant()];
  const text = (more: Record<string, unknown> = {}) => JSON.stringify(event(more));
  const broken = text({ entityId: "" });
  const long = text({ metadata: { text: "x".repeat(2_000) } });
  const messages = [
    one([text(), broken, "", "{ cut", text(), broken].join("\n"), tenantHeader(tenant)),
    one(`\n[${text()},\n ${broken}, 7]\n`, tenantHeader(tenant)),
    one(`[${text()}]`, tenantHeader(tenant)),
    one([text(), long].join("\r\n"), tenantHeader(tenant)),
    one([text({ companyId: field }), text({ companyId: other }), text({ note: world.prefix })].join("\n")),
  ];
  await world.publish(messages);
  const sink = world.sink({ config: { MAX_LINE_BYTES: "1000" } });
  await world.drained();
  // other messages with the same events
  await world.publish(messages);
  await world.drained();
  await waitFor("all are counted", async () => await sink.metric("sluice_events_total") === 2 * 14);
  assert.match(
    (await sink.get("/metrics")).text,
    /^sluice_events_total\{stream="outreach",result="rejected"\} 14$/m,
  );
  const { events, rejected } = await outcome(tenant);
  assert.equal(events, 5);
  const each = [
    "entityId is missing",
    "Line is not valid JSON",
    "entityId is missing",
    "entityId is missing",
  ];
  const reasons = [...each, "Line is not a JSON object", "The line is longer than 1000 bytes"];
  assert.deepEqual(rejected.map(({ reason }) => reason), [...reasons, ...reasons]);
  assert.deepEqual([(await outcome(field)).events, (await outcome(other)).events], [1, 1]);
  const [unknown] = await readRows<Record<string, unknown>>(owner, {
    sql: `SELECT count() AS lines, uniqExact(id) AS letters, any(reason) AS reason FROM rejected_events
      WHERE tenant_id = '' AND position(line, {mark:String}) > 0`,
    parameters: { mark: world.prefix },
  });
  assert.deepEqual(unknown, {
    lines: 2,
    letters: 2,
    reason: 'Neither the header "Sluice-Tenant" nor the field "companyId" names a tenant',
  });
  const letters = await readRows<{ requestId: string; number: number; line: string }>(owner, {
    sql: `SELECT request_id AS requestId, line_number AS number, line FROM rejected_events
      WHERE tenant_id = {tenant:String} AND reason = 'entityId is missing' ORDER BY line_number LIMIT 3`,
    parameters: { tenant },
  });
  // lines 2 and 5 of the first message, and 2 of the second; their bytes say nothing of that
  assert.deepEqual(letters.map(({ number }) => number), [65_538, 65_541, 131_074]);
  assert.ok(letters.every(({ requestId }) => requestId[19] === "9" && requestId === letters[0].requestId));
});

test("a message whose tenant is not known is a dead letter of no tenant, and reaches nobody", async (world) => {
  const [tenant, other] = [newTenant(), newTenant()];
  const marked = (more: Record<string, unknown>) => event({ note: world.prefix, ...more });
  await world.publish([
    one(marked({})),
    one(marked({ companyId: 7 })),
    one(marked({ companyId: "a\u0000b" })),
    one(marked({ companyId: tenant }), tenantHeader("")),
    one(marked({ companyId: tenant }), [...tenantHeader(tenant), ...tenantHeader(other)]),
    one(`{"companyId":"${tenant}",${JSON.stringify(marked({ companyId: other })).slice(1)}`),
    one(`{"company\\u0049d":"${tenant}",${JSON.stringify(marked({ companyId: other })).slice(1)}`),
    one(`broken ${world.prefix}`),
  ]);
  world.sink();
  await world.drained();
  const rows = await readRows<{ reason: string }>(owner, {
    sql: `SELECT reason FROM rejected_events WHERE tenant_id = '' AND position(line, {mark:String}) > 0
      ORDER BY line_number`,
    parameters: { mark: world.prefix },
  });
  assert.deepEqual(rows.map(({ reason }) => reason), [
    'Neither the header "Sluice-Tenant" nor the field "companyId" names a tenant',
    'The tenant in the field "companyId" must be text',
    'The tenant in the field "companyId" must be text of 1 to 256 bytes and no control characters',
    'The tenant in the header "Sluice-Tenant" must be text of 1 to 256 bytes and no control characters',
    'The header "Sluice-Tenant" comes twice',
    'The header "Sluice-Tenant" is missing, and "companyId" comes twice in one object',
    'The header "Sluice-Tenant" is missing, and "companyId" comes twice in one object',
    'The header "Sluice-Tenant" is missing, and the payload is not valid JSON',
  ]);
  for (const each of [tenant, other]) assert.deepEqual(await outcome(each), { events: 0, rejected: [] });
});

test("messages wait until they are a batch, are one insert, and are acknowledged after it", async (world) => {
  const tenants = Array.from({ length: 1_000 }, () => newTenant());
  const inserts: number[] = [];
  const sink = world.sink({
    config: { SINK_BATCH_MESSAGES: "1000", SINK_BATCH_SECONDS: "3600" },
    async through(statement, ask) {
      if (statement.body) inserts.push((await world.consumer()).unacknowledged);
      return await ask(statement);
    },
  });
  await world.publish(tenants.slice(1).map((tenant) => one(event(), tenantHeader(tenant))));
  await waitFor("999 are held", () => sink.sinks.stats()[0].messages === 999);
  assert.deepEqual(inserts, []);
  await world.publish([one(event(), tenantHeader(tenants[0]))]);
  await world.drained();
  assert.deepEqual(inserts, [1_000]);
  const [{ stored }] = await readRows<{ stored: number }>(owner, {
    sql:
      "SELECT uniqExact(tenant_id) AS stored FROM outreach_events WHERE tenant_id IN {tenants:Array(String)}",
    parameters: { tenants: `[${tenants.map((tenant) => `'${tenant}'`).join(",")}]` },
  });
  assert.equal(stored, 1_000);
});

test("what a sink holds while it is stopped is stored before it ends", async (world) => {
  const tenant = newTenant();
  const sink = world.sink({ config: { SINK_BATCH_SECONDS: "3600" } });
  await world.publish([one(event(), tenantHeader(tenant)), one(event(), tenantHeader(tenant))]);
  await waitFor("they are held", () => sink.sinks.stats()[0].messages === 2);
  await sink.stop();
  assert.equal((await outcome(tenant)).events, 2);
  assert.deepEqual(await world.consumer(), { pending: 0, unacknowledged: 0, redelivered: 0 });
});

test("while an insert runs NATS is told of its messages, so that none is delivered again", async (world) => {
  const tenant = newTenant();
  const running = Promise.withResolvers<void>();
  let inserts = 0;
  world.sink({
    config: { SINK_ACK_WAIT_SECONDS: "1" },
    async through(statement, ask) {
      if (statement.body && ++inserts === 1) await running.promise;
      return await ask(statement);
    },
  });
  await world.publish([one(event(), tenantHeader(tenant))]);
  await waitFor("the insert runs", () => inserts === 1);
  const started = performance.now();
  await waitFor("three times ack_wait have passed", () => performance.now() - started > 3_000);
  running.resolve();
  await world.drained();
  assert.equal((await world.consumer()).redelivered, 0);
  assert.equal(inserts, 1);
  assert.equal((await outcome(tenant)).events, 1);
});

test("a sink that is gone between the insert and its acknowledgement changes no number, whatever is delivered again", async (world) => {
  const tenant = newTenant();
  const of = tenantHeader(tenant);
  const lines = [event(), event({ channel: "telex" }), event({ channel: "telex" })].map((line) =>
    JSON.stringify(line)
  )
    .join("\n");
  await world.publish([one(event(), of), one(event({ entityId: "" }), of), one(event(), of), one(lines, of)]);
  let close = () => Promise.resolve();
  const first = world.sink({
    config: { SINK_ACK_WAIT_SECONDS: "1" },
    async connect() {
      const nc = await world.connect();
      close = () => nc.close();
      return nc;
    },
    async through(statement, ask) {
      const response = await ask(statement);
      if (statement.body) await close();
      return response;
    },
  });
  await waitFor("it is stored", async () => (await outcome(tenant)).events === 3);
  first.sinks.stop(0);
  const { redelivered } = await world.consumer();
  assert.equal(redelivered, 0);
  world.sink({ config: { SINK_ACK_WAIT_SECONDS: "1" } });
  await world.drained();
  assert.equal((await outcome(tenant)).events, 3);
  const files = (await readQueryFiles()).filter(({ path }) => path.includes("/rejected/"));
  const gateway = await createGateway({ files });
  const { body } = await gateway.query("rejected", tenant);
  assert.deepEqual(body.data.map(({ reason }: { reason: string }) => reason).toSorted().toReversed(), [
    "entityId is missing",
    'channel is unknown: "telex"',
    'channel is unknown: "telex"',
  ]);
  assert.equal(body.meta.page.total, 3);
});

test("ClickHouse away is no fault of a message: the sink waits, spends no retry, and goes on", async (world) => {
  const tenant = newTenant();
  let isAway = true;
  let asked = 0;
  const away = createClickHouse({ ...engineOptions(), url: "http://127.0.0.1:9" });
  const sink = world.sink({
    through(statement, ask) {
      if (statement.body) asked++;
      return (isAway ? away : ask)(statement);
    },
  });
  await world.publish([one(event(), tenantHeader(tenant)), one("broken", tenantHeader(tenant))]);
  await waitFor("it was tried more often than a batch that is refused", () => asked >= 4);
  assert.equal((await sink.get("/health/live")).status, 200);
  const ready = await sink.get("/health/ready");
  assert.deepEqual([ready.status, JSON.parse(ready.text).reason], [
    503,
    "Nothing can be stored: the log tells why",
  ]);
  assert.equal(await sink.metric("sluice_sink_paused"), 1);
  assert.equal(await sink.metric("sluice_sink_lag_messages"), 2);
  isAway = false;
  await world.drained();
  assert.equal(await sink.metric("sluice_sink_retries_total"), 0);
  assert.equal(await sink.metric("sluice_sink_batches_total"), 1);
  assert.equal(await sink.metric("sluice_sink_paused"), 0);
  assert.equal((await sink.get("/health/ready")).status, 200);
  assert.equal(sink.log.filter(({ message }) => /pauses/.test(message)).length, 1);
  assert.deepEqual((await outcome(tenant)).events, 1);
});

test("a message that ClickHouse refuses becomes dead letters, one a line, and the 999 around it land once", async (world) => {
  const database = `sink_${world.prefix}`;
  const target = { ...engineOptions(), database };
  const clickHouse = createClickHouse(target);
  for (
    const sql of [
      `CREATE DATABASE ${database}`,
      "CREATE TABLE things_landing (tenant_id String, request_id UUID, source String, line_number UInt32, fault String, line String) ENGINE = Null",
      "CREATE TABLE things (tenant_id String, n UInt32) ENGINE = MergeTree ORDER BY n",
      `CREATE MATERIALIZED VIEW things_mv TO things AS
        SELECT tenant_id, JSONExtractUInt(line, 'n') AS n FROM things_landing
        WHERE NOT throwIf(position(line, 'poison') > 0, 'secret of the view')`,
      "CREATE TABLE rejected_events AS sluice.rejected_events",
    ]
  ) await run(owner, { sql: sql.replace(/(TABLE|VIEW|TO|FROM) (?=things|rejected)/g, `$1 ${database}.`) });
  try {
    const tenant = newTenant();
    const poison = '{"n":500,"what":"poison"}\n{"n":500}';
    const payloads = Array.from({ length: 1_000 }, (_, n) => n === 500 ? poison : { n });
    await world.publish(payloads.map((payload) => one(payload, tenantHeader(tenant))));
    const sink = world.sink({
      stream: "things",
      target,
      config: { SINK_BATCH_MESSAGES: "1000", SINK_BATCH_SECONDS: "3600" },
    });
    await world.drained("things");
    const [landed] = await readRows<Record<string, number>>(clickHouse, {
      sql: "SELECT count() AS rows, uniqExact(n) AS distinct, countIf(n = 500) AS poison FROM things",
    });
    assert.deepEqual(landed, { rows: 999, distinct: 999, poison: 0 });
    const dead = await readRows<Record<string, unknown>>(clickHouse, {
      sql: "SELECT tenant_id, stream, source, reason, line FROM rejected_events ORDER BY line_number",
    });
    assert.deepEqual(
      dead,
      poison.split("\n").map((line) => ({
        tenant_id: tenant,
        stream: "things",
        source: "nats",
        reason: "ClickHouse refuses it: Code 395: the query threw",
        line,
      })),
    );
    assert.equal(await sink.metric("sluice_sink_refused_messages_total"), 1);
    assert.ok(await sink.metric("sluice_sink_retries_total") >= 2);
    await waitFor("it is counted", async () => await sink.metric("sluice_events_total") === 1_001);
  } finally {
    await run(owner, { sql: `DROP DATABASE ${database}` });
  }
});

test("a table that is not there is no fault of the messages, which wait for it; the next reader has them at once", async (world) => {
  const options = { stream: "absent", config: { SINK_ACK_WAIT_SECONDS: "3600" } };
  const sink = world.sink(options);
  await world.publish([one(event(), tenantHeader(newTenant()))]);
  await waitFor("the sink pauses", () => sink.log.some(({ message }) => /pauses/.test(message)));
  assert.equal(await sink.metric("sluice_sink_refused_messages_total"), 0);
  await sink.stop(0);
  const next = world.sink(options);
  await waitFor("the next has it", () => next.sinks.stats()[0].messages === 1);
  await next.stop(0);
});

test("the stream that has a subject is found, and messages of its other subjects stay there", async (world) => {
  const tenant = newTenant();
  const jsm = await jetstreamManager(world.nc);
  await world.publish([
    one(event(), tenantHeader(tenant), "campaign.started"),
    one(event(), tenantHeader(tenant), "other.thing"),
  ]);
  world.sink({ config: { SINK_SUBJECTS: `${world.prefix}.campaign.*=outreach` } });
  await waitFor("one is stored", async () => (await outcome(tenant)).events === 1);
  const names = (await jsm.consumers.list(world.prefix).next()).map(({ name }) => name);
  assert.deepEqual(names, [`sluice_sink_outreach,${world.prefix},campaign,+`]);
  assert.equal((await jsm.streams.info(world.prefix)).state.messages, 2);
});

test("a stream is made for the subjects that none has, and grows with the mapping", async (world) => {
  const tenant = newTenant();
  const jsm = await jetstreamManager(world.nc);
  const [one, two, three] = ["one", "two", "three"].map((name) => `made_${world.prefix}.${name}.*`);
  const first = world.sink({ config: { SINK_SUBJECTS: `${one}=outreach,${two}=outreach` } });
  await waitFor("it is ready", async () => (await first.get("/health/ready")).status === 200);
  await first.stop();
  const second = world.sink({
    config: { SINK_SUBJECTS: `${one}=outreach,${three}=outreach`, SINK_ACK_WAIT_SECONDS: "7" },
  });
  await waitFor("it is ready", async () => (await second.get("/health/ready")).status === 200);
  const { config } = await jsm.streams.info("sluice_events");
  assert.deepEqual(config.subjects, [one, two, three]);
  const durable = `sluice_sink_outreach,${one.replaceAll(".", ",").replace("*", "+")}`;
  assert.equal((await jsm.consumers.info("sluice_events", durable)).config.ack_wait, 7_000_000_000);
  const headers = natsHeaders();
  headers.set("Sluice-Tenant", tenant);
  for (const subject of [one, three]) {
    await jetstream(world.nc).publish(subject.replace("*", "x"), JSON.stringify(event()), { headers });
  }
  await waitFor("both are stored", async () => (await outcome(tenant)).events === 2);
});

test("headers that the library cannot parse make a dead letter, and hold nobody up", async (world) => {
  const tenant = newTenant();
  const url = new URL(world.url);
  const socket = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const mark = `"${world.prefix}"`;
  const head = "NATS/1.0\r\nSluice Tenant: a\nb\r\n\r\n";
  const { username, password } = url;
  const lines = `CONNECT {"verbose":false,"headers":true,"user":"${username}","pass":"${password}"}\r\n` +
    `HPUB ${world.prefix}.x ${head.length} ${head.length + mark.length}\r\n${head}${mark}\r\nPING\r\n`;
  await socket.write(new TextEncoder().encode(lines));
  const reader = socket.readable.getReader();
  let text = "";
  while (!text.includes("PONG")) text += new TextDecoder().decode((await reader.read()).value);
  socket.close();
  await world.publish([one(event(), tenantHeader(tenant))]);
  world.sink();
  await world.drained();
  assert.equal((await outcome(tenant)).events, 1);
  const rows = await readRows<{ reason: string }>(owner, {
    sql: "SELECT reason FROM rejected_events WHERE tenant_id = '' AND line = {mark:String}",
    parameters: { mark },
  });
  assert.deepEqual(rows, [{ reason: "The headers cannot be read" }]);
});

test("a sync that brought a tenant something is published as analytics.synced, once, however many sinks run", async (world) => {
  const [tenant, other] = [newTenant("böse ö"), newTenant()];
  const jsm = await jetstreamManager(world.nc);
  const sinks = [world.sink(), world.sink()];
  const tell = async (tenantId: string, cause: string) =>
    await run(owner, {
      sql: `INSERT INTO live_events (tenant_id, type, data, cause)
        SELECT {tenantId:String}, 'analytics.synced', '{"source":"scores","rows":3}', {cause:String}`,
      parameters: { tenantId, cause },
    });
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  await tell(tenant, first);
  await tell(other, first);
  const messages = async () => {
    const name = await jsm.streams.find("analytics.synced").catch(() => undefined);
    if (!name) return [];
    const { state } = await jsm.streams.info(name);
    const found: Record<string, unknown>[] = [];
    // an empty one begins at 0, which is no message's number
    for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
      const message = await jsm.streams.getMessage(name, { seq });
      const body = message!.json<Record<string, unknown>>();
      if (body.companyId === tenant || body.companyId === other) {
        found.push({ header: message!.header.get("Sluice-Tenant"), ...body });
      }
    }
    return found;
  };
  await waitFor("both are published", async () => (await messages()).length >= 2);
  await Promise.all(sinks.map((sink) => sink.stop()));
  world.sink();
  await tell(tenant, second);
  await waitFor("the next is published", async () => (await messages()).length >= 3);
  const event = (companyId: string) => ({ header: companyId, companyId, source: "scores", rows: 3 });
  const byTenant = (of: string) => (message: Record<string, unknown>) => message.companyId === of;
  const all = await messages();
  assert.deepEqual(all.filter(byTenant(tenant)), [event(tenant), event(tenant)]);
  assert.deepEqual(all.filter(byTenant(other)), [event(other)]);
});

test("several sinks share the messages, and each message is stored by one", async (world) => {
  const tenant = newTenant();
  const sinks = [world.sink(), world.sink()];
  for (let round = 0; round < 20; round++) {
    await world.publish(Array.from({ length: 50 }, () => one(event(), tenantHeader(tenant))));
  }
  await world.drained();
  const [{ rows, ids }] = await readRows<{ rows: number; ids: number }>(owner, {
    sql:
      "SELECT count() AS rows, uniqExact(id) AS ids FROM outreach_events WHERE tenant_id = {tenant:String}",
    parameters: { tenant },
  });
  assert.deepEqual([rows, ids], [1_000, 1_000]);
  const stored = () => Promise.all(sinks.map((sink) => sink.metric("sluice_events_total")));
  await waitFor("all are counted", async () => (await stored()).reduce((sum, each) => sum + each) === 1_000);
  assert.ok((await stored()).every((count) => count > 0), "both had some");
});
