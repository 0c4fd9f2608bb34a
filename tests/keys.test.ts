import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { ClickHouseUnreachable } from "../src/clickhouse/exception.ts";
import {
  createGateway,
  engineOptions,
  newTenant,
  queryFile,
  read,
  type TestGateway,
  type Through,
  tokenOf,
} from "./gateway.ts";

const clickHouse = createClickHouse(engineOptions());
const files = [queryFile("keys/who", "", "SELECT {tenantId:String} AS tenant")];
const gateway = await createGateway({ files });

/** A request by an admin's token. */
async function admin(method: string, path = "/v1/admin/keys", body?: unknown, of = gateway) {
  const headers = { authorization: `Bearer ${await tokenOf("the-operator", "admin")}` };
  const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const response = await of.fetch(path, undefined, init);
  assert.equal(response.headers.get("cache-control"), "no-store");
  return response.status === 204
    ? { status: 204, headers: response.headers, body: null }
    : await read(response);
}

interface Made {
  id: string;
  key: string;
  tenantId: string;
}

async function make(changes: Record<string, unknown> = {}, of = gateway): Promise<Made> {
  const wanted = { tenantId: newTenant(), name: "a test's", scopes: ["query"], ...changes };
  const { status, body } = await admin("POST", undefined, wanted, of);
  assert.equal(status, 201, JSON.stringify(body));
  return body.data;
}

/** A request by an API key. */
async function ask(
  key: string,
  of: Pick<TestGateway, "fetch"> = gateway,
  path = "/v1/keys/who",
  init: RequestInit = {},
) {
  return await read(await of.fetch(path, undefined, { ...init, headers: { "x-api-key": key } }));
}

Deno.test("A key is shown once, and is taken in either header as its tenant with its scopes", async () => {
  const tenantId = newTenant();
  const { status, body } = await admin("POST", undefined, {
    tenantId,
    name: "nightly export",
    scopes: ["query:keys", "ingest", "query:keys"],
    expiresAt: "2031-01-01T01:00:00+01:00",
  });
  assert.equal(status, 201);
  const { id, key, createdAt, ...rest } = body.data;
  assert.match(key, /^slc_[A-Za-z0-9_-]{43}$/);
  assert.match(id, /^[\da-f-]{36}$/);
  assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000);
  assert.deepEqual(rest, {
    tenantId,
    name: "nightly export",
    scopes: ["query:keys", "ingest"],
    expiresAt: "2031-01-01T00:00:00.000Z",
    revokedAt: null,
    lastUsedAt: null,
  });
  for (const [name, value] of [["x-api-key", key], ["authorization", `Bearer ${key}`]]) {
    const headers = { [name]: value };
    const answer = await read(await gateway.fetch("/v1/keys/who", undefined, { headers }));
    assert.deepEqual(answer.body.data, [{ tenant: tenantId }]);
  }
  assert.equal((await ask(key, gateway, "/v1/admin/keys")).status, 403);
  const events = await ask(key, gateway, "/v1/events/outreach", { method: "POST", body: "{}" });
  assert.equal(events.body.type, "/problems/nothing-accepted");
});

Deno.test("The database has the key's SHA-256 and nothing else of it", async () => {
  const { id, key } = await make();
  const [row] = await readRows<Record<string, string>>(clickHouse, {
    sql: "SELECT *, lower(hex(hash)) AS hash FROM api_keys WHERE id = {id:UUID}",
    parameters: { id },
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
  assert.equal(row.hash, Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  const text = JSON.stringify(row);
  for (const secret of [key, key.slice(4), key.slice(4, 20)]) assert.ok(!text.includes(secret));
});

Deno.test("Neither list nor log nor problem shows a key or its hash", async () => {
  const { tenantId, key, id } = await make();
  await ask(key);
  await ask(`${key}x`);
  await admin("DELETE", `/v1/admin/keys/${id}`);
  await ask(key, await createGateway({ files }));
  const { body } = await admin("GET", `/v1/admin/keys?tenantId=${tenantId}`);
  assert.deepEqual(Object.keys(body.data[0]).sort(), [
    "createdAt",
    "expiresAt",
    "id",
    "lastUsedAt",
    "name",
    "revokedAt",
    "scopes",
    "tenantId",
  ]);
  const { body: problem } = await ask(key.replace(/.$/, "_"));
  for (const text of [JSON.stringify(body), JSON.stringify(gateway.log), JSON.stringify(problem)]) {
    assert.ok(!text.includes(key.slice(4, 30)));
  }
});

Deno.test("What is no key is refused, without saying whether there was one", async () => {
  const { key, id } = await make();
  await admin("DELETE", `/v1/admin/keys/${id}`);
  const wrong = [
    key,
    key.slice(0, -1),
    `${key}A`,
    key.toUpperCase(),
    key.slice(4),
    `slc_${"A".repeat(43)}`,
    "slc_",
    `slc_' OR 1=1 --${"x".repeat(29)}`,
    "",
  ];
  const details = new Set<string>();
  for (const each of wrong) {
    const { status, headers, body } = await ask(each);
    assert.deepEqual([status, body.type], [401, "/problems/unauthenticated"], each);
    assert.match(headers.get("www-authenticate")!, /^Bearer realm="sluice", error="invalid_token"/);
    details.add(body.detail);
  }
  assert.deepEqual([...details], ["There is no such API key, or it was revoked"]);
});

Deno.test("Tenants and names of keys may be hostile; the key stands for that tenant, letter by letter", async () => {
  const hostile = [
    "o'brien",
    "') OR 1=1 --",
    "back\\slash",
    "\\N",
    '"',
    "{id:UUID}",
    "日本語😀",
    " ",
    "x".repeat(256),
  ];
  for (const text of hostile) {
    const name = text.trim() === "" ? "blank" : text.slice(0, 100);
    const { key, id } = await make({ tenantId: text, name });
    assert.deepEqual((await ask(key)).body.data, [{ tenant: text }]);
    const { body } = await admin("GET", `/v1/admin/keys?${new URLSearchParams({ tenantId: text })}`);
    const listed = body.data.find((each: Made) => each.id === id);
    assert.deepEqual([listed.tenantId, listed.name], [text, name]);
    assert.ok(body.data.every((each: Made) => each.tenantId === text));
  }
});

Deno.test("A body that is not right is refused by the name of its field, and nothing is made", async () => {
  const tenantId = newTenant();
  const good = { tenantId, name: "good", scopes: ["query"] };
  const wrong: [changes: Record<string, unknown>, parameter: string, detail: RegExp][] = [
    [{ tenantId: undefined }, "tenantId", /^tenantId is missing$/],
    [{ tenantId: 7 }, "tenantId", /^tenantId must be text$/],
    [{ tenantId: "" }, "tenantId", /1 to 256 bytes/],
    [{ tenantId: "x".repeat(257) }, "tenantId", /1 to 256 bytes/],
    [{ tenantId: "a\nb" }, "tenantId", /no control characters$/],
    [{ tenantId: "a\ud83d" }, "tenantId", /must be text/],
    [{ name: undefined }, "name", /^name is missing$/],
    [{ name: "  " }, "name", /1 to 100 characters/],
    [{ name: "x".repeat(101) }, "name", /1 to 100 characters/],
    [{ name: "a\u0000b" }, "name", /no control characters$/],
    [{ scopes: undefined }, "scopes", /^scopes must be a list of scopes$/],
    [{ scopes: [] }, "scopes", /^scopes must name a scope$/],
    [{ scopes: "query" }, "scopes", /must be a list/],
    [{ scopes: ["query", "root"] }, "scopes.1", /^scopes\.1 must be one of query, query:<domain>, ingest, /],
    [{ scopes: ["query:"] }, "scopes.0", /must be one of/],
    [{ scopes: ["query ingest"] }, "scopes.0", /must be one of/],
    [{ expiresAt: "tomorrow" }, "expiresAt", /must be an instant/],
    [{ expiresAt: "2031-01-01" }, "expiresAt", /must be an instant/],
    [{ expiresAt: "9999-01-01T00:00:00Z" }, "expiresAt", /before the year 2200$/],
    [{ expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt", /must be in the future$/],
    [{ key: "slc_mine" }, "key", /^key is not known here$/],
  ];
  for (const [changes, parameter, detail] of wrong) {
    const { status, body } = await admin("POST", undefined, { ...good, ...changes });
    const what = JSON.stringify(changes);
    assert.deepEqual(
      [status, body.type, body.parameter],
      [400, "/problems/invalid-parameter", parameter],
      what,
    );
    assert.match(body.detail, detail, what);
  }
  const { body: several } = await admin("POST", undefined, { scopes: [] });
  assert.deepEqual(several.errors.map(({ parameter }: { parameter: string }) => parameter).sort(), [
    "name",
    "scopes",
    "tenantId",
  ]);
  const headers = { authorization: `Bearer ${await tokenOf("the-operator", "admin")}` };
  const bodies: [body: BodyInit, type: string][] = [
    ["{", "invalid-request"],
    ["", "invalid-request"],
    [new Uint8Array([34, 255, 34]), "invalid-request"],
    ["[]", "invalid-parameter"],
    ["null", "invalid-parameter"],
    [`{"name": "${"x".repeat(70_000)}"}`, "body-too-large"],
  ];
  for (const [body, type] of bodies) {
    const answer = await read(
      await gateway.fetch("/v1/admin/keys", undefined, { method: "POST", headers, body }),
    );
    assert.equal(answer.body.type, `/problems/${type}`);
  }
  assert.equal((await admin("GET", `/v1/admin/keys?tenantId=${tenantId}`)).body.meta.page.total, 0);
});

Deno.test("Keys are listed newest first, by tenant and by page", async () => {
  const tenantId = newTenant();
  const own = await createGateway({ files: [] });
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    own.setNow(new Date(Date.UTC(2026, 0, 1, i)));
    ids.unshift((await make({ tenantId, name: `key ${i}` }, own)).id);
  }
  own.setNow(new Date(Date.UTC(2026, 0, 2)));
  await admin("DELETE", `/v1/admin/keys/${ids[2]}`, undefined, own);
  own.setNow(new Date(Date.UTC(2026, 0, 3)));
  await admin("DELETE", `/v1/admin/keys/${ids[2]}`, undefined, own);
  const list = async (search: string) =>
    (await admin("GET", `/v1/admin/keys?tenantId=${tenantId}${search}`)).body;
  const all = await list("");
  assert.deepEqual(all.data.map(({ id }: Made) => id), ids);
  assert.deepEqual(all.meta, { page: { number: 1, size: 100, total: 5 } });
  assert.deepEqual(
    all.data.map(({ createdAt, revokedAt }: Record<string, string>) => [createdAt, revokedAt]),
    [4, 3, 2, 1, 0].map((
      hour,
    ) => [`2026-01-01T0${hour}:00:00.000Z`, hour === 2 ? "2026-01-02T00:00:00.000Z" : null]),
  );
  const second = await list("&page=2&pageSize=2");
  assert.deepEqual(second.data.map(({ id }: Made) => id), ids.slice(2, 4));
  assert.deepEqual(second.meta, { page: { number: 2, size: 2, total: 5 } });
  assert.deepEqual((await list("&page=9")).data, []);

  const everybodys = (await admin("GET", "/v1/admin/keys?pageSize=1")).body;
  assert.equal(everybodys.data.length, 1);
  assert.ok(everybodys.meta.page.total >= 5);
  for (
    const [search, parameter] of [["page=0", "page"], ["pageSize=1001", "pageSize"], ["page=x", "page"], [
      "page=1&page=2",
      "page",
    ], [
      "tenantId=",
      "tenantId",
    ], ["limit=5", "limit"]]
  ) {
    const { status, body } = await admin("GET", `/v1/admin/keys?${search}`);
    assert.deepEqual([status, body.parameter], [400, parameter], search);
  }
});

Deno.test("A key may be revoked again and again; one that is not there is not found", async () => {
  const { id, key } = await make();
  assert.equal((await ask(key)).status, 200);
  for (let i = 0; i < 3; i++) assert.equal((await admin("DELETE", `/v1/admin/keys/${id}`)).status, 204);
  assert.equal((await ask(key)).status, 401, "at once on the gateway that revoked it");
  for (const none of [crypto.randomUUID(), "x", `${id}0`, "' OR 1"]) {
    const { status, body } = await admin("DELETE", `/v1/admin/keys/${encodeURIComponent(none)}`);
    assert.deepEqual([status, body.type], [404, "/problems/not-found"], none);
  }
  for (
    const [method, path, allow] of [["PUT", "", "GET, HEAD, POST"], ["DELETE", "", "GET, HEAD, POST"], [
      "GET",
      `/${id}`,
      "DELETE",
    ]]
  ) {
    const { status, headers } = await admin(method, `/v1/admin/keys${path}`);
    assert.deepEqual([status, headers.get("allow")], [405, allow]);
  }
});

/** Gateways with a clock that all share. */
async function createGateways(count: number, through?: Through) {
  let now = Date.UTC(2026, 10, 22, 12);
  const clock = () => new Date(now);
  const gateways = await Promise.all(
    Array.from({ length: count }, () => createGateway({ files, through, now: clock })),
  );
  return { gateways, pass: (ms: number) => void (now += ms), clock };
}

/** The engine's client, which counts the look-ups of keys and may find nobody. */
function createWatched() {
  const state = { lookups: 0, isAway: false };
  const watched: Through = async (statement, ask) => {
    if (statement.sql.includes("{hashes:Array(String)}")) state.lookups++;
    if (state.isAway) throw new ClickHouseUnreachable("Cut off by the test");
    return await ask(statement);
  };
  return { state, watched };
}

Deno.test("A revocation holds on every gateway within 5 seconds", async () => {
  const { gateways: [first, second, idle], pass } = await createGateways(3);
  const { key, id } = await make();
  for (const each of [first, second, idle]) assert.equal((await ask(key, each)).status, 200);
  await admin("DELETE", `/v1/admin/keys/${id}`, undefined, first);
  assert.equal((await ask(key, first)).status, 401);
  for (let ms = 0; ms < 5_000; ms += 500) {
    pass(500);
    await ask(key, second);
  }
  for (const each of [second, idle]) assert.equal((await ask(key, each)).status, 401);
  for (const each of [first, second, idle]) {
    pass(60_000);
    assert.equal((await ask(key, each)).status, 401);
  }
});

Deno.test("A key ceases to hold at its instant, also where it is remembered", async () => {
  const { gateways: [own], pass, clock } = await createGateways(1);
  const expiresAt = new Date(clock().getTime() + 1_000).toISOString();
  const { key } = await make({ expiresAt }, own);
  assert.equal((await ask(key, own)).status, 200);
  pass(999);
  assert.equal((await ask(key, own)).status, 200);
  pass(1);
  const { status, body } = await ask(key, own);
  assert.deepEqual([status, body.detail], [401, "The API key has expired"]);
});

Deno.test("A key in use is looked up every second or two, a wrong one every three seconds, many at a time", async () => {
  const { state, watched } = createWatched();
  const { gateways: [own], pass } = await createGateways(1, watched);
  const { key } = await make();
  await Promise.all(Array.from({ length: 50 }, () => ask(key, own)));
  assert.ok(state.lookups <= 2, `${state.lookups} look-ups`);
  state.lookups = 0;
  for (let i = 0; i < 100; i++) {
    pass(100);
    assert.equal((await ask(key, own)).status, 200);
  }
  assert.ok(state.lookups >= 3 && state.lookups <= 8, `${state.lookups} look-ups in ten seconds`);

  const wrong = `slc_${"B".repeat(43)}`;
  state.lookups = 0;
  for (let i = 0; i < 29; i++) {
    assert.equal((await ask(wrong, own)).status, 401);
    pass(100);
  }
  assert.equal(state.lookups, 1);

  state.lookups = 0;
  const many = Array.from({ length: 900 }, (_, i) => `slc_${String(i).padStart(43, "C")}`);
  const answers = await Promise.all(many.map((each) => ask(each, own)));
  assert.ok(answers.every(({ status }) => status === 401));
  assert.ok(state.lookups <= 3, `${state.lookups} look-ups for 900 wrong keys at once`);
});

Deno.test("While ClickHouse is away, a key that was in use goes on for a minute, and others get a 503", async () => {
  const { state, watched } = createWatched();
  const { gateways: [own], pass } = await createGateways(1, watched);
  const [used, unused] = [await make(), await make()];
  // what needs no database: 404 when the key is taken
  const status = async (key: string) => (await ask(key, own, "/v1/no/such")).status;
  assert.equal(await status(used.key), 404);
  state.isAway = true;
  for (let seconds = 0; seconds < 59; seconds++) {
    pass(1_000);
    assert.equal(await status(used.key), 404, `after ${seconds} s`);
  }
  const { status: refused, body, headers } = await ask(unused.key, own, "/v1/no/such");
  assert.deepEqual([refused, body.type, headers.get("retry-after")], [503, "/problems/unavailable", "1"]);
  pass(2_000);
  assert.equal(await status(used.key), 503);
  state.isAway = false;
  pass(1_000);
  for (const { key } of [used, unused]) assert.equal(await status(key), 404);
});

Deno.test("A list tells when a key was last used, out of the audit", async () => {
  const [used, unused] = [await make(), await make()];
  const { gateways: [own], pass, clock } = await createGateways(1);
  let lastUse = "";
  for (let i = 0; i < 3; i++) {
    pass(12_345);
    lastUse = clock().toISOString();
    assert.equal((await ask(used.key, own)).status, 200);
    assert.ok(await own.audit.flush());
  }
  const lastUseOf = async ({ tenantId }: Made) =>
    (await admin("GET", `/v1/admin/keys?tenantId=${tenantId}`)).body.data[0].lastUsedAt;
  assert.equal(await lastUseOf(used), lastUse);
  assert.equal(await lastUseOf(unused), null);
});

Deno.test("A key with the scope stream makes stream tokens of its tenant; one for a domain asks only that", async () => {
  const { key } = await make({ scopes: ["stream", "query:other"] });
  const { status, body } = await ask(key, gateway, "/v1/stream/token", { method: "POST" });
  assert.equal(status, 200);
  const response = await gateway.fetch(`/v1/stream/no-such?token=${body.data.token}`);
  await response.body?.cancel();
  assert.equal(response.status, 404);
  assert.equal((await ask(key)).status, 403);
});
