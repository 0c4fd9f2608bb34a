import assert from "node:assert/strict";
import { parse } from "yaml";
import { createPurger } from "../src/cache/cdn_purger.ts";
import { createTags } from "../src/cache/cdn_tags.ts";
import { parseConfig } from "../src/base/config.ts";
import type { LogEntry } from "../src/base/log.ts";
import { signToken } from "../src/auth/token.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { createTable } from "./cache_table.ts";
import { startCdnProxy } from "./cdn_proxy.ts";
import { createGateway, listen, newTenant, queryFile, secret, type TestOptions, tokenOf } from "./gateway.ts";
import { waitFor } from "./program.ts";

const never = 3_600_000;

/** A gateway with a CDN in front that knows one cached query of a table, and one that is not cached. */
async function createWorld(options: TestOptions = {}, cache = "{ ttl: 1h, fresh: 1s }") {
  const table = await createTable();
  const sum = `SELECT sum(n) AS total FROM ${table.name} WHERE tenant_id = {tenantId:String}`;
  // the proxy needs the origin's address and the gateway the proxy's
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const origin = listen({ handle: (request) => handle(request) });
  const cdn = startCdnProxy(origin.url);
  const gateway = await createGateway({
    files: [queryFile("test/sum", `cache: ${cache}`, sum), queryFile("test/now", "", sum)],
    cacheBytes: 16 * 1_048_576,
    purgeAgainMs: never,
    ...options,
    config: { CDN_PURGE_URL: cdn.purgeUrl, CDN_PURGE_TOKEN: "of-the-cdn", ...options.config },
  });
  handle = gateway.handle;
  let stopping: Promise<void> | undefined;
  const stop = () => stopping ??= gateway.stop();
  return {
    stop,
    table,
    cdn,
    gateway,
    /** What a tenant is answered through the CDN, and whether that had it. */
    async ask(tenant: string, path = "/v1/test/sum", headers: Record<string, string> = {}) {
      const authorization = `Bearer ${await tokenOf(tenant)}`;
      const response = await fetch(cdn.url + path, { headers: { authorization, ...headers } });
      const text = await response.text();
      const total = /"total":\s*"?(\d+)/.exec(text)?.[1];
      return { response, total: Number(total), cdn: response.headers.get("x-cdn") };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await cdn.stop();
      await origin.stop();
      await table[Symbol.asyncDispose]();
    },
  };
}

/** The first purge of all: until it was taken, the CDN is given nothing. */
const isReady = ({ gateway }: Awaited<ReturnType<typeof createWorld>>) =>
  waitFor("the CDN has forgotten what was before", () => gateway.cache.cdn!.stats().sent > 0);

Deno.test("a CDN gives each tenant its own answers, and forgets them when their table changes", async () => {
  await using world = await createWorld();
  await isReady(world);
  const tenants = Array.from({ length: 5 }, () => newTenant());
  for (const [i, tenant] of tenants.entries()) await world.table.insert(tenant, 10 + i);
  await world.gateway.cache.poll();

  for (const round of ["miss", "hit", "hit"]) {
    for (const [i, tenant] of tenants.entries()) {
      const { total, cdn } = await world.ask(tenant);
      assert.deepEqual([total, cdn], [10 + i, round]);
    }
  }

  const before = world.cdn.purges.length;
  await world.table.insert(tenants[0], 100);
  await world.gateway.cache.poll();
  await waitFor("the CDN is told", () => world.cdn.purges.length > before);
  await waitFor("it has forgotten", () => world.cdn.tags().length === 0);
  // the gateway serves what it has for `fresh` after the change
  world.gateway.pass(2_000);
  const hows = await Promise.all(tenants.map((tenant) => world.ask(tenant)));
  assert.deepEqual(hows.map(({ cdn }) => cdn), tenants.map(() => "miss"));
  await waitFor("the new number is there", async () => (await world.ask(tenants[0])).total === 110);
  assert.equal((await world.ask(tenants[1])).total, 11);
});

Deno.test("a CDN keeps nothing of an answer that is known to be outdated", async () => {
  await using world = await createWorld({}, "{ ttl: 1h, fresh: 1h }");
  await isReady(world);
  const tenant = newTenant();
  await world.table.insert(tenant, 1);
  await world.gateway.cache.poll();
  await world.ask(tenant);
  assert.ok(world.cdn.tags().length > 0);
  await world.table.insert(tenant, 1);
  await world.gateway.cache.poll();
  await waitFor("it has forgotten", () => world.cdn.tags().length === 0);
  // the gateway serves what it has for an hour since it was made
  const { response, total, cdn } = await world.ask(tenant);
  assert.match(response.headers.get("cache-status") ?? "", /^sluice; hit/);
  assert.deepEqual([total, cdn, response.headers.get("cdn-cache-control")], [1, "miss", null]);
  assert.deepEqual(world.cdn.tags(), []);
});

Deno.test("a table's changes are seen as long as the CDN may hold something from it, whatever the gateway keeps", async () => {
  // no room for any answer
  await using world = await createWorld({ cacheBytes: 20_000 });
  await isReady(world);
  const tenant = newTenant();
  await world.table.insert(tenant, 1);
  assert.deepEqual([(await world.ask(tenant)).cdn, (await world.ask(tenant)).cdn], ["miss", "hit"]);
  assert.equal(world.gateway.cache.stats().entries, 0);
  // nobody asks the gateway any more
  for (let i = 0; i < 5; i++) {
    world.gateway.pass(20_000);
    await world.gateway.cache.tick();
  }
  assert.ok(world.cdn.tags().length > 0);
  await world.table.insert(tenant, 1);
  world.gateway.pass(1_000);
  await world.gateway.cache.tick();
  await waitFor("it has forgotten", () => world.cdn.tags().length === 0);
  assert.equal((await world.ask(tenant)).total, 2);
  world.gateway.pass(400_000);
  assert.deepEqual(world.gateway.cache.cdn!.tables(), []);
});

Deno.test("what is not cached, is a problem, or is asked for by POST, no CDN keeps", async () => {
  await using world = await createWorld();
  await isReady(world);
  const tenant = newTenant();
  for (const path of ["/v1/test/now", "/v1/test/sum?format=nothing", "/v1/test/none", "/v1/budget"]) {
    const { response } = await world.ask(tenant, path);
    assert.equal(response.headers.get("cdn-cache-control"), null, path);
    assert.equal(response.headers.get("cache-control"), "no-store", path);
  }
  await world.ask(tenant);
  const authorization = `Bearer ${await tokenOf(tenant)}`;
  const init = { method: "POST", headers: { authorization, "content-type": "application/json" }, body: "{}" };
  const posted = await fetch(`${world.cdn.url}/v1/test/sum`, init);
  await posted.body?.cancel();
  assert.match(posted.headers.get("cache-status") ?? "", /hit/);
  assert.equal(posted.headers.get("cdn-cache-control"), null);
});

Deno.test("a CDN keeps an answer for CDN_MAX_SECONDS at most, and no longer than the credential holds", async () => {
  await using world = await createWorld({ config: { CDN_MAX_SECONDS: 120 } });
  await isReady(world);
  const tenant = newTenant();
  await world.table.insert(tenant, 1);
  const { response } = await world.ask(tenant);
  assert.equal(response.headers.get("cdn-cache-control"), "public, max-age=120, must-revalidate");
  assert.equal(response.headers.get("surrogate-control"), "max-age=120");
  assert.equal(response.headers.get("cache-control"), "private, max-age=1");
  assert.equal(response.headers.get("vary"), "Authorization, X-Api-Key, Accept, Accept-Encoding, Origin");

  const token = await signToken(secret, { tenantId: tenant, scope: "query", expires: "30s" });
  const short = await fetch(`${world.cdn.url}/v1/test/sum`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await short.body?.cancel();
  const [, seconds] = /max-age=(\d+)/.exec(short.headers.get("cdn-cache-control") ?? "") ?? [];
  // the clocks of gateway and signer may be five seconds apart, and the answer has an age
  const age = Number(short.headers.get("age"));
  assert.ok(Number(seconds) > 0 && Number(seconds) - age <= 35, String(seconds));
});

Deno.test("without CDN_PURGE_URL a CDN is let keep nothing", async () => {
  await using world = await createWorld({ config: { CDN_PURGE_URL: undefined } });
  const tenant = newTenant();
  await world.table.insert(tenant, 1);
  for (const _ of [1, 2]) {
    const { response, cdn } = await world.ask(tenant);
    assert.equal(cdn, "miss");
    for (const name of ["cdn-cache-control", "surrogate-control", "surrogate-key", "cache-tag"]) {
      assert.equal(response.headers.get(name), null, name);
    }
  }
});

Deno.test("every answer under /v1 says that nobody else may keep it", async () => {
  const gateway = await createGateway();
  const { paths } = parse(await Deno.readTextFile(`${root}openapi.yaml`));
  const tenant = newTenant();
  const statuses = new Set<number>();
  for (const [path, { get }] of Object.entries<{ get?: unknown }>(paths)) {
    if (!get) continue;
    const address = path.replaceAll(/{\w+}/g, "x");
    for (const scope of ["query stream admin", "ingest"]) {
      const headers = { authorization: `Bearer ${await tokenOf(tenant, scope)}` };
      const response = await gateway.fetch(address, undefined, { headers });
      await response.body?.cancel();
      statuses.add(response.status);
      const control = response.headers.get("cache-control");
      assert.match(control ?? "nothing", /\b(private|no-store)\b/, `${path}: ${response.status}`);
    }
  }
  for (const status of [200, 400, 403, 404]) assert.ok(statuses.has(status), String(status));
});

Deno.test("tags tell no tenant's name, and are the same in every gateway with the secret", async () => {
  const what = { query: "test/sum", tenantIds: ["acme"], tables: ["sluice.events"], beganAt: 0 };
  const [one, same, other] = await Promise.all(
    [secret, secret, `${secret} of others`].map((each) => createTags(each).of(what)),
  );
  assert.deepEqual(one, same);
  assert.equal(new Set([...one, ...other]).size, 8);
  for (const tag of one) assert.match(tag, /^[0-9a-f]{24}$/);
  // what a purge means has one of its tags
  const tags = createTags(secret);
  for (
    const purge of [
      { query: "", tenantId: "", table: "" },
      { query: "test/sum", tenantId: "", table: "" },
      { query: "test/sum", tenantId: "acme", table: "" },
      { query: "", tenantId: "acme", table: "events" },
      { query: "test/sum", tenantId: "", table: "sluice.events" },
    ]
  ) assert.ok((await tags.purged(purge)).some((tag) => one.includes(tag)), JSON.stringify(purge));
  assert.ok(
    !(await tags.purged({ query: "", tenantId: "ACME", table: "" })).some((tag) => one.includes(tag)),
  );
  // an answer that holds all tenants' rows goes with each of them
  const ofAll = await tags.of({ ...what, tenantIds: "all" });
  assert.ok(
    (await tags.purged({ query: "", tenantId: "any", table: "" })).some((tag) => ofAll.includes(tag)),
  );
});

Deno.test("while the CDN takes no purges it is given nothing, and what waits is sent until it does", async () => {
  await using world = await createWorld();
  await isReady(world);
  const tenant = newTenant();
  await world.table.insert(tenant, 1);
  await world.ask(tenant);
  const kept = world.cdn.tags();
  assert.ok(kept.length > 0);

  world.cdn.setPurgeStatus(500);
  await world.table.insert(tenant, 1);
  await world.gateway.cache.poll();
  await waitFor("a purge failed", () => world.gateway.cache.cdn!.stats().failed > 1);
  assert.deepEqual(world.cdn.tags(), kept);
  const other = newTenant();
  assert.equal((await world.ask(other)).response.headers.get("cdn-cache-control"), null);
  const metrics = await (await world.gateway.fetch("/metrics")).text();
  assert.match(metrics, /^sluice_cdn_purges_total\{outcome="failed"\} [1-9]/m);
  const warnings = world.gateway.log.filter(({ message }) => message.startsWith("The CDN takes no purges"));
  assert.deepEqual(warnings.map(({ cause }) => cause), ["status 500"]);

  world.cdn.setPurgeStatus(200);
  await waitFor("it has forgotten", () => world.cdn.tags().length === 0);
  await waitFor(
    "it is told",
    () => world.gateway.log.some(({ message }) => message === "The CDN takes purges again"),
  );
  assert.doesNotMatch(JSON.stringify(world.gateway.log), /of-the-cdn|zone=secret/);
});

Deno.test("an admin's command reaches the CDN, and so does the end of a gateway", async () => {
  await using world = await createWorld();
  await isReady(world);
  const [tenant, other] = [newTenant(), newTenant()];
  for (const each of [tenant, other]) {
    await world.table.insert(each, 1);
  }
  await world.gateway.cache.poll();
  for (const each of [tenant, other]) await world.ask(each);
  const path = `admin/cache?tenantId=${tenant}`;
  const { status } = await world.gateway.call("DELETE", path, "the-operator", undefined, "admin");
  assert.equal(status, 200);
  await waitFor("the tenant's answer is gone", async () =>
    (await world.ask(other)).cdn === "hit" &&
    (await world.ask(tenant)).cdn === "miss");
  await world.stop();
  assert.deepEqual(world.cdn.tags(), []);
  const [first] = world.cdn.purges;
  assert.deepEqual([first.authorization, first.fastlyKey], ["Bearer of-the-cdn", null]);
});

Deno.test("each change is purged once more a moment later, for an answer that was on its way", async () => {
  const { cdn, purger, stop } = purging({ againMs: 5 });
  try {
    purger.purge(["a"]);
    await waitFor("both purges came", () => cdn.purges.length === 2);
    assert.deepEqual(cdn.purges.map(({ tags }) => tags), [["a"], ["a"]]);
    assert.deepEqual(purger.stats(), { sent: 2, failed: 0, waiting: 0 });
  } finally {
    await stop();
  }
});

Deno.test("more tags than can wait are one purge of all answers", async () => {
  const { cdn, purger, stop } = purging({ style: "fastly" });
  try {
    cdn.setPurgeStatus(503);
    for (let i = 0; i < 20_000; i++) purger.purge([`tag-${i}`]);
    assert.ok(purger.stats().waiting <= 501, JSON.stringify(purger.stats()));
    await waitFor("a purge failed", () => purger.stats().failed > 0);
    assert.equal(purger.isReaching(), false);
    cdn.setPurgeStatus(200);
    await waitFor("nothing waits", () => purger.stats().waiting === 0);
    const taken = cdn.purges.slice(-purger.stats().sent).flatMap(({ tags }) => tags);
    assert.ok(taken.includes("all"));
    for (const { tags, fastlyKey, authorization } of cdn.purges) {
      assert.ok(tags.length <= 30);
      assert.deepEqual([fastlyKey, authorization], ["of-the-cdn", null]);
    }
  } finally {
    await stop();
  }
});

function purging(options: Partial<Parameters<typeof createPurger>[0]>) {
  const cdn = startCdnProxy("http://127.0.0.1:9");
  const log: LogEntry[] = [];
  const purger = createPurger({
    url: cdn.purgeUrl,
    token: "of-the-cdn",
    style: "cloudflare",
    all: () => Promise.resolve("all"),
    log: (entry) => void log.push(entry),
    intervalMs: 1,
    maxPauseMs: 20,
    againMs: never,
    ...options,
  });
  return {
    cdn,
    purger,
    async stop() {
      await purger.stop([]);
      await cdn.stop();
    },
  };
}

Deno.test("a CDN without a secret to make tags from is a fault of the configuration", () => {
  const environment = {
    CLICKHOUSE_URL: "http://localhost:8123",
    AUTH_JWKS_URL: "https://example.com/keys",
    CDN_PURGE_URL: "https://example.com/purge",
  };
  assert.throws(() => parseConfig(environment), /CDN_PURGE_URL needs a secret/);
  assert.equal(parseConfig({ ...environment, CLICKHOUSE_PASSWORD: "x" }).CDN_MAX_SECONDS, 300);
});
