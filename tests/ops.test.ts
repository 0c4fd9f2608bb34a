import assert from "node:assert/strict";
import { createGateway, newTenant } from "./gateway.ts";

Deno.test("an admin sees the requests of all tenants by query, and nobody else does", async () => {
  const gateway = await createGateway();
  const [one, two] = [newTenant("one"), newTenant("two")];
  await gateway.query("outreach/traffic", one);
  await gateway.query("outreach/traffic", one, { timeRange: "8d" });
  await gateway.query("outreach/rejected", one);
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
  assert.deepEqual(counts.toSorted(), [["outreach/rejected", 1, 1, 0], ["outreach/traffic", 1, 2, 1]]);

  const all = await gateway.query("ops/queries", two, {}, "admin");
  const traffic = all.body.data.find(({ query }: { query: string }) => query === "outreach/traffic");
  assert.ok(traffic.tenants >= 2);

  const refused = await gateway.query("ops/queries", one, { tenant: one }, "query");
  assert.equal(refused.status, 403);
});
