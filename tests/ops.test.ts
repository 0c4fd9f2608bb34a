import assert from "node:assert/strict";
import { createGateway, newTenant } from "./gateway.ts";

Deno.test("an admin sees the requests of all tenants by query, and nobody else does", async () => {
  const gateway = await createGateway();
  const [one, two] = [newTenant("one"), newTenant("two")];
  await gateway.query("outreach/traffic", one);
  await gateway.query("outreach/traffic", one, { timeRange: "8d" });
  await gateway.query("rejected", one);
  await gateway.query("outreach/traffic", two);
  await gateway.audit.flush();

  const { status, body } = await gateway.query("ops/queries", two, { tenant: one }, "admin");
  assert.equal(status, 200, JSON.stringify(body));
  const counts = body.data.map(({ query, tenants, requests, errors }: Record<string, unknown>) => [
    query,
    tenants,
    requests,
    errors,
  ]);
  assert.deepEqual(counts.toSorted(), [["outreach/traffic", 1, 2, 1], ["rejected/list", 1, 1, 0]]);

  const all = await gateway.query("ops/queries", two, {}, "admin");
  const traffic = all.body.data.find(({ query }: { query: string }) => query === "outreach/traffic");
  assert.ok(traffic.tenants >= 2);

  const refused = await gateway.query("ops/queries", one, { tenant: one }, "query");
  assert.equal(refused.status, 403);
});

Deno.test("the hit rate is of answers: a request that failed counts as no miss", async () => {
  const gateway = await createGateway({ cacheBytes: 1_000_000 });
  const tenant = newTenant();
  const ask = async (parameters: Record<string, string>) =>
    (await gateway.query("outreach/traffic", tenant, parameters)).status;
  const range = { startDate: "2026-01-01", endDate: "2026-01-02" };
  assert.deepEqual([await ask(range), await ask(range)], [200, 200]);
  // the query itself refuses it
  assert.equal(await ask({ startDate: "2026-01-02", endDate: "2026-01-01" }), 400);
  await gateway.audit.flush();
  const { body } = await gateway.query("ops/queries", tenant, { tenant }, "admin");
  const [{ requests, errors, hitRate }] = body.data;
  assert.deepEqual([requests, errors, hitRate], [3, 1, 50]);
});
