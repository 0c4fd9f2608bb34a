import assert from "node:assert/strict";
import parse from "parse-prometheus-text-format";
import { ClickHouseUnreachable } from "../src/clickhouse/exception.ts";
import { createGateway, newTenant, queryFile, read, type TestGateway, type Through } from "./gateway.ts";
import { listen } from "./gateway.ts";
import { createSmallGateway } from "./small_gateway.ts";

const files = [
  queryFile("test/rows", "tenant: none", "SELECT number AS n FROM numbers({count:UInt32})"),
];

interface Sample {
  labels?: Record<string, string>;
  value?: string;
  count?: string;
}
type Family = { name: string; help: string; type: string; metrics: Sample[] };

/** The families as an independent parser reads them, by name without its beginning. */
async function readMetrics(gateway: Pick<TestGateway, "fetch">): Promise<Map<string, Family>> {
  const response = await gateway.fetch("/metrics");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const families = parse(await response.text()) as Family[];
  return new Map(families.map((family) => [family.name.replace(/^sluice_/, ""), family]));
}

/** The value of the sample with these labels; 0 when there is none. */
function valueOf(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  return Number(sampleOf(families, name, labels)?.value ?? 0);
}

function sampleOf(families: Map<string, Family>, name: string, labels: Record<string, string>) {
  const family = families.get(name);
  assert.ok(family, `${name} is not there`);
  return family.metrics.find((sample) =>
    Object.entries(labels).every(([label, value]) => sample.labels?.[label] === value)
  );
}

Deno.test("Requests are counted by query and status, and timed by query and state of the cache", async () => {
  const gateway = await createGateway({ files });
  const tenant = newTenant();
  for (const count of [1, 2, 3]) await gateway.query("test/rows", tenant, { count });
  assert.equal((await gateway.query("test/rows", tenant)).status, 400);
  assert.equal((await gateway.query("test/unknown", tenant)).status, 404);
  assert.equal((await read(await gateway.fetch("/v1/budget"))).status, 401);
  const families = await readMetrics(gateway);
  const endpoint = "test/rows";
  assert.equal(families.get("requests_total")?.type, "COUNTER");
  assert.equal(valueOf(families, "requests_total", { endpoint, status: "2xx" }), 3);
  assert.equal(valueOf(families, "requests_total", { endpoint, status: "4xx" }), 1);
  assert.equal(valueOf(families, "requests_total", { endpoint: "other", status: "4xx" }), 1);
  assert.equal(valueOf(families, "requests_total", { endpoint: "budget", status: "4xx" }), 1);
  assert.equal(valueOf(families, "problems_total", { type: "invalid-parameter" }), 1);
  assert.equal(valueOf(families, "problems_total", { type: "unauthenticated" }), 1);
  // 1, 2 and 3 rows
  assert.equal(valueOf(families, "rows_read_total", { endpoint }), 6);
  const durations = families.get("request_duration_seconds")!;
  assert.equal(durations.type, "HISTOGRAM");
  // the parser does not keep labels apart within a histogram
  const text = await (await gateway.fetch("/metrics")).text();
  const timesOf = (suffix: string) =>
    Array.from(
      text.matchAll(
        new RegExp(`^sluice_request_duration_seconds_${suffix}\\{endpoint="${endpoint}",(.*)\\} (.*)$`, "gm"),
      ),
      ([, labels, value]) => ({ labels, value: Number(value) }),
    );
  const counts = timesOf("count");
  assert.equal(counts.reduce((sum, { value }) => sum + value, 0), 4);
  for (const { labels, value } of counts) {
    assert.match(labels, /^cache="(hit|miss|stale|bypass)?"$/);
    const buckets = timesOf("bucket").filter((bucket) => bucket.labels.startsWith(`${labels},le=`));
    assert.deepEqual(buckets.at(-1), { labels: `${labels},le="+Inf"`, value });
    assert.deepEqual(buckets, buckets.toSorted((a, b) => a.value - b.value));
  }
});

Deno.test("A request that fails is timed as what it was to the cache: a miss, also of another's run, or a bypass", async () => {
  const sql = "SELECT throwIf({n:UInt8} = 1, 'n: is 1') AS total";
  const gateway = await createSmallGateway({
    files: [
      queryFile("test/kept", "tenant: none\ncache: 1h", sql),
      queryFile("test/plain", "tenant: none", sql),
    ],
    cacheBytes: 1_000_000,
  });
  const tenant = newTenant();
  const statusOf = async (path: string, init: RequestInit = {}, scope?: string) => {
    const response = await gateway.request(path, tenant, init, scope);
    await response.body?.cancel();
    return response.status;
  };
  const uncached = { headers: { "cache-control": "no-cache" } };
  const statuses = [
    ...await Promise.all([statusOf("/v1/test/kept?n=1"), statusOf("/v1/test/kept?n=1")]),
    await statusOf("/v1/test/kept?n=1", uncached, "query admin"),
    await statusOf("/v1/test/plain?n=1"),
    await statusOf("/v1/test/kept?m=1"),
  ];
  assert.deepEqual(statuses, [400, 400, 400, 400, 400]);
  const text = await (await gateway.fetch("/metrics")).text();
  assert.deepEqual(
    text.split("\n").filter((line) => line.startsWith("sluice_request_duration_seconds_count")).toSorted(),
    [
      // refused before it came to the cache
      'sluice_request_duration_seconds_count{endpoint="test/kept",cache=""} 1',
      'sluice_request_duration_seconds_count{endpoint="test/kept",cache="bypass"} 1',
      'sluice_request_duration_seconds_count{endpoint="test/kept",cache="miss"} 2',
      'sluice_request_duration_seconds_count{endpoint="test/plain",cache=""} 1',
    ],
  );
});

Deno.test("Exports that break in the middle are counted by query, and none that fails before its beginning", async () => {
  const breaks = (name: string, frontMatter: string) =>
    queryFile(
      name,
      `tenant: none${frontMatter}`,
      "SELECT sipHash64(number) AS n, throwIf(number = {last:UInt32}, 'It is bad') AS bad FROM numbers(5000000)",
    );
  const gateway = await createGateway({
    files: [breaks("test/breaks", ""), breaks("test/kept", "\ncache: 1h")],
    cacheBytes: 100_000_000,
  });
  const tenant = newTenant();
  const ask = async (query: string, last: number, format: string) => {
    const response = await gateway.fetch(`/v1/${query}?last=${last}&format=${format}`, tenant);
    const isWhole = await response.body!.pipeTo(new WritableStream()).then(() => true, () => false);
    return [response.status, isWhole] as const;
  };
  const endpoints = ["test/breaks", "test/kept"];
  for (const query of endpoints) {
    assert.deepEqual(await ask(query, 3_000_000, "csv"), [200, false]);
    assert.deepEqual(await ask(query, 3_000_000, "json"), [400, true]);
  }
  // so small that it is first read as a whole, to be kept
  const [status] = await ask("test/kept", 100_000, "csv");
  assert.ok(status >= 400);
  assert.equal(gateway.log.filter(({ message }) => message === "An export broke in the middle").length, 2);
  const families = await readMetrics(gateway);
  assert.equal(families.get("broken_exports_total")?.type, "COUNTER");
  assert.deepEqual(endpoints.map((endpoint) => valueOf(families, "broken_exports_total", { endpoint })), [
    1,
    1,
  ]);
});

Deno.test("No caller can make up a label: unknown paths are one, and no tenant is named", async () => {
  const gateway = await createGateway({ files });
  const tenant = newTenant("hidden");
  for (let i = 0; i < 50; i++) await gateway.query(`made-up-${i}/x-${i}`, tenant);
  for (let i = 0; i < 50; i++) {
    await gateway.send(`made-up-${i}`, tenant, [{}]);
  }
  const text = await (await gateway.fetch("/metrics")).text();
  assert.ok(!text.includes("made-up") && !text.includes("hidden"));
  assert.deepEqual(
    text.split("\n").filter((line) => line.startsWith("sluice_requests_total")),
    [
      'sluice_requests_total{endpoint="other",status="4xx"} 50',
      'sluice_requests_total{endpoint="events",status="4xx"} 50',
    ],
  );
});

Deno.test("Events are counted by stream, stored and refused, with their bytes and the time of inserts", async () => {
  const gateway = await createGateway({ files });
  const tenant = newTenant();
  const event = {
    eventType: "message_sent",
    entityId: "m1",
    channel: "email",
    occurredAt: "2026-03-05T10:00:00Z",
  };
  const events = [{ id: crypto.randomUUID(), ...event }, { id: crypto.randomUUID(), ...event }, {
    nothing: 1,
  }];
  const { body } = await gateway.send("outreach", tenant, events);
  assert.deepEqual([body.data.accepted, body.data.rejected], [2, 1]);
  const families = await readMetrics(gateway);
  assert.equal(valueOf(families, "events_total", { stream: "outreach", result: "accepted" }), 2);
  assert.equal(valueOf(families, "events_total", { stream: "outreach", result: "rejected" }), 1);
  const bytes = events.map((event) => JSON.stringify(event)).join("\n").length;
  assert.equal(valueOf(families, "event_bytes_total"), bytes);
  assert.equal(sampleOf(families, "insert_duration_seconds", {})?.count, "1");
});

Deno.test("Budgets that refuse are counted by name, and the audit's rows by what became of them", async () => {
  const gateway = await createGateway({ files, budgets: { daily: 2 } });
  const tenant = newTenant();
  for (let i = 0; i < 5; i++) await gateway.query("test/rows", tenant, { count: 1 });
  await gateway.audit.flush();
  const families = await readMetrics(gateway);
  assert.equal(valueOf(families, "budget_refusals_total", { budget: "daily" }), 3);
  assert.equal(valueOf(families, "budget_refusals_total", { budget: "monthly" }), 0);
  assert.ok(valueOf(families, "budget_waits_total") >= 1, "the first query waits until its budget is known");
  assert.equal(valueOf(families, "audit_written_rows_total"), 5);
  assert.equal(valueOf(families, "audit_waiting_rows"), 0);
  assert.equal(valueOf(families, "queue_started_total"), 2);
  assert.equal(valueOf(families, "queue_concurrency"), 64);
});

Deno.test("The process, the event loop and ClickHouse have their metrics", async () => {
  let isDown = false;
  const through: Through = (statement, ask) => {
    if (isDown) throw new ClickHouseUnreachable("Cut off by the test");
    return ask(statement);
  };
  const gateway = await createGateway({ files, through });
  isDown = true;
  assert.equal(valueOf(await readMetrics(gateway), "clickhouse_up"), 0);
  isDown = false;
  const families = await readMetrics(gateway);
  assert.equal(valueOf(families, "clickhouse_up"), 1);
  assert.ok(valueOf(families, "process_resident_memory_bytes") > 10_000_000);
  assert.equal(valueOf(families, "build_info", { version: "1.2.3", runtime: "the tests" }), 1);
  assert.ok(families.has("event_loop_delay_seconds"));
});

Deno.test("With METRICS_TOKEN, only a caller who sends it reads the metrics", async () => {
  const token = "a token of the tests";
  const gateway = await createGateway({ files, config: { METRICS_TOKEN: token } });
  const ask = (authorization?: string) =>
    gateway.fetch("/metrics", undefined, { headers: authorization === undefined ? {} : { authorization } });
  for (const wrong of [undefined, "Bearer", "Bearer a", `Bearer ${token}x`, "Basic YTpi"]) {
    const response = await ask(wrong);
    assert.equal(response.status, 401, wrong);
    assert.match(response.headers.get("www-authenticate")!, /^Bearer/);
    assert.equal((await response.json()).type, "/problems/unauthenticated");
  }
  const right = await ask(`Bearer ${token}`);
  assert.equal(right.status, 200);
  await right.body?.cancel();
});

Deno.test("Reading the metrics is no request of a tenant: it is not audited and costs no budget", async () => {
  const gateway = await createGateway({ files });
  const server = listen(gateway);
  for (let i = 0; i < 3; i++) await (await fetch(`${server.url}/metrics`)).text();
  await server.stop();
  assert.deepEqual((await readMetrics(gateway)).get("requests_total")?.metrics ?? [], []);
  assert.equal(gateway.audit.stats().waiting, 0);
});
