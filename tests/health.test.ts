import assert from "node:assert/strict";
import { ClickHouseUnreachable } from "../src/clickhouse/exception.ts";
import { createGateway, newTenant, queryFile, read, type TestOptions, type Through } from "./gateway.ts";
import { waitFor } from "./program.ts";

const files = [queryFile("test/one", "tenant: none", "SELECT 1 AS one")];

async function createHealthGateway(options: TestOptions = {}) {
  const state = { mode: "up" as "up" | "down" | "silent" };
  const through: Through = (statement, ask) => {
    if (state.mode === "down") throw new ClickHouseUnreachable("Cut off by the test");
    if (state.mode === "up") return ask(statement);
    return new Promise((_, reject) => {
      statement.signal?.addEventListener("abort", () => reject(statement.signal?.reason));
    });
  };
  const gateway = await createGateway({ files, through, ...options });
  return { ...gateway, state, ask: async (path: string) => await read(await gateway.fetch(path)) };
}

Deno.test("/health says in a word for each part how all is", async () => {
  const gateway = await createHealthGateway();
  const { status, headers, body } = await gateway.ask("/health");
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.deepEqual(body, {
    status: "ok",
    dependencies: { clickHouse: "ok", audit: "ok", budgets: "ok", queue: "ok", catalog: "ok" },
  });
});

Deno.test("/health/dependencies tells version and latency of ClickHouse, the migrations it lacks, and what waits", async () => {
  const gateway = await createHealthGateway({ pendingMigrations: () => Promise.resolve(0) });
  const { status, body } = await gateway.ask("/health/dependencies");
  assert.equal(status, 200);
  const { latencyMs, version, ...clickHouse } = body.dependencies.clickHouse;
  assert.deepEqual(clickHouse, { status: "ok", pendingMigrations: 0 });
  assert.ok(latencyMs > 0);
  assert.match(version, /^\d+\.\d+/);
  assert.deepEqual(body.dependencies.audit, { status: "ok", waiting: 0, dropped: 0 });
  assert.deepEqual(body.dependencies.queue, { status: "ok", running: 0, waiting: 0 });
  assert.equal(body.dependencies.keys, undefined);
});

Deno.test("Without ClickHouse the gateway is unavailable, also when that is silent; and nobody learns where it is", async () => {
  const gateway = await createHealthGateway({ pendingMigrations: () => new Promise(() => {}) });
  for (const mode of ["down", "silent"] as const) {
    gateway.state.mode = mode;
    const { status, body } = await gateway.ask("/health/dependencies");
    assert.deepEqual([status, body.status], [503, "unavailable"]);
    const text = JSON.stringify(body);
    assert.match(text, /"clickHouse":\{"status":"unavailable"\}/);
    assert.ok(!/localhost|127\.0|http/.test(text), text);
    assert.equal((await gateway.ask("/health/live")).status, 200);
  }
  gateway.state.mode = "up";
  assert.equal((await gateway.ask("/health")).status, 200);
});

Deno.test("Migrations that are pending degrade the gateway, which goes on", async () => {
  const gateway = await createHealthGateway({ pendingMigrations: () => Promise.resolve(2) });
  const { status, body } = await gateway.ask("/health/dependencies");
  assert.deepEqual([status, body.status], [200, "degraded"]);
  assert.equal(body.dependencies.clickHouse.pendingMigrations, 2);
});

Deno.test("An audit that cannot be written degrades the gateway until it can again", async () => {
  const gateway = await createHealthGateway();
  await gateway.query("test/one", newTenant());
  gateway.state.mode = "down";
  await gateway.audit.flush();
  gateway.state.mode = "up";
  const failing = (await gateway.ask("/health/dependencies")).body;
  assert.deepEqual([failing.status, failing.dependencies.audit.status], ["degraded", "degraded"]);
  assert.equal(failing.dependencies.audit.waiting, 1);
  await gateway.audit.flush();
  assert.equal((await gateway.ask("/health")).body.status, "ok");
});

Deno.test("Requests refused for overload show as a degraded queue", async () => {
  let nowMs = 1_000_000;
  const gateway = await createHealthGateway({
    queue: { concurrency: 1, maxWaiting: 0, monotonic: () => nowMs },
  });
  const [first, second] = [newTenant(), newTenant()];
  // their budgets are known from here on
  for (const tenant of [first, second]) assert.equal((await gateway.query("test/one", tenant)).status, 200);
  gateway.state.mode = "silent";
  const leaving = new AbortController();
  const slow = gateway.fetch("/v1/test/one", first, { signal: leaving.signal });
  await waitFor("the first runs", () => gateway.queue.stats().running > 0);
  assert.equal((await gateway.query("test/one", second)).status, 503);
  leaving.abort();
  await slow;
  gateway.state.mode = "up";
  assert.equal((await gateway.ask("/health")).body.dependencies.queue, "degraded");
  nowMs += 10_000;
  assert.equal((await gateway.ask("/health")).body.dependencies.queue, "ok");
});

Deno.test("Keys of tokens that cannot be fetched show, with the time of the last that could", async () => {
  let isPublished = false;
  const keys = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    if (!isPublished) return new Response("no", { status: 500 });
    const { publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
    ]) as CryptoKeyPair;
    return Response.json({
      keys: [{ ...await crypto.subtle.exportKey("jwk", publicKey), kid: "k", alg: "ES256" }],
    });
  });
  let now = new Date("2026-03-10T12:00:00Z");
  const gateway = await createHealthGateway({
    now: () => now,
    config: { AUTH_JWKS_URL: `http://127.0.0.1:${keys.addr.port}/keys` },
  });
  const stateOf = async () => (await gateway.ask("/health/dependencies")).body;
  assert.deepEqual((await stateOf()).dependencies.keys, { status: "ok", fetchedAt: null });
  const token = `${btoa('{"alg":"ES256","kid":"k"}')}.${btoa("{}")}.AAAA`.replaceAll("=", "");
  const ask = async () =>
    (await gateway.fetch("/v1/test/one", undefined, { headers: { authorization: `Bearer ${token}` } }))
      .status;
  assert.equal(await ask(), 503);
  const failing = await stateOf();
  assert.deepEqual(failing.dependencies.keys, { status: "unavailable", fetchedAt: null });
  assert.equal(failing.status, "degraded");
  isPublished = true;
  now = new Date("2026-03-10T12:01:00Z");
  assert.equal(await ask(), 401);
  assert.deepEqual((await stateOf()).dependencies.keys, {
    status: "ok",
    fetchedAt: "2026-03-10T12:01:00.000Z",
  });
  await keys.shutdown();
});
