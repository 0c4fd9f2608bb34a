import assert from "node:assert/strict";
import { createTable } from "./cache_table.ts";
import { newTenant, queryFile, type TestOptions } from "./gateway.ts";
import { createSmallGateway } from "./small_gateway.ts";

// A cached GET that was answered before is not parsed again: its answer must not differ from the first one.

const path = "/v1/test/sum";

/** A gateway with a cached query over a table of two tenants, asked once by each. */
async function withTenants(
  work: (gateway: Awaited<ReturnType<typeof createSmallGateway>>, one: string, two: string) => Promise<void>,
  options: TestOptions = {},
) {
  await using table = await createTable();
  const [one, two] = [newTenant(), newTenant()];
  await table.insert(one, 1);
  await table.insert(two, 2);
  const sql = `SELECT sum(n) AS total FROM ${table.name} WHERE tenant_id = {tenantId:String}`;
  const files = [queryFile("test/sum", "cache: { ttl: 1h, fresh: 1h }", sql)];
  const gateway = await createSmallGateway({ files, cacheBytes: 1_000_000, ...options });
  await work(gateway, one, two);
}

Deno.test("a repeated request answers each tenant its own rows", () =>
  withTenants(async (gateway, one, two) => {
    for (let i = 0; i < 4; i++) {
      assert.equal((await gateway.get(path, one)).body.data[0].total, 1);
      assert.equal((await gateway.get(path, two)).body.data[0].total, 2);
    }
    assert.deepEqual((({ hits, misses }) => [hits, misses])(gateway.cache.stats()), [6, 2]);
  }));

Deno.test("a repeated request needs its credential and its scope each time", () =>
  withTenants(async (gateway, one) => {
    for (let i = 0; i < 3; i++) await gateway.get(path, one);
    const status = async (tenant: string | undefined, scope?: string) => {
      const response = await gateway.request(path, tenant, {}, scope);
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status(undefined), 401);
    assert.equal(await status(one, "ingest"), 403);
    // and again, now that the token is known
    assert.equal(await status(one, "ingest"), 403);
    assert.equal(await status(one, "query:test"), 200);
    assert.equal(await status(one, "query:other"), 403);
  }));

Deno.test("a repeated request has the fields of the first one, and counts in budget, audit and log as it does", () =>
  withTenants(async (gateway, one) => {
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await gateway.request(path, one));
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
    const [first, second, third] = answers.map(({ headers }) => headers);
    const names = (headers: Headers) => [...headers.keys()].filter((name) => name !== "server-timing").sort();
    assert.deepEqual(names(third), names(first));
    const same = names(first).filter((name) =>
      !["x-request-id", "ratelimit", "cache-status", "age"].includes(name)
    );
    for (const name of same) assert.equal(third.get(name), first.get(name), name);
    assert.notEqual(third.get("x-request-id"), second.get("x-request-id"));
    const remaining = answers.map(({ headers }) =>
      Number(/"daily";r=(\d+)/.exec(headers.get("ratelimit")!)![1])
    );
    assert.deepEqual(remaining, [9_999, 9_998, 9_997]);
    const lines = gateway.log.filter(({ message }) => message === "request");
    assert.deepEqual(lines.map(({ cache, query, status }) => [cache, query, status]), [
      ["miss", "test/sum", 200],
      ["hit", "test/sum", 200],
      ["hit", "test/sum", 200],
    ]);
    assert.equal(gateway.audit.stats().waiting, 3);
  }));

Deno.test("a repeated request is refused when the budget is spent", () =>
  withTenants(async (gateway, one) => {
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await gateway.get(path, one)).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  }, { budgets: { daily: 3 } }));

Deno.test("a repeated request with a field that changes its answer is not answered as before", () =>
  withTenants(async (gateway, one) => {
    for (let i = 0; i < 2; i++) await gateway.get(path, one);
    const told = await gateway.request(path, one, { headers: { "x-correlation-id": "mine" } });
    assert.equal(told.headers.get("x-correlation-id"), "mine");
    await told.body?.cancel();
    const foreign = await gateway.request(path, one, { headers: { origin: "https://app.example.com" } });
    assert.equal(foreign.headers.get("access-control-allow-origin"), "https://app.example.com");
    await foreign.body?.cancel();
    const again = await gateway.request(path, one, { headers: { origin: "https://evil.example.com" } });
    assert.equal(again.headers.get("access-control-allow-origin"), null);
    await again.body?.cancel();
    const twice = await gateway.request(path, one, { headers: { "x-api-key": "slc_x" } });
    assert.equal(twice.status, 400);
    await twice.body?.cancel();
  }));

Deno.test("a repeated request for an answer that has grown gets it in an encoding, as any other does", async () => {
  await using table = await createTable();
  const tenant = newTenant();
  const sql = `SELECT n FROM ${table.name} WHERE tenant_id = {tenantId:String} ORDER BY n`;
  const gateway = await createSmallGateway({
    files: [queryFile("test/sum", "cache: 1h", sql)],
    cacheBytes: 1_000_000,
  });
  const encodings = async () => {
    const seen = [];
    for (let i = 0; i < 3; i++) {
      const response = await gateway.request(path, tenant, { headers: { "accept-encoding": "gzip" } });
      await response.body?.cancel();
      seen.push(response.headers.get("content-encoding"));
    }
    return seen;
  };
  assert.deepEqual(await encodings(), [null, null, null]);
  await table.insertMany(tenant, 1_000);
  // computed again by a request of another kind
  const headers = { "cache-control": "no-cache" };
  await (await gateway.request(path, tenant, { headers }, "admin")).body?.cancel();
  assert.deepEqual(await encodings(), ["gzip", "gzip", "gzip"]);
});

Deno.test("a reloaded file ends what was remembered of it", () =>
  withTenants(async (gateway, one) => {
    for (let i = 0; i < 3; i++) await gateway.get(path, one);
    const file = queryFile(
      "test/sum",
      "cache: 1h\nscope: admin",
      "SELECT 5 AS total WHERE {tenantId:String} != ''",
    );
    assert.deepEqual(await gateway.load([file]), []);
    assert.equal((await gateway.get(path, one)).status, 403);
  }));

Deno.test("a repeated request gets the same bytes, whatever they are", async () => {
  const sql = "SELECT {text:String} AS text, {tenantId:String} != '' AS isOwn, unhex('EFBBBFFF') AS raw";
  const files = [queryFile("test/echo", "cache: 1h", sql)];
  const gateway = await createSmallGateway({ files, cacheBytes: 1_000_000 });
  const tenant = newTenant();
  const texts = ["plain", "Zürich", "\uFEFFبحث 🎉 \u2028", '\0\n"\\'];
  // CSV has the byte FF as it is, which is no UTF-8; Parquet is no text at all
  for (const format of ["json", "csv", "ndjson", "parquet"]) {
    for (const text of texts) {
      const address = `/v1/test/echo?format=${format}&text=${encodeURIComponent(text)}`;
      const answers = [];
      for (let i = 0; i < 4; i++) {
        const response = await gateway.request(address, tenant);
        const bytes = await response.bytes();
        const { headers } = response;
        assert.equal(Number(headers.get("content-length") ?? bytes.length), bytes.length);
        answers.push({ bytes, type: headers.get("content-type"), etag: headers.get("etag") });
      }
      for (const answer of answers) assert.deepEqual(answer, answers[0], `${format} ${text}`);
    }
  }
  assert.equal(gateway.cache.stats().hits, 48);
});
