import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { escapeString } from "../src/clickhouse/string_literal.ts";
import { engineOptions, newTenant, read } from "./gateway.ts";
import { breakable, createSmallGateway } from "./small_gateway.ts";

const engine = createClickHouse(engineOptions());
const one = "/v1/test/one";

/** What the table says that the tenant used. */
async function storedQueries(tenantId: string): Promise<Record<string, number>> {
  const rows = await readRows<{ day: string; queries: number }>(engine, {
    sql:
      "SELECT day, sum(queries) AS queries FROM tenant_usage FINAL WHERE tenant_id = {tenantId:String} GROUP BY day",
    parameters: { tenantId: escapeString(tenantId) },
  });
  return Object.fromEntries(rows.map(({ day, queries }) => [day, queries]));
}

/** Writes a row of today for a gateway that is not among the living. */
async function writeRow(tenantId: string, queries: number, held: number): Promise<void> {
  const values = "{tenantId:String}, today(), generateUUIDv4(), 0, 1, {queries:Int64}, 0, {held:UInt64}";
  await run(engine, {
    sql: `INSERT INTO tenant_usage SELECT ${values}`,
    parameters: { tenantId: escapeString(tenantId), queries: String(queries), held: String(held) },
  });
}

Deno.test("every answer to an authenticated tenant says what its budgets are and what remains", async () => {
  const gateway = await createSmallGateway({
    now: () => new Date("2026-11-22T23:00:00Z"),
    budgets: { perSecond: 50 },
  });
  const tenant = newTenant();
  const policy = '"daily";q=10000;w=86400, "monthly";q=200000;w=2592000, "perSecond";q=50;w=1';
  const answers: [path: string, status: number, used: number][] = [
    [one, 200, 1],
    ["/v1/test/one?unknown=1", 400, 1],
    ["/v1/test/none", 404, 1],
    ["/v1/budget", 200, 1],
    ["/v1/admin/tenants/x/budget", 403, 1],
    [`${one}?format=csv`, 200, 2],
  ];
  for (const [path, status, used] of answers) {
    const response = await gateway.request(path, tenant);
    await response.body?.cancel();
    assert.equal(response.status, status, path);
    assert.equal(response.headers.get("ratelimit-policy"), policy, path);
    assert.equal(
      response.headers.get("ratelimit"),
      `"daily";r=${10_000 - used};t=3600, "monthly";r=${200_000 - used};t=${8 * 86_400 + 3_600}`,
      path,
    );
  }
  const refused = await gateway.request(one);
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("ratelimit"), null);
  await refused.body?.cancel();
});

Deno.test("a spent budget answers 429 with which, its limit, its use and when it resets", async () => {
  const gateway = await createSmallGateway({
    now: () => new Date("2026-11-22T12:00:00Z"),
    budgets: { daily: 2 },
  });
  const tenant = newTenant();
  for (let i = 0; i < 2; i++) assert.equal((await gateway.get(one, tenant)).status, 200);
  const { status, headers, body } = await gateway.get(one, tenant);
  assert.equal(status, 429);
  assert.equal(headers.get("retry-after"), String(12 * 3_600));
  assert.match(headers.get("ratelimit")!, /^"daily";r=0;t=43200, /);
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.match(body.instance, /^urn:uuid:/);
  assert.deepEqual({ ...body, instance: "" }, {
    type: "/problems/budget-spent",
    title: "A budget of the tenant is spent",
    status: 429,
    detail: "The daily budget of queries is spent: 2 of 2. It resets at 2026-11-23T00:00:00.000Z",
    budget: "daily",
    limit: 2,
    used: 2,
    resetsAt: "2026-11-23T00:00:00.000Z",
    "violated-policies": ["daily"],
    instance: "",
  });
  assert.equal((await gateway.get(one, newTenant())).status, 200, "another tenant has a budget of its own");
});

Deno.test("the day and the month begin again at midnight UTC, and counts stay with their day", async () => {
  const gateway = await createSmallGateway({
    now: () => new Date("2026-11-29T23:59:59Z"),
    budgets: { daily: 2, monthly: 5 },
  });
  const tenant = newTenant();
  const spend = async () => (await gateway.get(one, tenant)).status;
  assert.deepEqual([await spend(), await spend(), await spend()], [200, 200, 429]);
  gateway.setNow(new Date("2026-11-30T00:00:00Z"));
  assert.deepEqual([await spend(), await spend(), await spend()], [200, 200, 429]);
  gateway.setNow(new Date("2026-12-01T00:00:00Z"));
  assert.deepEqual([await spend(), await spend()], [200, 200]);
  gateway.setNow(new Date("2026-12-02T00:00:00Z"));
  assert.deepEqual([await spend(), await spend()], [200, 200]);
  gateway.setNow(new Date("2026-12-03T00:00:00Z"));
  assert.equal(await spend(), 200);
  const { status, headers, body } = await gateway.get(one, tenant);
  assert.equal(status, 429);
  assert.deepEqual([body.budget, body.limit, body.used, body.resetsAt], [
    "monthly",
    5,
    5,
    "2027-01-01T00:00:00.000Z",
  ]);
  assert.equal(headers.get("retry-after"), String(29 * 86_400));
  await gateway.budgets.sync();
  assert.deepEqual(await storedQueries(tenant), {
    "2026-11-29": 2,
    "2026-11-30": 2,
    "2026-12-01": 2,
    "2026-12-02": 2,
    "2026-12-03": 1,
  });
});

Deno.test("a clock that goes back over midnight loses no count", async () => {
  const gateway = await createSmallGateway({ now: () => new Date("2026-11-22T23:59:59.999Z") });
  const tenant = newTenant();
  for (
    const now of [
      "2026-11-22T23:59:59.999Z",
      "2026-11-23T00:00:00Z",
      "2026-11-22T23:59:59.990Z",
      "2026-11-23T00:00:01Z",
    ]
  ) {
    gateway.setNow(new Date(now));
    assert.equal((await gateway.get(one, tenant)).status, 200);
  }
  await gateway.budgets.sync();
  assert.deepEqual(await storedQueries(tenant), { "2026-11-22": 2, "2026-11-23": 2 });
  assert.equal((await gateway.get("/v1/budget", tenant)).body.data.monthly.used, 4);
});

Deno.test("a gateway that dies loses what it counted since its last sync, and what it held is void", async () => {
  const [dying, other] = await Promise.all([1, 2].map(() => createSmallGateway({ budgets: { daily: 10 } })));
  const tenant = newTenant();
  for (let i = 0; i < 3; i++) assert.equal((await dying.get(one, tenant)).status, 200);
  await dying.budgets.sync();
  assert.equal((await dying.get(one, tenant)).status, 200);
  // as a gateway that was not seen for a while: it holds all, but is not among the living
  await writeRow(tenant, 0, 10);
  assert.equal((await other.get("/v1/budget", tenant)).body.data.daily.used, 3);
  assert.equal((await other.get(one, tenant)).status, 200, "10 held by a dead gateway are free");
});

Deno.test("a gateway that paused for longer than a lease asks again before it accepts", async () => {
  const [paused, other] = await Promise.all(
    [1, 2].map(() => createSmallGateway({ budgets: { daily: 8_000 } })),
  );
  const tenant = newTenant();
  assert.equal((await paused.get(one, tenant)).status, 200);
  paused.pass(6_000);
  // what the paused one holds is void after ten seconds: another took all
  await writeRow(tenant, 7_999, 0);
  assert.equal((await paused.get(one, tenant)).status, 429);
  assert.equal((await other.get(one, tenant)).status, 429);
});

Deno.test("a gateway that nobody asks for a minute gives back what it held, then leaves ClickHouse alone until it is asked", async () => {
  let statements = 0;
  const gateway = await createSmallGateway({
    through: (statement, ask) => {
      statements++;
      return ask(statement);
    },
    budgets: { daily: 2 },
  });
  const tenant = newTenant();
  assert.equal((await gateway.get(one, tenant)).status, 200);
  await gateway.budgets.sync();
  gateway.pass(61_000);
  assert.equal(await gateway.budgets.sync(), true);
  statements = 0;
  for (let i = 0; i < 3; i++) assert.equal(await gateway.budgets.sync(), true);
  assert.equal(statements, 0);
  const other = await createSmallGateway({ budgets: { daily: 2 } });
  assert.equal((await other.get(one, tenant)).status, 200, "nothing is held");
  await other.budgets.sync();
  assert.equal((await gateway.get(one, tenant)).status, 429, "it knows what the other has counted");
});

Deno.test("ClickHouse away does not stop counting, nor lose it", async () => {
  const { state, through } = breakable();
  const gateway = await createSmallGateway({ through, budgets: { daily: 20 } });
  const tenant = newTenant();
  const spend = () => gateway.budgets.spend(tenant);
  for (let i = 0; i < 3; i++) assert.equal(await spend(), "accepted");
  state.mode = "away";
  for (let i = 0; i < 12; i++) {
    assert.equal(await spend(), "accepted");
    assert.equal(await gateway.budgets.sync(), false);
  }
  const answer = await gateway.request(one, tenant);
  assert.equal(answer.status, 503, "the query itself needs ClickHouse, and was counted");
  assert.match(answer.headers.get("ratelimit")!, /^"daily";r=4;/);
  await answer.body?.cancel();
  assert.equal((await gateway.get("/v1/budget", tenant)).body.data.daily.used, 16);
  for (let i = 0; i < 4; i++) assert.equal(await spend(), "accepted");
  const refusal = await spend();
  assert.ok(refusal !== "accepted" && refusal.isSpent, "what it knew last still holds");
  const stranger = newTenant();
  assert.equal(await gateway.budgets.spend(stranger), "accepted", "a tenant not known yet has the defaults");
  state.mode = "whole";
  assert.equal(await gateway.budgets.sync(), true);
  assert.deepEqual(Object.values(await storedQueries(tenant)), [20]);
  assert.deepEqual(Object.values(await storedQueries(stranger)), [1]);
  const messages = gateway.log.filter(({ message }) => message.startsWith("Budgets")).map(({ message }) =>
    message
  );
  assert.deepEqual(messages, [
    "Budgets are counted by this gateway alone: they cannot be written or read",
    "Budgets are shared again",
  ]);
});

Deno.test("a write whose answer is lost counts once", async () => {
  const { state, through } = breakable();
  const gateway = await createSmallGateway({ through });
  const tenant = newTenant();
  for (let i = 0; i < 3; i++) assert.equal(await gateway.budgets.spend(tenant), "accepted");
  state.mode = "answers lost";
  for (let i = 0; i < 3; i++) {
    assert.equal(await gateway.budgets.sync(), false);
    assert.equal(await gateway.budgets.spend(tenant), "accepted");
  }
  state.mode = "whole";
  assert.equal(await gateway.budgets.sync(), true);
  assert.deepEqual(Object.values(await storedQueries(tenant)), [6]);
  assert.equal((await gateway.get("/v1/budget", tenant)).body.data.daily.used, 6);
});

Deno.test("changed limits and a reset reach another gateway with its next sync", async () => {
  const [one_, other] = await Promise.all(
    [1, 2].map(() => createSmallGateway({ budgets: { daily: 2, monthly: 3 } })),
  );
  const tenant = newTenant();
  const path = `/v1/admin/tenants/${tenant}/budget`;
  for (const status of [200, 200, 429]) assert.equal((await other.get(one, tenant)).status, status);

  const changed = await one_.admin("PUT", path, { daily: 3 });
  assert.equal(changed.status, 200);
  assert.deepEqual(
    [changed.body.data.daily.limit, changed.body.data.daily.isDefault, changed.body.data.monthly.isDefault],
    [3, false, true],
  );
  await other.budgets.sync();
  for (const status of [200, 429]) assert.equal((await other.get(one, tenant)).status, status);

  await other.budgets.sync();
  const reset = await one_.admin("POST", `${path}/reset`);
  assert.deepEqual([reset.body.data.daily.used, reset.body.data.monthly.used], [0, 0]);
  await other.budgets.sync();
  for (const status of [200, 200, 200, 429]) assert.equal((await other.get(one, tenant)).status, status);

  await one_.admin("PUT", path, { monthly: 100 });
  const { body } = await one_.admin("PUT", path, { daily: null });
  assert.equal(body.data.daily.limit, 2);
  assert.equal(body.data.monthly.limit, 100, "a key that is absent stays");
});

Deno.test("a reset takes back the earlier days of the month, and no other month", async () => {
  const gateway = await createSmallGateway({ now: () => new Date("2026-10-30T12:00:00Z") });
  const tenant = newTenant();
  for (const day of ["2026-10-31", "2026-11-01", "2026-11-02"]) {
    gateway.setNow(new Date(`${day}T12:00:00Z`));
    assert.equal((await gateway.get(one, tenant)).status, 200);
  }
  const path = `/v1/admin/tenants/${tenant}/budget`;
  const before = (await gateway.admin("GET", path)).body.data;
  assert.deepEqual([before.daily.used, before.monthly.used], [1, 2]);
  const after = (await gateway.admin("POST", `${path}/reset`)).body.data;
  assert.deepEqual([after.daily.used, after.monthly.used], [0, 0]);
  assert.deepEqual(await storedQueries(tenant), { "2026-10-31": 1, "2026-11-01": 0, "2026-11-02": 0 });
});

Deno.test("an admin reads, changes and resets budgets; others may not", async () => {
  const gateway = await createSmallGateway();
  const tenant = newTenant();
  const path = `/v1/admin/tenants/${tenant}/budget`;
  for (const [method, to] of [["GET", path], ["PUT", path], ["POST", `${path}/reset`]]) {
    const response = await gateway.request(to, tenant, { method, body: method === "PUT" ? "{}" : undefined });
    const { status, body } = { status: response.status, body: await response.json() };
    assert.deepEqual([status, body.type], [403, "/problems/forbidden"], method);
    assert.match(response.headers.get("www-authenticate")!, /insufficient_scope.*scope="admin"/);
  }
  const refused: [body: unknown, parameter: string][] = [
    [{ daily: -1 }, "daily"],
    [{ daily: 1.5 }, "daily"],
    [{ monthly: "5" }, "monthly"],
    [{ perSecond: 0 }, "perSecond"],
    [{ dailyBytes: 1e15 }, "dailyBytes"],
    [{ weekly: 5 }, "weekly"],
    [[], ""],
  ];
  for (const [change, parameter] of refused) {
    const { status, body } = await gateway.admin("PUT", path, change);
    assert.deepEqual([status, body.type, body.parameter], [400, "/problems/invalid-parameter", parameter]);
  }
  const noJson = await read(await gateway.request(path, tenant, { method: "PUT", body: "{" }, "admin"));
  assert.deepEqual([noJson.status, noJson.body.type], [400, "/problems/invalid-request"]);
  const long = await read(
    await gateway.request(path, tenant, { method: "PUT", body: " ".repeat(70_000) }, "admin"),
  );
  assert.equal(long.status, 413);
  assert.equal((await gateway.admin("GET", `/v1/admin/tenants/${"x".repeat(257)}/budget`)).status, 400);
  assert.deepEqual((await gateway.admin("GET", path)).body.data.perSecond, {
    limit: 100_000,
    isDefault: true,
  });
});

Deno.test("a method that budgets do not take is a 405 that names those they do", async () => {
  const gateway = await createSmallGateway();
  const path = "/v1/admin/tenants/acme/budget";
  for (
    const [method, to, allow] of [
      ["POST", "/v1/budget", "GET, HEAD"],
      ["PATCH", path, "GET, HEAD, PUT"],
      ["GET", `${path}/reset`, "POST"],
    ]
  ) {
    const response = await gateway.request(to, "the-operator", { method }, "admin");
    assert.deepEqual([response.status, response.headers.get("allow")], [405, allow], `${method} ${to}`);
    assert.equal((await response.json()).type, "/problems/method-not-allowed");
  }
});

Deno.test("a tenant id of any characters has a budget of its own", async () => {
  const gateway = await createSmallGateway();
  const ids = ["a'b", "a\\b", "a\\'b", "') OR 1=1 --", "{x:String}", "ü\u{1f600}", "a,b", "[1]", "\\N"].map((
    id,
  ) => `${id} ${crypto.randomUUID()}`);
  for (const [i, tenantId] of ids.entries()) {
    for (let n = 0; n <= i; n++) assert.equal(await gateway.budgets.spend(tenantId), "accepted");
  }
  await gateway.budgets.sync();
  const other = await createSmallGateway();
  for (const [i, tenantId] of ids.entries()) {
    const path = `/v1/admin/tenants/${encodeURIComponent(tenantId)}/budget`;
    const { body } = await other.admin("PUT", path, { daily: 1_000 + i });
    assert.deepEqual([body.data.tenantId, body.data.daily.used, body.data.daily.limit], [
      tenantId,
      i + 1,
      1_000 + i,
    ]);
    assert.equal((await other.admin("POST", `${path}/reset`)).body.data.daily.used, 0);
  }
});

Deno.test("a budget of bytes refuses when it is read, and a query counts in wide steps", async () => {
  const gateway = await createSmallGateway({ budgets: { dailyBytes: 20_000_000 } });
  const tenant = newTenant();
  const { headers } = await gateway.get("/v1/test/many?count=5000", tenant);
  const read = (await gateway.get("/v1/budget", tenant)).body.data.dailyBytes.used;
  assert.equal(read, 16_000_000, "40,000 bytes count as the first step");
  assert.match(headers.get("ratelimit-policy")!, /"dailyBytes";q=20000000;qu="bytes-read";w=86400$/);
  // a number of the engine's table has eight bytes: more than 16 million
  await gateway.get("/v1/test/many?count=2000001", tenant);
  const { status, body } = await gateway.get(one, tenant);
  assert.equal(status, 429);
  assert.deepEqual([body.budget, body["violated-policies"], body.used], [
    "dailyBytes",
    ["dailyBytes"],
    80_000_000,
  ]);
});

Deno.test("a burst is refused by a problem of its own, which charges no budget", async () => {
  const gateway = await createSmallGateway({
    now: () => new Date("2026-11-22T12:00:00Z"),
    budgets: { perSecond: 3 },
  });
  const tenant = newTenant();
  for (let i = 0; i < 3; i++) assert.equal((await gateway.get(one, tenant)).status, 200);
  const { status, headers, body } = await gateway.get(one, tenant);
  assert.deepEqual([status, body.type, body.budget, body.limit], [
    429,
    "/problems/too-many-requests",
    "perSecond",
    3,
  ]);
  assert.deepEqual(body["violated-policies"], ["perSecond"]);
  assert.equal(headers.get("retry-after"), "1");
  assert.match(headers.get("ratelimit")!, /"daily";r=9997;.*"perSecond";r=0;t=1$/);
  assert.equal((await gateway.get(one, newTenant())).status, 200, "another tenant is served");
  gateway.setNow(new Date("2026-11-22T12:00:00.400Z"));
  assert.equal((await gateway.get(one, tenant)).status, 200);
  assert.equal((await gateway.get(one, tenant)).status, 429);
  gateway.setNow(new Date("2026-11-22T12:00:09Z"));
  for (const status of [200, 200, 200, 429]) assert.equal((await gateway.get(one, tenant)).status, status);
});

Deno.test("a request that is not valid is not counted", async () => {
  const gateway = await createSmallGateway();
  const tenant = newTenant();
  for (const path of [`${one}?x=1`, "/v1/test/many", "/v1/test/none", `${one}?format=x`]) {
    assert.ok((await gateway.get(path, tenant)).status < 500);
  }
  assert.equal((await gateway.get("/v1/budget", tenant)).body.data.daily.used, 0);
});
