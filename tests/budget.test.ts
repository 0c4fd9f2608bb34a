import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { escapeString } from "../src/clickhouse/string_literal.ts";
import { engineOptions, newTenant } from "./gateway.ts";
import { breakable, createPlugged } from "./plugged.ts";

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

Deno.test("every answer to an authenticated tenant says what its budgets are and what remains", async () => {
  const gateway = await createPlugged({ now: new Date("2026-11-22T23:00:00Z"), defaults: { perSecond: 50 } });
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
  const gateway = await createPlugged({ now: new Date("2026-11-22T12:00:00Z"), defaults: { daily: 2 } });
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

Deno.test("the day and the month begin anew at midnight UTC, and counts stay with their day", async () => {
  const gateway = await createPlugged({
    now: new Date("2026-11-29T23:59:59Z"),
    defaults: { daily: 2, monthly: 5 },
  });
  const tenant = newTenant();
  const spend = async () => (await gateway.get(one, tenant)).status;
  assert.deepEqual([await spend(), await spend(), await spend()], [200, 200, 429]);
  gateway.setNow("2026-11-30T00:00:00Z");
  assert.deepEqual([await spend(), await spend(), await spend()], [200, 200, 429]);
  gateway.setNow("2026-12-01T00:00:00Z");
  assert.deepEqual([await spend(), await spend()], [200, 200]);
  gateway.setNow("2026-12-02T00:00:00Z");
  assert.deepEqual([await spend(), await spend()], [200, 200]);
  gateway.setNow("2026-12-03T00:00:00Z");
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
  const gateway = await createPlugged({ now: new Date("2026-11-22T23:59:59.999Z") });
  const tenant = newTenant();
  for (
    const now of [
      "2026-11-22T23:59:59.999Z",
      "2026-11-23T00:00:00Z",
      "2026-11-22T23:59:59.990Z",
      "2026-11-23T00:00:01Z",
    ]
  ) {
    gateway.setNow(now);
    assert.equal((await gateway.get(one, tenant)).status, 200);
  }
  await gateway.budgets.sync();
  assert.deepEqual(await storedQueries(tenant), { "2026-11-22": 2, "2026-11-23": 2 });
  assert.equal((await gateway.get("/v1/budget", tenant)).body.data.monthly.used, 4);
});

Deno.test("two gateways that share a budget of 1,000 accept exactly 1,000 of 2,000 requests", async () => {
  const gateways = await Promise.all([1, 2].map(() => createPlugged({ defaults: { daily: 1_000 } })));
  const tenant = newTenant();
  for (const { budgets } of gateways) budgets.start();
  const outcomes = await Promise.all(
    gateways.flatMap((gateway) => Array.from({ length: 1_000 }, () => gateway.budgets.spend(tenant))),
  );
  assert.equal(outcomes.filter((outcome) => outcome === "accepted").length, 1_000);
  for (const outcome of outcomes) assert.ok(outcome === "accepted" || outcome.isSpent);
  for (const { budgets } of gateways) await budgets.stop();
  assert.equal(Object.values(await storedQueries(tenant))[0], 1_000);
});
