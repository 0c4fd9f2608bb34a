import assert from "node:assert/strict";
import { signToken } from "../src/auth/token.ts";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { engineOptions, newTenant, secret } from "./gateway.ts";
import { type Program, startProgram, waitFor } from "./program.ts";

// Gateways as processes of their own, over the tests' engine.

interface Process {
  program: Program;
  get(path: string): Promise<Response>;
}

async function startProcess(tenantId: string, more: Record<string, string>): Promise<Process> {
  const { url, user, password, database } = engineOptions();
  const program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    BUDGET_REQUESTS_PER_SECOND: "1000000",
    ...more,
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  const token = await signToken(secret, { tenantId, scope: "query", expires: "1h" });
  const headers = { authorization: `Bearer ${token}` };
  return { program, get: (path) => fetch(address + path, { headers }) };
}

/** The cheapest query of the repository. */
const path = "/v1/rejected?pageSize=1";

async function usedOf(process: Process): Promise<number> {
  return (await (await process.get("/v1/budget")).json()).data.daily.used;
}

Deno.test("two processes accept exactly the budget of 1,000 of 2,000 requests", async () => {
  const tenant = newTenant();
  const processes = await Promise.all(
    [1, 2].map(() => startProcess(tenant, { BUDGET_DAILY_QUERIES: "1000" })),
  );
  await using _first = processes[0].program;
  await using _second = processes[1].program;
  const counts: Record<number, number> = {};
  await Promise.all(processes.flatMap((process) =>
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 125; i++) {
        const response = await process.get(path);
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
  const killed = await startProcess(tenant, {});
  await using program = killed.program;
  const ask = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const response = await killed.get(path);
      await response.body?.cancel();
      assert.equal(response.status, 200);
    }
  };
  await ask(20);
  await waitFor("all of them are written", async () => await writtenOf(tenant) === 20);
  await ask(20);
  const written = await writtenOf(tenant);
  program.signalGroup("SIGKILL");
  const next = await startProcess(tenant, {});
  await using _next = next.program;
  const used = await usedOf(next);
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
  const stopping = await startProcess(tenant, {});
  await using program = stopping.program;
  for (let i = 0; i < 5; i++) await (await stopping.get(path)).body?.cancel();
  program.signalGroup("SIGTERM");
  assert.equal(await program.end(), 0);
  const next = await startProcess(tenant, {});
  await using _next = next.program;
  assert.equal(await usedOf(next), 5);
  const [{ rows }] = await readRows<{ rows: number }>(createClickHouse(engineOptions()), {
    sql: "SELECT count() AS rows FROM gateway_requests WHERE tenant_id = {tenant:String} AND query != ''",
    parameters: { tenant },
  });
  assert.equal(rows, 5);
});
