import assert from "node:assert/strict";
import { askEngine } from "./ask_engine.ts";
import { event, events, gzip, manyEvents, ndjson } from "./events.ts";
import { type Answer, createGateway, newTenant, queryFile, read, type TestGateway } from "./gateway.ts";

/** Rows as they lie there: one stored twice counts twice, which dead letters show best, since nothing merges them. */
const files = [
  queryFile(
    "keys/stored",
    "returns: object",
    `SELECT
        (SELECT count() FROM outreach_events WHERE tenant_id = {tenantId:String}) AS events,
        (SELECT count() FROM rejected_events WHERE tenant_id = {tenantId:String}) AS letters`,
  ),
];
const gateway = await createGateway({ files });
const other = await createGateway({ files });

const mixed = () => `${ndjson(events(3))}\nbad one\nbad two\n`;
const newKey = () => crypto.randomUUID();

async function post(
  tenant: string,
  key: string,
  body: BodyInit,
  { to = gateway, headers = {} }: { to?: TestGateway; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const all = { "idempotency-key": key, ...headers };
  return await read(await to.fetch("/v1/events/outreach", tenant, { method: "POST", headers: all, body }));
}

async function stored(tenant: string): Promise<{ events: number; letters: number }> {
  return (await gateway.query("keys/stored", tenant)).body.data;
}

/** A body that ends when the test says so; it has begun when the gateway reads it. */
function slowBody(text: string): { body: ReadableStream<Uint8Array>; begun: Promise<void>; end: () => void } {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pulls++ === 0) return controller.enqueue(new TextEncoder().encode(text));
      begun.resolve();
      await ended.promise;
      controller.close();
    },
  }, { highWaterMark: 0 });
  return { body, begun: begun.promise, end: () => ended.resolve() };
}

Deno.test("Lines that take the long way are stored once beside the plain ones of their block, also when it is inserted again", async () => {
  const tenant = newTenant();
  // of each way one that is good and one that is not
  const lines = [event(), event({ metadata: { a: 1e22 } }), event({ entityId: "" })].map((row) =>
    ndjson([row])
  );
  const rows = [...lines, "bad"].map((line, i) => ({
    tenant_id: tenant,
    request_id: "5d5bb7b4-7f4e-4a2b-9b0a-6f4c3c1c5d11",
    line_number: i + 1,
    source: "http",
    fault: "",
    line,
  }));
  for (let time = 1; time <= 2; time++) {
    const { code, text } = await askEngine(
      `INSERT INTO sluice.outreach_landing (tenant_id, request_id, line_number, source, fault, line)
      SETTINGS async_insert = 0, deduplicate_insert = 'enable', insert_deduplication_token = '${tenant}',
      deduplicate_blocks_in_dependent_materialized_views = 1 FORMAT JSONEachRow
      ${ndjson(rows)}`,
    );
    assert.equal(code, 0, text);
    assert.deepEqual(await stored(tenant), { events: 2, letters: 2 });
  }
});

Deno.test("A repetition gets the first answer, from any gateway, and nothing is stored twice", async () => {
  const tenant = newTenant();
  const [key, body] = [newKey(), mixed()];
  const first = await post(tenant, key, body);
  assert.deepEqual([first.status, first.body.data.accepted, first.body.data.rejected], [200, 3, 2]);
  for (const to of [gateway, other, await createGateway({ files })]) {
    const again = await post(tenant, key, body, { to });
    assert.deepEqual([again.status, again.body], [200, first.body]);
  }
  const packed = await post(tenant, key, await gzip(body), { headers: { "content-encoding": "gzip" } });
  assert.deepEqual(packed.body, first.body);
  assert.deepEqual(await stored(tenant), { events: 3, letters: 2 });
});

Deno.test("The same body under another key, or without one, is another request", async () => {
  const tenant = newTenant();
  const body = mixed();
  await post(tenant, newKey(), body);
  await post(tenant, newKey(), body);
  await gateway.fetch("/v1/events/outreach", tenant, { method: "POST", body });
  assert.equal((await stored(tenant)).letters, 6);
});

Deno.test("The key with another body is a 422, and that body is not stored", async () => {
  const tenant = newTenant();
  const [key, body] = [newKey(), mixed()];
  await post(tenant, key, body);
  for (const to of [gateway, other]) {
    for (const changed of [mixed(), body.slice(0, -2), `${body}bad three\n`, ""]) {
      const answer = await post(tenant, key, changed, { to });
      assert.deepEqual([answer.status, answer.body.type], [422, "/problems/idempotency-mismatch"]);
    }
  }
  assert.deepEqual(await stored(tenant), { events: 3, letters: 2 });
});

Deno.test("While the first is in flight the key is a 409 that may be tried again, on every gateway; then it is done", async () => {
  const tenant = newTenant();
  const [key, body] = [newKey(), mixed()];
  const { body: slow, begun, end } = slowBody(body);
  const first = post(tenant, key, slow);
  await begun;
  for (const to of [gateway, other]) {
    const answer = await post(tenant, key, body, { to });
    assert.deepEqual([answer.status, answer.body.type], [409, "/problems/idempotency-conflict"]);
    assert.equal(answer.headers.get("retry-after"), "1");
  }
  end();
  const { status, body: answered } = await first;
  assert.equal(status, 200);
  for (const to of [gateway, other]) assert.deepEqual((await post(tenant, key, body, { to })).body, answered);
  assert.deepEqual(await stored(tenant), { events: 3, letters: 2 });
});

Deno.test("Of many requests with one key at once none is stored twice, on two gateways", async () => {
  const tenant = newTenant();
  const [key, body] = [newKey(), mixed()];
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => post(tenant, key, body, { to: i % 2 ? gateway : other })),
  );
  const done = answers.filter(({ status }) => status === 200);
  assert.ok(done.length >= 1);
  assert.ok(answers.every(({ status }) => status === 200 || status === 409));
  for (const { body } of done) assert.deepEqual([body.data.accepted, body.data.rejected], [3, 2]);
  assert.deepEqual(await stored(tenant), { events: 3, letters: 2 });
});

Deno.test("A request that failed frees its key: the corrected body is stored and counted by itself", async () => {
  const tenant = newTenant();
  const key = newKey();
  const packed = await gzip(mixed());
  const headers = { "content-encoding": "gzip" };
  assert.equal((await post(tenant, key, packed.slice(0, -9), { headers })).status, 400);
  assert.equal((await post(tenant, key, packed, { headers: { "content-encoding": "br" } })).status, 415);
  const body = `${ndjson(events(2))}\nbad`;
  for (const to of [other, gateway]) {
    const answer = await post(tenant, key, body, { to });
    assert.deepEqual([answer.status, answer.body.data], [200, {
      accepted: 2,
      rejected: 1,
      rejections: [{ line: 3, reason: "Line is not valid JSON" }],
    }]);
  }
  assert.deepEqual(await stored(tenant), { events: 2, letters: 1 });
});

Deno.test("A long request that failed on its way leaves no trace in the counts of the corrected one", async () => {
  const tenant = newTenant();
  const key = newKey();
  // so long that rows of it are stored before it breaks off
  const long = await gzip(await new Response(manyEvents(250_000)).bytes());
  const limits = { headers: { "content-encoding": "gzip" } };
  assert.equal((await post(tenant, key, long, limits)).status, 413);
  const answer = await post(tenant, key, ndjson(events(2)));
  assert.deepEqual(answer.body.data, { accepted: 2, rejected: 0, rejections: [] });
});

Deno.test("A body without a good line is answered the same again, and its dead letters are there once", async () => {
  const tenant = newTenant();
  const key = newKey();
  const first = await post(tenant, key, "bad\nworse");
  const again = await post(tenant, key, "bad\nworse", { to: other });
  const { instance: _, ...problem } = first.body;
  const { instance: __, ...repeated } = again.body;
  assert.deepEqual([first.status, again.status, repeated], [422, 422, problem]);
  assert.deepEqual([problem.type, problem.rejected], ["/problems/nothing-accepted", 2]);
  assert.equal((await stored(tenant)).letters, 2);
  assert.equal((await post(tenant, key, mixed())).body.type, "/problems/idempotency-mismatch");
});

Deno.test("A streamed body has its key too: the same answer, and nothing twice", async () => {
  const tenant = newTenant();
  const key = newKey();
  const bytes = await new Response(manyEvents(20_000)).bytes();
  const first = await post(tenant, key, bytes);
  assert.deepEqual([first.status, first.body.data.accepted, first.body.data.rejected], [200, 19_980, 20]);
  for (const to of [gateway, other]) {
    assert.deepEqual((await post(tenant, key, bytes, { to })).body, first.body);
  }
  bytes[bytes.length - 2] = 0x41;
  assert.equal((await post(tenant, key, bytes)).body.type, "/problems/idempotency-mismatch");
  assert.deepEqual(await stored(tenant), { events: 19_980, letters: 20 });
});

Deno.test("A key belongs to its tenant, also to one with an odd name, and is taken literally", async () => {
  const odd = ["o'brien", "back\\slash", "\\N", "é"].map((name) => `${name}${newTenant()}`);
  const tenants = [newTenant(), newTenant(), ...odd];
  const keys = ["same-key", "a\\tb", "';DROP/**/TABLE/**/idempotency_keys", "\\"];
  await Promise.all(tenants.flatMap((tenant) =>
    keys.map(async (key) => {
      const body = `${ndjson([event()])}\nbad`;
      const first = await post(tenant, key, body);
      assert.deepEqual([first.status, first.body.data?.accepted], [200, 1], `${key} ${tenant}`);
      assert.deepEqual((await post(tenant, key, body, { to: other })).body, first.body);
      const changed = await post(tenant, key, mixed(), { to: other });
      assert.equal(changed.body.type, "/problems/idempotency-mismatch", `${key} ${tenant}`);
    })
  ));
  for (const tenant of tenants) {
    assert.deepEqual(await stored(tenant), { events: keys.length, letters: keys.length });
  }
});

Deno.test("A key of other than 1 to 255 visible ASCII characters is a 400", async () => {
  for (const key of ["", "a b", "x".repeat(256), "caf\u00e9", "a\tb"]) {
    const { status, body } = await post(newTenant(), key, mixed());
    assert.deepEqual([status, body.type, body.parameter], [
      400,
      "/problems/invalid-request",
      "Idempotency-Key",
    ], key);
  }
  assert.equal((await post(newTenant(), "x".repeat(255), mixed())).status, 200);
});
