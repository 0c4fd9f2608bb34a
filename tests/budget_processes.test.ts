import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { engineOptions, newTenant } from "./gateway.ts";
import { ask, type GatewayProcess, startGatewayProcess } from "./gateway_process.ts";
import { waitFor } from "./program.ts";

// Gateways as processes of their own, over the tests' engine.

/** The cheapest query of the repository. */
const path = "/v1/rejected?pageSize=1";

async function usedOf(gateway: GatewayProcess, tenant: string): Promise<number> {
  return (await (await ask(gateway, "/v1/budget", tenant)).json()).data.daily.used;
}

Deno.test("two processes accept exactly the budget of 1,000 of 2,000 requests", async () => {
  const tenant = newTenant();
  const start = () => startGatewayProcess({ BUDGET_DAILY_QUERIES: "1000" });
  await using first = await start();
  await using second = await start();
  const counts: Record<number, number> = {};
  await Promise.all([first, second].flatMap((gateway) =>
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 125; i++) {
        const response = await ask(gateway, path, tenant);
        const { type } = await response.json();
        // what remains is held by the other gateway: as the answer says, the client tries again
        if (type === "/problems/too-many-requests") i--;
        else counts[response.status] = (counts[response.status] ?? 0) + 1;
      }
    })
  ));
  assert.deepEqual(counts, { 200: 1_000, 429: 1_000 });
});

Deno.test("a process that is killed loses what it counted since it last wrote at most, and it writes by itself", async () => {
  const tenant = newTenant();
  await using killed = await startGatewayProcess();
  const askTimes = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const response = await ask(killed, path, tenant);
      await response.body?.cancel();
      assert.equal(response.status, 200);
    }
  };
  await askTimes(20);
  await waitFor("all of them are written", async () => await writtenOf(tenant) === 20);
  await askTimes(20);
  const written = await writtenOf(tenant);
  killed.program.signalGroup("SIGKILL");
  await using next = await startGatewayProcess();
  const used = await usedOf(next, tenant);
  assert.ok(used >= Math.max(20, written) && used <= 40, `${used}, of which ${written} were written`);
});

/** Queries of a tenant that the database knows of. */
async function writtenOf(tenant: string): Promise<number> {
  const [{ queries }] = await readRows<{ queries: number }>(createClickHouse(engineOptions()), {
    sql: "SELECT sum(queries) AS queries FROM tenant_usage FINAL WHERE tenant_id = {tenant:String}",
    parameters: { tenant },
  });
  return queries;
}

Deno.test("a process that stops has written all that it counted, and its audit", async () => {
  const tenant = newTenant();
  await using stopping = await startGatewayProcess();
  for (let i = 0; i < 5; i++) await (await ask(stopping, path, tenant)).body?.cancel();
  stopping.program.signalGroup("SIGTERM");
  assert.equal(await stopping.program.end(), 0);
  await using next = await startGatewayProcess();
  assert.equal(await usedOf(next, tenant), 5);
  const [{ rows }] = await readRows<{ rows: number }>(createClickHouse(engineOptions()), {
    sql: "SELECT count() AS rows FROM gateway_requests WHERE tenant_id = {tenant:String} AND query != ''",
    parameters: { tenant },
  });
  assert.equal(rows, 5);
});
