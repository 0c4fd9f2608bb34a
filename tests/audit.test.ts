import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { escapeString } from "../src/clickhouse/string_literal.ts";
import { engineOptions, newTenant } from "./gateway.ts";
import { breakable, createSmallGateway } from "./small_gateway.ts";
import { waitFor } from "./program.ts";

const engine = createClickHouse(engineOptions());

/** The rows of the tenant, oldest first, and of requests without one when it is empty. */
function rowsOf(tenantId: string, requestId?: string) {
  // deno-lint-ignore no-explicit-any -- a test knows the columns
  return readRows<any>(engine, {
    sql: `SELECT * FROM gateway_requests WHERE tenant_id = {tenantId:String}
      AND (request_id = {requestId:Nullable(UUID)} OR {requestId:Nullable(UUID)} IS NULL) ORDER BY at, path`,
    parameters: { tenantId: escapeString(tenantId), requestId: requestId ?? "\\N" },
  });
}

Deno.test("each request leaves a row that says who asked what and what came of it", async () => {
  const gateway = await createSmallGateway({
    now: () => new Date("2026-11-22T12:00:00.123Z"),
    budgets: { daily: 3 },
  });
  const tenant = newTenant();
  const ids: Record<string, string> = {};
  const sizes: Record<string, number> = {};
  const ask = async (path: string, tenantId?: string) => {
    const response = await gateway.request(path, tenantId);
    ids[path] = response.headers.get("x-request-id")!;
    sizes[path] = (await response.bytes()).length;
    return response.status;
  };
  const [ok, again, bad, none, csv, spent, anonymous] = [
    "/v1/test/many?count=3",
    "/v1/test/many?count=4",
    "/v1/test/one?x=secret",
    "/v1/test/none",
    "/v1/test/many?count=100000&format=csv",
    "/v1/test/one",
    "/v1/test/one?format=csv",
  ];
  assert.equal(await ask(ok, tenant), 200);
  assert.equal(await ask(again, tenant), 200);
  assert.equal(await ask(bad, tenant), 400);
  assert.equal(await ask(none, tenant), 404);
  assert.equal(await ask(csv, tenant), 200);
  assert.equal(await ask(spent, tenant), 429);
  assert.equal(await ask(anonymous), 401);
  assert.equal(await gateway.audit.flush(), true);

  const rows = await rowsOf(tenant);
  assert.equal(rows.length, 6);
  const row = (path: string) => rows.find((each) => each.request_id === ids[path]);
  const { duration_ms, clickhouse_ms, parameters_hash, instance, ...rest } = row(ok);
  assert.deepEqual(rest, {
    at: "2026-11-22 12:00:00.123",
    request_id: ids[ok],
    tenant_id: tenant,
    subject: "user-1",
    method: "GET",
    path: "/v1/test/many",
    query: "test/many",
    status: 200,
    problem: "",
    cache: "",
    rows_read: 3,
    bytes_read: 24,
    bytes_sent: sizes[ok],
  });
  assert.ok(clickhouse_ms > 0 && duration_ms >= clickhouse_ms);
  assert.match(instance, /^[0-9a-f-]{36}$/);
  assert.notEqual(parameters_hash, row(again).parameters_hash);
  const short = (path: string) => {
    const { status, problem, query, bytes_sent } = row(path);
    return [status, problem, query, bytes_sent];
  };
  assert.deepEqual(short(bad), [400, "invalid-parameter", "test/one", sizes[bad]]);
  assert.equal(row(bad).path, "/v1/test/one", "no query string, which may hold secrets");
  assert.deepEqual(short(none), [404, "not-found", "", sizes[none]]);
  assert.deepEqual(short(csv), [200, "", "test/many", sizes[csv]]);
  assert.ok(sizes[csv] > 500_000);
  assert.deepEqual(short(spent), [429, "budget-spent", "test/one", sizes[spent]]);
  const [refused] = await rowsOf("", ids[anonymous]);
  assert.deepEqual([refused.status, refused.problem, refused.subject], [401, "unauthenticated", ""]);
});

Deno.test("an export that its client leaves is a row with the bytes that went out", async () => {
  const gateway = await createSmallGateway();
  const tenant = newTenant();
  const response = await gateway.request("/v1/test/many?count=50000000&format=ndjson", tenant);
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  assert.equal(gateway.audit.stats().waiting, 0, "the request is not over");
  await reader.cancel();
  assert.equal(await gateway.audit.flush(), true);
  const [row] = await rowsOf(tenant);
  assert.deepEqual([row.status, row.bytes_sent], [200, value!.length]);
});

Deno.test("a request for the head alone is a row without bytes", async () => {
  const gateway = await createSmallGateway();
  const tenant = newTenant();
  await gateway.request("/v1/test/one", tenant, { method: "HEAD" });
  await gateway.audit.flush();
  const [row] = await rowsOf(tenant);
  assert.deepEqual([row.method, row.status, row.bytes_sent], ["HEAD", 200, 0]);
});

Deno.test("text of any characters and length is kept as it came", async () => {
  const gateway = await createSmallGateway();
  const tenant = `${newTenant()} ü😀'\\ ${"x".repeat(180)}`;
  const path = `/v1/${"ä".repeat(300)}`;
  await (await gateway.request(path, tenant)).body?.cancel();
  await gateway.audit.flush();
  const [row] = await rowsOf(tenant);
  assert.equal(row.tenant_id, tenant);
  assert.ok(decodeURI(row.path).startsWith(`/v1/${"ä".repeat(20)}`));
});

Deno.test("rows wait while ClickHouse is away, up to a limit; those beyond are counted", async () => {
  const { state, through } = breakable();
  const gateway = await createSmallGateway({ through, maxAuditRows: 5 });
  const tenant = newTenant();
  state.mode = "away";
  for (let i = 0; i < 4; i++) assert.equal((await gateway.get("/v1/test/none", tenant)).status, 404);
  assert.equal(await gateway.audit.flush(), false);
  for (let i = 0; i < 4; i++) assert.equal((await gateway.get("/v1/test/none", tenant)).status, 404);
  assert.deepEqual(gateway.audit.stats(), { waiting: 5, written: 0, dropped: 3, isFailing: true });
  state.mode = "whole";
  assert.equal(await gateway.audit.flush(), true);
  assert.deepEqual(gateway.audit.stats(), { waiting: 0, written: 5, dropped: 3, isFailing: false });
  assert.equal((await rowsOf(tenant)).length, 5);
  const messages = gateway.log.map(({ message }) => message).filter((message) => /audit/.test(message));
  assert.deepEqual(messages, ["The audit cannot be written; rows wait", "The audit is written again"]);
});

Deno.test("a batch whose answer is lost is written once", async () => {
  const { state, through } = breakable();
  const gateway = await createSmallGateway({ through });
  const tenant = newTenant();
  await gateway.get("/v1/test/none", tenant);
  await gateway.get("/v1/test/none", tenant);
  state.mode = "answers lost";
  assert.equal(await gateway.audit.flush(), false);
  await gateway.get("/v1/test/none", tenant);
  state.mode = "whole";
  assert.equal(await gateway.audit.flush(), true);
  assert.equal((await rowsOf(tenant)).length, 3);
});

Deno.test("many rows are written at once, before the second is over", async () => {
  const gateway = await createSmallGateway({ auditFlushRows: 1_000 });
  const tenant = newTenant();
  for (let i = 0; i < 1_000; i++) await (await gateway.request("/v1/test/none", tenant)).body?.cancel();
  // nobody flushes
  await waitFor("they are written", () => gateway.audit.stats().waiting === 0);
  assert.deepEqual(gateway.audit.stats(), { waiting: 0, written: 1_000, dropped: 0, isFailing: false });
  assert.equal((await rowsOf(tenant)).length, 1_000);
});

Deno.test("stop writes the rows that wait", async () => {
  const gateway = await createSmallGateway();
  const tenant = newTenant();
  gateway.audit.start();
  await gateway.get("/v1/test/none", tenant);
  await gateway.audit.stop();
  assert.equal((await rowsOf(tenant)).length, 1);
});

const usageFile = {
  path: "sql/ops/usage.sql",
  text: await Deno.readTextFile(new URL("../sql/ops/usage.sql", import.meta.url)),
};

Deno.test("GET /v1/ops/usage sums a tenant's own requests by day and query", async () => {
  const gateway = await createSmallGateway({
    now: () => new Date("2026-11-22T12:00:00Z"),
    files: [usageFile],
  });
  const [tenant, other] = [newTenant(), newTenant()];
  const insert = (tenantId: string, at: string, query: string, count: number, more: string) =>
    run(engine, {
      sql: `INSERT INTO gateway_requests
        (at, request_id, tenant_id, query, status, duration_ms, rows_read, bytes_read, bytes_sent)
        SELECT {at:DateTime64(3, 'UTC')}, generateUUIDv4(), {tenantId:String}, {query:String}, ${more}
        FROM numbers({count:UInt32})`,
      parameters: { tenantId, at, query, count: String(count) },
    });
  await insert(tenant, "2026-11-22 00:00:00.000", "a/b", 90, "200, 10, 5, 40, 100");
  await insert(tenant, "2026-11-22 11:59:59.999", "a/b", 10, "200, 500, 1000001, 16000000, 100");
  await insert(tenant, "2026-11-22 11:00:00.000", "a/c", 3, "429, 1, 0, 0, 200");
  await insert(tenant, "2026-11-21 23:59:59.999", "a/c", 2, "500, 2, 7, 8, 9");
  await insert(tenant, "2026-10-24 00:00:00.000", "a/b", 1, "200, 1, 1, 1, 1");
  await insert(tenant, "2026-10-23 23:59:59.999", "a/b", 1, "200, 1, 1, 1, 1");
  await insert(other, "2026-11-22 11:00:00.000", "a/b", 1, "200, 1, 1, 1, 1");

  const { body } = await gateway.get("/v1/ops/usage", tenant);
  assert.deepEqual(body.data[0], {
    day: "2026-11-22",
    query: "a/b",
    requests: 100,
    errors: 0,
    spent: 0,
    p50Ms: 10,
    p95Ms: 500,
    p99Ms: 500,
    // 90 of a million and 10 of four million, each rounded up; 100 of 16 MB
    rowsRead: 130_000_000,
    bytesRead: 1_600_000_000,
    bytesSent: 10_000,
  });
  // deno-lint-ignore no-explicit-any -- rows of the answer
  const brief = (data: any[]) =>
    data.map(({ day, query, requests, errors, spent }) => [day, query, requests, errors, spent]);
  assert.deepEqual(brief(body.data), [
    ["2026-11-22", "a/b", 100, 0, 0],
    ["2026-11-22", "a/c", 3, 3, 3],
    ["2026-11-21", "a/c", 2, 2, 0],
    ["2026-10-24", "a/b", 1, 0, 0],
  ]);
  const narrow = await gateway.get("/v1/ops/usage?startDate=2026-10-01&endDate=2026-10-31&query=a/b", tenant);
  assert.deepEqual(brief(narrow.body.data), [["2026-10-24", "a/b", 1, 0, 0], ["2026-10-23", "a/b", 1, 0, 0]]);
});
