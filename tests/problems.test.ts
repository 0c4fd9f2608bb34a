import assert from "node:assert/strict";
import { createClickHouse, run } from "../src/clickhouse/client.ts";
import { ClickHouseUnreachable } from "../src/clickhouse/exception.ts";
import { problems, type ProblemType } from "../src/problem.ts";
import {
  createGateway,
  engineOptions,
  listen,
  newTenant,
  queryFile,
  read,
  type TestGateway,
  tokenOf,
} from "./gateway.ts";

const clickHouse = createClickHouse(engineOptions());
const dropped = `dropped_${crypto.randomUUID().replaceAll("-", "")}`;
await run(clickHouse, {
  sql: `CREATE TABLE ${dropped} (tenant_id String, contact String) ENGINE = MergeTree ORDER BY tenant_id`,
});

const files = [
  queryFile(
    "faults/parameters",
    `params:
  step: { default: day }
  name: { default: x, minLength: 1, maxLength: 5, pattern: "[a-z]*" }
  zone: { default: UTC, format: timezone }
  since: { default: 2026-01-01, format: date-or-date-time }
  ids: { default: [], maxItems: 3 }`,
    `SELECT
        {limit:UInt8} AS limit,
        {step:Enum('day', 'week')} AS step,
        {name:String} AS name,
        {zone:String} AS zone,
        toTimeZone({now:DateTime64(3, 'UTC')}, {zone:String}) AS local,
        {since:String} AS since,
        {day:Nullable(Date)} AS day,
        {at:Nullable(DateTime64(3, 'UTC'))} AS at,
        {ids:Array(UUID)} AS ids,
        {tenantId:String} AS tenant`,
  ),
  queryFile(
    "faults/refused",
    "params:\n  end: { default: 1 }",
    `SELECT throwIf({end:UInt32} < number + 1, 'end: The end must be behind the start') AS ok
    FROM numbers({start:UInt32}, 1) WHERE {tenantId:String} != ''`,
  ),
  queryFile(
    "faults/slow",
    "timeout: 0.5",
    "SELECT sum(sipHash64(number, {tenantId:String})) AS total FROM numbers(100000000000)",
  ),
  queryFile(
    "faults/large",
    "settings:\n  max_memory_usage: 10000000",
    "SELECT uniqExact(sipHash128(number, {tenantId:String})) AS total FROM numbers(10000000)",
  ),
  queryFile(
    "faults/long",
    "settings:\n  max_rows_to_read: 100",
    "SELECT count() AS total FROM numbers_mt(100000) WHERE toString(number) != {tenantId:String}",
  ),
  queryFile(
    "faults/gone",
    "",
    `SELECT count() AS total FROM ${dropped} WHERE tenant_id = {tenantId:String} AND contact = {contact:String}`,
  ),
  queryFile("faults/two", "returns: object", "SELECT {tenantId:String} AS tenant FROM numbers(2)"),
  queryFile("faults/none", "returns: object", "SELECT {tenantId:String} AS tenant WHERE 0"),
];
const gateway = await createGateway({ files });
await run(clickHouse, { sql: `DROP TABLE ${dropped} SYNC` });

const contact = "alice-in-the-query";
const json = { "content-type": "application/json" };

/** A way to meet each problem: the type, and the request. */
const ways: [ProblemType, path: string, init?: RequestInit & { anonymous?: true }][] = [
  ["invalid-parameter", "/v1/faults/parameters"],
  ["invalid-parameter", "/v1/faults/parameters?limit=1&format=xml"],
  ["invalid-parameter", "/v1/faults/refused?start=7"],
  ["invalid-request", "/v1/faults/parameters", { method: "POST", headers: json, body: '{"limit": 1' }],
  ["invalid-request", "/v1/faults/parameters", { method: "POST", headers: json, body: "[1]" }],
  ["invalid-request", "/v1/faults/parameters", { method: "POST", headers: json, body: "null" }],
  ["invalid-request", "/v1/faults/parameters", { method: "POST", headers: json, body: new Uint8Array([123, 255]) }],
  ["invalid-request", "/v1/events/outreach", { method: "POST", body: "{}", headers: { "idempotency-key": "a b" } }],
  ["unauthenticated", "/v1/faults/parameters", { anonymous: true }],
  ["unauthenticated", "/v1/events/outreach", { anonymous: true, method: "POST" }],
  ["not-found", "/no/such/path", { anonymous: true }],
  ["not-found", "/docs/no-such-file", { anonymous: true }],
  ["not-found", "/problems/no-such-problem", { anonymous: true }],
  ["not-found", "/v1/faults/no-such-query"],
  ["not-found", "/v1"],
  ["not-found", "/v1/events/no-such-stream", { method: "POST", body: "{}" }],
  ["not-found", "/v1/faults/none"],
  ["method-not-allowed", "/v1/faults/none", { method: "DELETE" }],
  ["method-not-allowed", "/v1/faults/none", { method: "PUT", body: "{}" }],
  ["method-not-allowed", "/v1/events/outreach"],
  ["not-acceptable", "/v1/faults/none", { headers: { accept: "image/png" } }],
  ["body-too-large", "/v1/faults/none", { method: "POST", headers: json, body: " ".repeat(1_048_577) }],
  ["unsupported-media-type", "/v1/faults/none", { method: "POST", body: "limit=1" }],
  ["unsupported-media-type", "/v1/events/outreach", { method: "POST", body: "{}", headers: { "content-encoding": "br" } }],
  ["nothing-accepted", "/v1/events/outreach", { method: "POST", body: "{}" }],
  ["query-too-large", "/v1/faults/large"],
  ["query-too-large", "/v1/faults/long"],
  ["broken-query", "/v1/faults/two"],
  ["broken-query", `/v1/faults/gone?contact=${contact}`],
  ["timeout", "/v1/faults/slow"],
];

for (const [type, path, { anonymous, ...init } = {}] of ways) {
  Deno.test(`${init.method ?? "GET"} ${path} is the problem ${type}, in the form of RFC 9457`, async () => {
    const response = await gateway.fetch(path, anonymous ? undefined : newTenant("secretive"), init);
    await assertProblem(response, type);
  });
}

/** Checks the whole problem document: what it must say, and what it must not. */
async function assertProblem(response: Response, type: ProblemType) {
  const text = await response.text();
  const [status, title] = problems[type];
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  const problem = JSON.parse(text);
  assert.deepEqual(
    { type: problem.type, title: problem.title, status: problem.status },
    { type: `/problems/${type}`, title, status },
  );
  assert.equal(problem.instance, `urn:uuid:${response.headers.get("x-request-id")}`);
  for (const [name, value] of Object.entries(problem)) {
    if (["title", "type", "instance", "detail", "parameter"].includes(name)) assert.equal(typeof value, "string");
  }
  const hidden: Record<string, RegExp> = {
    "a stack trace": /\bat .*\.ts|\.ts:\d|\bnode_modules\b/,
    "SQL": /\bSELECT\b|\bFROM\b|\bWHERE\b|DB::Exception|sipHash|_landing|outreach_events/,
    "a name of the engine": /127\.0\.0\.1|localhost|ClickHouse|\bCode:/i,
    "a token": /eyJ/,
    "a file": /\.sql\b/,
    "a tenant": /secretive/,
  };
  for (const [what, pattern] of Object.entries(hidden)) assert.doesNotMatch(text, pattern, what);
  return problem;
}

Deno.test("ClickHouse that is not reached is unavailable, and that is temporary", async () => {
  const down = await createGateway({ files });
  const other = await createGateway({
    files: [],
    clickHouse: (statement) => createClickHouse({ ...engineOptions(), ...downNow })(statement),
  });
  void down;
  downNow.url = "http://127.0.0.1:1";
  for (const [path, init] of [["/v1/events/outreach", { method: "POST", body: "{}" }]] as const) {
    const response = await other.fetch(path, newTenant(), init);
    assert.equal(response.headers.get("retry-after"), "1");
    await assertProblem(response, "unavailable");
  }
});
const downNow: { url?: string } = {};
