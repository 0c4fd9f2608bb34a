import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { createGateway, newTenant, queryFile, read, secret, tokenOf } from "./gateway.ts";

// POST /v1/tokens: a token that a page may have.

const files = [
  queryFile("pages/who", "", "SELECT {tenantId:String} AS tenant"),
  queryFile(
    "pages/side-by-side",
    "tenant: compare\nscope: tenants:compare",
    "SELECT uniqExact(tenant_id) AS tenants FROM outreach_events WHERE has({tenantIds:Array(String)}, tenant_id)",
  ),
];
const gateway = await createGateway({ files });

type Of = Pick<typeof gateway, "fetch">;

async function ask(token: string, path = "/v1/pages/who", init: RequestInit = {}, of: Of = gateway) {
  return await read(
    await of.fetch(path, undefined, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    }),
  );
}

function post(token: string, path: string, body: unknown, of: Of = gateway) {
  return ask(token, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }, of);
}

async function make(by: string, wanted: unknown = { scopes: ["query"] }, of: Of = gateway) {
  const { status, headers, body } = await post(by, "/v1/tokens", wanted, of);
  assert.deepEqual([status, headers.get("cache-control")], [200, "no-store"], JSON.stringify(body));
  return body.data as { token: string; scopes: string[]; expiresAt: string };
}

Deno.test("A page's token reads as its maker's tenant, by GET and POST, until its minutes are over", async () => {
  const tenant = newTenant();
  const madeAt = Date.now();
  const { token, scopes, expiresAt } = await make(await tokenOf(tenant), {
    scopes: ["query:pages"],
    minutes: 5,
  });
  assert.deepEqual(scopes, ["query:pages"]);
  const lasts = Date.parse(expiresAt) - madeAt;
  // to the second
  assert.ok(lasts > 299_000 - 1 && lasts <= 300_000 + (Date.now() - madeAt), String(lasts));
  for (const answer of [await ask(token), await post(token, "/v1/pages/who", {})]) {
    assert.deepEqual([answer.status, answer.body.data], [200, [{ tenant }]]);
  }
  // the clocks may be 5 s apart
  gateway.setNow(new Date(Date.parse(expiresAt) + 5_000));
  try {
    const late = await ask(token);
    assert.deepEqual([late.status, late.body.detail], [401, "The token has expired"]);
  } finally {
    gateway.setNow(undefined);
  }
  assert.ok(!JSON.stringify(gateway.log).includes(token.slice(-20)));
});

Deno.test("A page's token allows nothing that its maker may not, and nothing but reading", async () => {
  const cases: [by: string, wanted: string[], status: number][] = [
    ["query", ["query"], 200],
    ["query", ["query:pages", "query:outreach"], 200],
    ["query:pages", ["query:pages"], 200],
    ["query:pages", ["query"], 403],
    ["query:pages", ["query:pages", "query:outreach"], 403],
    ["query stream", ["query", "stream"], 200],
    ["query", ["stream"], 403],
    ["ingest", ["query"], 403],
    ["admin", ["query", "stream"], 200],
    ["admin", ["admin"], 400],
    ["admin", ["ingest"], 400],
    ["admin", ["cohorts:write"], 400],
    ["admin", ["tenants:compare"], 400],
    ["admin", ["query:"], 400],
    ["admin", [], 400],
  ];
  for (const [by, scopes, expected] of cases) {
    const { status, body } = await post(await tokenOf(newTenant(), by), "/v1/tokens", { scopes });
    assert.equal(status, expected, `${by} makes ${scopes}: ${JSON.stringify(body)}`);
  }
  const { token } = await make(await tokenOf(newTenant(), "admin"), { scopes: ["query", "stream"] });
  assert.equal((await ask(token)).status, 200);
  assert.equal((await post(token, "/v1/events/outreach", {})).status, 403);
  assert.equal((await ask(token, "/v1/admin/keys")).status, 403);
  assert.equal((await ask(token, "/v1/admin/cache", { method: "DELETE" })).status, 403);
});

Deno.test("A page's token is never of another tenant, also when its maker may compare some", async () => {
  const [tenant, friend] = [newTenant(), newTenant()];
  const payload = { tenant_id: tenant, scope: "query tenants:compare", tenants: [friend] };
  const by = await new SignJWT(payload).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
  const path = `/v1/pages/side-by-side?tenantIds=${tenant}&tenantIds=${friend}`;
  assert.equal((await ask(by, path)).status, 200);
  assert.equal((await ask((await make(by)).token, path)).status, 403);
  const { status, body } = await post(by, "/v1/tokens", { scopes: ["query"], tenantId: friend });
  assert.deepEqual([status, body.parameter], [400, "tenantId"]);
});

Deno.test("A wrong wish for a page's token is refused with the parameter at fault", async () => {
  const by = await tokenOf(newTenant());
  const cases: [wanted: Record<string, unknown>, parameter: string][] = [
    [{}, "scopes"],
    [{ scopes: "query" }, "scopes"],
    [{ scopes: ["query"], minutes: 0 }, "minutes"],
    [{ scopes: ["query"], minutes: 61 }, "minutes"],
    [{ scopes: ["query"], minutes: 1.5 }, "minutes"],
    [{ scopes: ["query"], minutes: "5" }, "minutes"],
  ];
  for (const [wanted, parameter] of cases) {
    const { status, body } = await post(by, "/v1/tokens", wanted);
    assert.deepEqual([status, body.parameter?.replace(/\W.*/, "")], [400, parameter], JSON.stringify(body));
  }
});

Deno.test("A page's token makes no other, neither for a page nor for a stream", async () => {
  const { token } = await make(await tokenOf(newTenant(), "admin"), { scopes: ["query", "stream"] });
  for (const path of ["/v1/tokens", "/v1/stream/token"]) {
    const { status, headers, body } = await post(token, path, { scopes: ["query"] });
    assert.deepEqual([status, body.type], [403, "/problems/forbidden"], path);
    assert.match(body.detail, /^A token that was made by POST \/v1\/tokens makes no other/);
    assert.equal(headers.get("www-authenticate"), 'Bearer realm="sluice", error="insufficient_scope"');
  }
});

Deno.test("A page's token ends with the token that it was made with", async () => {
  const exp = Math.floor(Date.now() / 1_000) + 120;
  const by = await new SignJWT({ tenant_id: newTenant(), scope: "query", exp })
    .setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
  const { expiresAt } = await make(by, { scopes: ["query"], minutes: 60 });
  assert.equal(Date.parse(expiresAt), exp * 1_000);
});

Deno.test("A page's token ends with the API key that it was made with: at its end, and when it is revoked", async () => {
  const admin = await tokenOf("the-operator", "admin");
  const inAMinute = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 60_000).toISOString();
  const newKey = async (expiresAt?: string) => {
    const wanted = { tenantId: newTenant(), name: "a page's", scopes: ["query"], expiresAt };
    const { status, body } = await post(admin, "/v1/admin/keys", wanted);
    assert.equal(status, 201, JSON.stringify(body));
    return body.data as { id: string; key: string; tenantId: string };
  };
  const short = await newKey(inAMinute);
  assert.equal((await make(short.key, { scopes: ["query"], minutes: 60 })).expiresAt, inAMinute);

  const long = await newKey();
  const { token } = await make(long.key);
  const other = await createGateway({ files });
  for (const each of [gateway, other]) {
    assert.deepEqual((await ask(token, undefined, {}, each)).body.data, [{ tenant: long.tenantId }]);
  }
  const revoked = await gateway.fetch(`/v1/admin/keys/${long.id}`, undefined, {
    method: "DELETE",
    headers: { authorization: `Bearer ${admin}` },
  });
  assert.equal(revoked.status, 204);
  const { status, body } = await ask(token);
  assert.deepEqual([status, body.detail], [
    401,
    "The API key that the token was made with was revoked or has expired",
  ]);
  // what the other one has read is fresh for 3 s
  other.setNow(new Date(Date.now() + 4_000));
  assert.equal((await ask(token, undefined, {}, other)).status, 401);
});

Deno.test("Nobody makes such a token but the gateway, and it is none for a stream's address", async () => {
  const { token } = await make(await tokenOf(newTenant(), "stream"), { scopes: ["stream"] });
  const inAddress = await read(await gateway.fetch(`/v1/stream/no-such?token=${token}`));
  assert.equal(inAddress.status, 401);
  const [head, payload, signature] = token.split(".");
  const claims = { tenant_id: newTenant(), scope: "query", madeBy: { subject: "" } };
  const forge = (key: string) =>
    new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "browser+jwt" }).setExpirationTime("1h")
      .sign(new TextEncoder().encode(key));
  const otherType = btoa(JSON.stringify({ alg: "HS256", typ: "JWT" })).replaceAll("=", "");
  const forged = [await forge(secret), await forge(`${secret}!`), `${otherType}.${payload}.${signature}`];
  for (const each of [...forged, `${head}.${payload}.${"A".repeat(signature.length)}`]) {
    assert.equal((await ask(each)).status, 401);
  }
});

Deno.test("Without a secret there are no such tokens, and one of another secret is not taken", async () => {
  const { token } = await make(await tokenOf(newTenant()));
  const other = await createGateway({ files, config: { AUTH_JWT_SECRET: `${secret}!` } });
  assert.equal((await ask(token, undefined, {}, other)).status, 401);
  const keyed = await createGateway({
    files,
    config: { AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: "http://127.0.0.1:1/keys" },
  });
  assert.equal((await ask(token, undefined, {}, keyed)).status, 401);
});
