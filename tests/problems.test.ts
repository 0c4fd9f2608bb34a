import assert from "node:assert/strict";
import { createClickHouse, run } from "../src/clickhouse/client.ts";
import { problems, type ProblemType } from "../src/base/problem.ts";
import { createGateway, engineOptions, newTenant, queryFile, read } from "./gateway.ts";
import { waitFor } from "./program.ts";

const clickHouse = createClickHouse(engineOptions());
const dropped = `trial_${crypto.randomUUID().replaceAll("-", "")}`;
await run(clickHouse, {
  sql: `CREATE TABLE ${dropped} (tenant_id String, contact String) ENGINE = MergeTree ORDER BY tenant_id`,
});

const files = [
  queryFile(
    "faults/parameters",
    "params:\n  name: { default: x, maxLength: 5 }",
    "SELECT {limit:UInt8} AS limit, {name:String} AS name, {tenantId:String} AS tenant",
  ),
  queryFile(
    "faults/refused",
    "params:\n  end: { default: 1 }",
    `SELECT throwIf({end:UInt32} < number + 1, 'end: The end must be after the start') AS ok
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
    "settings:\n  max_rows_to_read: 1000000",
    "SELECT count() AS total FROM numbers_mt(5000000) WHERE toString(number) != {tenantId:String}",
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
const working = files.filter(({ path }) => path !== "sql/faults/gone.sql");
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
  ["invalid-request", "/v1/faults/parameters", {
    method: "POST",
    headers: json,
    body: new Uint8Array([123, 255]),
  }],
  ["invalid-request", "/v1/events/outreach", {
    method: "POST",
    body: "{}",
    headers: { "idempotency-key": "a b" },
  }],
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
  ["precondition-failed", "/v1/events/outreach", {
    method: "POST",
    body: "{}",
    headers: { "if-match": '"x"' },
  }],
  ["body-too-large", "/v1/faults/none", { method: "POST", headers: json, body: " ".repeat(1_048_577) }],
  ["unsupported-media-type", "/v1/faults/none", { method: "POST", body: "limit=1" }],
  ["unsupported-media-type", "/v1/events/outreach", {
    method: "POST",
    body: "{}",
    headers: { "content-encoding": "br" },
  }],
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
    if (["title", "type", "instance", "detail", "parameter"].includes(name)) {
      assert.equal(typeof value, "string");
    }
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

const real = createClickHouse(engineOptions());
/** A client of an engine that is not there. */
const dead = createClickHouse({ ...engineOptions(), url: "http://127.0.0.1:1" });

Deno.test("ClickHouse that is not reached is unavailable for the moment, and served again when it is back", async () => {
  let isDown = false;
  const gateway = await createGateway({
    files: working,
    through: (statement, ask) => (isDown ? dead : ask)(statement),
  });
  const ways: [string, RequestInit][] = [["/v1/faults/parameters?limit=1", {}], ["/v1/events/outreach", {
    method: "POST",
    body: "{}",
  }]];
  isDown = true;
  for (const [path, init] of ways) {
    const response = await gateway.fetch(path, newTenant("secretive"), init);
    assert.equal(response.headers.get("retry-after"), "1");
    await assertProblem(response, "unavailable");
  }
  assert.equal((await gateway.fetch("/health/ready")).status, 503);
  assert.equal((await gateway.fetch("/health/live")).status, 200);
  isDown = false;
  assert.equal((await gateway.query("faults/parameters", newTenant(), { limit: 1 })).status, 200);
  assert.equal((await gateway.fetch("/health/ready")).status, 200);
});

Deno.test("An engine that takes no more queries is overloaded, which may be tried again", async () => {
  let isLoaded = false;
  const gateway = await createGateway({
    files: working,
    // the engine's own setting: how many queries a user may run at a time; the slow one is not held to it
    through: (statement, ask) => {
      const isHeld = isLoaded && statement.parameters !== undefined && "limit" in statement.parameters;
      if (!isLoaded || statement.settings?.log_comment === undefined) return ask(statement);
      // only the owner may say it
      const settings = { ...statement.settings, ...(isHeld && { max_concurrent_queries_for_user: 1 }) };
      return real({ ...statement, settings });
    },
  });
  isLoaded = true;
  let slow: Promise<unknown> | undefined;
  const response = await waitFor("there is an answer", async () => {
    slow ??= gateway.query("faults/slow", newTenant()).finally(() => slow = undefined);
    const response = await gateway.fetch("/v1/faults/parameters?limit=1", newTenant("secretive"));
    if (response.status === 503) return response;
    await response.body?.cancel();
  });
  assert.equal(response.headers.get("retry-after"), "1");
  await assertProblem(response, "overloaded");
  await slow;
});

Deno.test("A fault of our own is internal: its cause is in the log with the request's id, and not in the answer", async () => {
  let isStill = false;
  const gateway = await createGateway({
    files: working,
    now: () => {
      if (isStill) throw new Error("the clock stands still");
      return new Date();
    },
  });
  isStill = true;
  const response = await gateway.fetch("/v1/faults/parameters?limit=1", newTenant("secretive"));
  const id = response.headers.get("x-request-id");
  const problem = await assertProblem(response, "internal");
  assert.ok(!JSON.stringify(problem).includes("clock"));
  const entry = gateway.log.find((entry) => entry.requestId === id && entry.cause);
  assert.equal(entry?.cause, "Error: the clock stands still");
});

Deno.test("A query refuses its parameters with throwIf(): 400 with the parameter and the analyst's sentence", async () => {
  const { status, body } = await gateway.query("faults/refused", newTenant(), { start: 7 });
  assert.deepEqual([status, body.parameter, body.detail], [
    400,
    "end",
    "end: The end must be after the start",
  ]);
  assert.equal((await gateway.query("faults/refused", newTenant(), { start: 0, end: 5 })).status, 200);
});

Deno.test("A query, a stream and a method that are not there name what is near", async () => {
  const unknown = await gateway.query("faults/paramters", newTenant());
  assert.match(
    unknown.body.detail,
    /^There is no query "faults\/paramters"; did you mean "faults\/parameters"\?$/,
  );
  const far = await gateway.query("weather/tomorrow", newTenant());
  assert.equal(far.body.detail, 'There is no query "weather/tomorrow"');
  const stream = await read(
    await gateway.fetch("/v1/events/outreech", newTenant(), { method: "POST", body: "{}" }),
  );
  assert.equal(stream.body.detail, 'There is no stream "outreech"; did you mean "outreach"?');
  for (const method of ["DELETE", "PUT", "PATCH"]) {
    const query = await gateway.fetch("/v1/faults/parameters", newTenant(), { method });
    assert.deepEqual([query.status, query.headers.get("allow")], [405, "GET, HEAD, POST"]);
    const events = await gateway.fetch("/v1/events/outreach", newTenant(), { method });
    assert.deepEqual([events.status, events.headers.get("allow")], [405, "POST"]);
  }
});

Deno.test("What is only read is not there for other methods, which are told those it takes", async () => {
  const health = ["", "/live", "/ready", "/cache", "/dependencies"].map((path) => `/health${path}`);
  const docs = ["/", "/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json", "/openapi.yaml"];
  for (const path of [...health, ...docs, "/metrics", "/problems/not-found"]) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const response = await gateway.fetch(path, undefined, { method });
      assert.equal(response.headers.get("allow"), "GET, HEAD", `${method} ${path}`);
      await assertProblem(response, "method-not-allowed");
    }
    const read = await gateway.fetch(path);
    await read.body?.cancel();
    assert.ok([200, 302].includes(read.status), path);
  }
  for (const path of ["/health/no", "/docs/no.css", "/problems/no", "/openapi.xml"]) {
    await assertProblem(await gateway.fetch(path, undefined, { method: "POST" }), "not-found");
  }
});

Deno.test("A query that is too large tells the limit that it met", async () => {
  const memory = await gateway.query("faults/large", newTenant());
  assert.equal(memory.body.detail, "It may use 9.54 MiB of memory");
  const rows = await gateway.query("faults/long", newTenant());
  assert.equal(rows.body.detail, "It may read 1 million rows");
});

Deno.test("The log of a broken query names the file and the cause, and no parameter", async () => {
  const logged = gateway.log.length;
  const tenant = newTenant();
  const { headers } = await gateway.query("faults/gone", tenant, { contact });
  const entries = gateway.log.slice(logged).filter((entry) =>
    entry.requestId === headers.get("x-request-id")
  );
  assert.deepEqual(entries.map((entry) => entry.level), ["error", "error"]);
  assert.equal(entries[0].file, "sql/faults/gone.sql");
  assert.match(String(entries[0].cause), /^ClickHouseError: Code 60: Unknown table/);
  assert.ok(!JSON.stringify(entries).includes(contact), JSON.stringify(entries));
});

Deno.test("The log has a line for each request, with who and what, and without token, parameter or body", async () => {
  const tenant = newTenant();
  const logged = gateway.log.length;
  const secretText = "a-secret-of-the-caller";
  await gateway.fetch(`/v1/faults/parameters?limit=1&name=${secretText}`, tenant);
  await gateway.fetch("/v1/faults/parameters", tenant, {
    method: "POST",
    headers: json,
    body: `{"name":"${secretText}"}`,
  });
  await gateway.fetch("/v1/events/outreach", tenant, { method: "POST", body: secretText });
  const entries = gateway.log.slice(logged).filter((entry) => entry.tenantId === tenant);
  assert.deepEqual(
    entries.map((
      { message, level, method, path, query, status },
    ) => [message, level, method, path, query, status]),
    [
      ["request", "info", "GET", "/v1/faults/parameters", "faults/parameters", 400],
      ["request", "info", "POST", "/v1/faults/parameters", "faults/parameters", 400],
      ["request", "info", "POST", "/v1/events/outreach", undefined, 422],
    ],
  );
  const text = JSON.stringify(gateway.log.slice(logged));
  assert.ok(!text.includes(secretText) && !text.includes("eyJ"), text);
});

Deno.test("The request's id is ours whatever the caller sends; theirs is only for correlation", async () => {
  const tenant = newTenant();
  const ids = new Set<string>();
  for (const name of ["x-request-id", "x-correlation-id"]) {
    const response = await gateway.fetch("/v1/faults/none", tenant, { headers: { [name]: "order-17/a" } });
    await response.body?.cancel();
    const id = response.headers.get("x-request-id")!;
    assert.match(id, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.equal(response.headers.get("x-correlation-id"), "order-17/a");
    assert.equal(gateway.log.find((entry) => entry.requestId === id)?.correlationId, "order-17/a");
    ids.add(id);
  }
  assert.equal(ids.size, 2);
  for (const bad of ["x".repeat(129), "a b", "<script>"]) {
    const response = await gateway.fetch("/health/live", undefined, { headers: { "x-correlation-id": bad } });
    await response.body?.cancel();
    assert.equal(response.headers.get("x-correlation-id"), null);
  }
});

Deno.test("An allowed origin may read answers and problems; another gets no leave, and credentials never", async () => {
  const cases: [origin: string, allowed: string | null][] = [
    ["https://app.example.com", "https://app.example.com"],
    ["https://app.example.com.evil.org", null],
    ["https://evil.org", null],
    ["http://app.example.com", null],
    ["null", null],
  ];
  for (const [origin, allowed] of cases) {
    const preflight = await gateway.fetch("/v1/faults/parameters", undefined, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    });
    const responses = [
      preflight,
      await gateway.fetch("/v1/faults/parameters?limit=1", newTenant(), { headers: { origin } }),
      await gateway.fetch("/v1/faults/parameters", newTenant(), { headers: { origin } }),
      await gateway.fetch("/v1/faults/parameters", undefined, { headers: { origin } }),
    ];
    assert.deepEqual(responses.map(({ status }) => status), [204, 200, 400, 401]);
    for (const response of responses) {
      await response.body?.cancel();
      assert.equal(response.headers.get("access-control-allow-origin"), allowed, origin);
      assert.equal(response.headers.get("access-control-allow-credentials"), null);
    }
    if (allowed) assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/i);
  }
});

Deno.test("localhost allows every port of this machine and no other host; who is refused is told once in the log", async () => {
  const local = await createGateway({
    files: [],
    config: { ALLOWED_ORIGINS: "https://app.example.com, localhost" },
  });
  const preflight = async (origin: string) => {
    const response = await local.fetch("/v1/tokens", undefined, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "GET" },
    });
    return response.headers.get("access-control-allow-origin");
  };
  const allowed = [
    "https://app.example.com",
    "http://localhost:5173",
    "https://localhost",
    "http://127.0.0.1:3000",
    "http://[::1]:8000",
  ];
  for (const origin of allowed) assert.equal(await preflight(origin), origin);
  const refused = [
    "http://localhost.evil.org",
    "http://evil.org:8000",
    "http://localhost:80@evil.org",
    "http://127.0.0.10",
    "file://localhost",
    "localhost",
    "null",
  ];
  for (const origin of [...refused, ...refused]) assert.equal(await preflight(origin), null, origin);
  const warnings = local.log.filter(({ level }) => level === "warn").map(({ message }) => message);
  assert.deepEqual(
    warnings,
    refused.map((origin) => `Refused a page: origin ${origin} is not in ALLOWED_ORIGINS`),
  );
  for (let i = 0; i < 1_000; i++) await preflight(`https://${i}.evil.org`);
  assert.equal(local.log.filter(({ level }) => level === "warn").length, 100);
});

Deno.test("Every answer carries the headers that keep a browser from guessing and framing", async () => {
  for (const path of ["/v1/faults/parameters?limit=1", "/v1/faults/parameters", "/no/such", "/docs"]) {
    const response = await gateway.fetch(path, newTenant());
    await response.body?.cancel();
    assert.equal(response.headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(response.headers.get("x-frame-options"), "SAMEORIGIN", path);
  }
});

Deno.test("Each problem type is a page at its own address", async () => {
  for (const [slug, [status, title]] of Object.entries(problems)) {
    const answer = await read(await gateway.fetch(`/problems/${slug}`));
    assert.deepEqual([answer.status, answer.body.status, answer.body.title], [200, status, title]);
  }
});
