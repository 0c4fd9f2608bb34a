import assert from "node:assert/strict";
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { createGateway, newTenant, queryFile, read, secret, type TestOptions, tokenOf } from "./gateway.ts";

const files = [
  queryFile("auth/ops", "tenant: none\nscope: admin", "SELECT 1 AS one"),
  queryFile("auth/compare", "scope: tenants:compare", "SELECT {tenantId:String} AS tenant"),
  queryFile("auth/who", "", "SELECT {tenantId:String} AS tenant"),
  queryFile(
    "auth/mine",
    "",
    "SELECT entity_id AS entity FROM outreach_events WHERE tenant_id = {tenantId:String} ORDER BY entity",
  ),
];
const gateway = await createGateway({ files });
const key = new TextEncoder().encode(secret);
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

/** Claims of a good token, with what a test changes; undefined removes a claim. */
const claims = (changes: Record<string, unknown> = {}) => {
  const all = { tenant_id: newTenant(), scope: "query ingest", exp: inAnHour, ...changes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};
const sign = (payload: Record<string, unknown>, alg = "HS256", by: Uint8Array | CryptoKey = key) =>
  new SignJWT(payload).setProtectedHeader({ alg, typ: "JWT" }).sign(by);

const ask = async (authorization?: string, path = "/v1/auth/who", init: RequestInit = {}) =>
  await read(
    await gateway.fetch(path, undefined, {
      ...init,
      headers: authorization === undefined ? {} : { authorization },
    }),
  );

Deno.test("A token signed with the secret is taken, and its tenant is who asks", async () => {
  const tenant = newTenant();
  const { status, body } = await ask(`bearer  ${await sign(claims({ tenant_id: tenant }))}`);
  assert.deepEqual([status, body.data], [200, [{ tenant }]]);
});

const { privateKey } = await generateKeyPair("RS256");
const good = await sign(claims());
const [head, payload, signature] = good.split(".");
const refused: Record<string, [token: string | undefined, detail: RegExp]> = {
  "no token": [
    undefined,
    /^Send a token or an API key: Authorization: Bearer <JWT or key>, or X-Api-Key: <key>$/,
  ],
  "an empty header": ["", /^Send a token/],
  "another scheme": [`Basic ${btoa("user:password")}`, /^Send a token/],
  "a scheme alone": ["Bearer ", /^Send a token/],
  "two tokens": [`Bearer ${good} ${good}`, /^Send a token/],
  "no JWT": ["Bearer abc", /^The token is not a valid JWT$/],
  "a JWT of two parts": [`Bearer ${head}.${payload}`, /^The token is not a valid JWT$/],
  "a JWT whose payload is no JSON": [`Bearer ${head}.${btoa("x")}.${signature}`, /^The token /],
  "an expired token": [`Bearer ${await sign(claims({ exp: inAnHour - 7200 }))}`, /^The token has expired$/],
  "a token that is not valid yet": [`Bearer ${await sign(claims({ nbf: inAnHour }))}`, /claim "nbf"/],
  "a token without an end": [
    `Bearer ${await sign(claims({ exp: undefined }))}`,
    /claim "exp" is missing or wrong$/,
  ],
  "a token whose end is a text": [
    `Bearer ${await sign(claims({ exp: "never" }))}`,
    /claim "exp"|not a valid JWT/,
  ],
  "another key": [
    `Bearer ${await sign(claims(), "HS256", new TextEncoder().encode(`${secret}!`))}`,
    /^The token was signed with another key$/,
  ],
  "a changed payload": [
    `Bearer ${head}.${btoa(JSON.stringify(claims())).replaceAll("=", "")}.${signature}`,
    /^The token was signed with another key$/,
  ],
  "a removed signature": [`Bearer ${head}.${payload}.`, /^The token /],
  "alg none": [`Bearer ${new UnsecuredJWT(claims()).encode()}`, /^The token must be signed with HS256$/],
  "alg RS256": [
    `Bearer ${await sign(claims(), "RS256", privateKey)}`,
    /^The token must be signed with HS256$/,
  ],
  "alg HS512 with our secret": [
    `Bearer ${await sign(claims(), "HS512", new TextEncoder().encode(secret.padEnd(64, "x")))}`,
    /^The token must be signed with HS256$/,
  ],
  "no tenant": [
    `Bearer ${await sign(claims({ tenant_id: undefined }))}`,
    /^The token has no claim "tenant_id"$/,
  ],
  "an empty tenant": [
    `Bearer ${await sign(claims({ tenant_id: "" }))}`,
    /^The token has no claim "tenant_id"$/,
  ],
  "a tenant that is no text": [`Bearer ${await sign(claims({ tenant_id: ["a"] }))}`, /no claim "tenant_id"$/],
  "a tenant of 10 KB": [
    `Bearer ${await sign(claims({ tenant_id: "x".repeat(10_000) }))}`,
    /must be text of 1 to 256 bytes/,
  ],
  "a tenant of 257 bytes": [
    `Bearer ${await sign(claims({ tenant_id: "é".repeat(128) + "x" }))}`,
    /256 bytes/,
  ],
  "a tenant with a newline": [
    `Bearer ${await sign(claims({ tenant_id: "a\nb" }))}`,
    /no control characters$/,
  ],
  "a tenant with a NUL": [`Bearer ${await sign(claims({ tenant_id: "a\u0000" }))}`, /no control characters$/],
  "further tenants that are no list": [`Bearer ${await sign(claims({ tenants: "a b" }))}`, /claim "tenants"/],
  "a further tenant with a newline": [
    `Bearer ${await sign(claims({ tenants: ["a", "b\n"] }))}`,
    /claim "tenants"/,
  ],
  "a subject that is an API key's": [
    `Bearer ${await sign(claims({ sub: `key:${crypto.randomUUID()}` }))}`,
    /claim "sub" must be text that does not begin with "key:"$/,
  ],
  "a subject that is no text": [`Bearer ${await sign(claims({ sub: 7 }))}`, /claim "sub"/],
  "a tenant with half a character": [`Bearer ${await sign(claims({ tenant_id: "a\ud83d" }))}`, /"tenant_id"/],
};

for (const [name, [authorization, detail]] of Object.entries(refused)) {
  Deno.test(`A request with ${name} is refused: 401 with a challenge and a reason, on queries and events`, async () => {
    for (
      const [path, method] of [["/v1/auth/who", "GET"], ["/v1/no/such", "GET"], [
        "/v1/events/outreach",
        "POST",
      ]]
    ) {
      const { status, headers, body } = await ask(authorization, path, { method });
      assert.deepEqual([status, body.type], [401, "/problems/unauthenticated"], path);
      assert.match(body.detail, detail);
      // RFC 6750: a request without a credential gets no error code
      const challenge = body.detail.startsWith("Send a token")
        ? 'Bearer realm="sluice"'
        : `Bearer realm="sluice", error="invalid_token", error_description="${
          body.detail.replaceAll('"', "'")
        }"`;
      assert.equal(headers.get("www-authenticate"), challenge);
    }
  });
}

Deno.test("The log of a refused request has no part of its token", async () => {
  const logged = gateway.log.length;
  const token = await sign(claims(), "HS256", new TextEncoder().encode(`${secret}?`));
  await ask(`Bearer ${token}`);
  const text = JSON.stringify(gateway.log.slice(logged));
  assert.ok(gateway.log.length > logged);
  for (const part of token.split(".").slice(1)) assert.ok(!text.includes(part));
});

const events = (tenantId: string, entityId: string) => ({
  id: crypto.randomUUID(),
  eventType: "contact_created",
  entityId,
  tenantId,
  tenant_id: tenantId,
  occurredAt: "2026-03-10T12:00:00Z",
});

Deno.test("Tenants with hostile or similar names each see their own rows, and no others", async () => {
  const run = crypto.randomUUID();
  const tenants = [
    "plain",
    "plain ",
    "Plain",
    "plaın",
    "o'brien",
    "o''brien",
    "o\\'brien",
    "back\\slash",
    "back\\\\slash",
    "\\N",
    "\\",
    "'",
    '"',
    "`",
    "') OR 1=1 --",
    "' OR tenant_id != '",
    "%",
    "_",
    "*",
    "{tenantId:String}",
    "a/*b*/",
    "x; DROP TABLE outreach_events",
    "é",
    "e\u0301",
    "日本語",
    "😀",
    "\u200b",
    "\u202e",
    "null",
    "x".repeat(200),
  ].map((name) => `${name}${run}`);
  const other = `') OR tenant_id LIKE '%${run}' --`;
  for (const tenant of [...tenants, other]) {
    const { status, body } = await gateway.send("outreach", tenant, [
      events(tenants[0], `contact of ${tenant}`),
      { id: "no uuid", of: tenant },
    ]);
    assert.deepEqual(
      [status, body.data?.accepted, body.data?.rejected],
      [200, 1, 1],
      `${tenant} ${JSON.stringify(body)}`,
    );
  }
  for (const tenant of [...tenants, other]) {
    assert.deepEqual((await gateway.query("auth/who", tenant)).body.data, [{ tenant }]);
    assert.deepEqual((await gateway.query("auth/mine", tenant)).body.data, [{
      entity: `contact of ${tenant}`,
    }]);
  }
});

Deno.test("A client cannot send the tenant or the clock, in the address or in the body", async () => {
  const tenant = newTenant();
  for (const name of ["tenantId", "now"]) {
    const value = name === "now" ? "2026-01-01T00:00:00Z" : "victim";
    const answers = [
      await gateway.query("auth/who", tenant, { [name]: value }),
      await gateway.query("auth/who", tenant, { [name]: "" }),
      await read(
        await gateway.fetch("/v1/auth/who", tenant, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ [name]: value }),
        }),
      ),
    ];
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.type, body.parameter], [400, "/problems/invalid-parameter", name]);
      assert.equal(body.detail, `${name} is bound by the server and cannot be sent`);
    }
  }
});

Deno.test("What needs no credential answers without one; what does answers with one only", async () => {
  for (const path of ["/health/live", "/health/ready", "/docs", "/openapi.json", "/problems/timeout"]) {
    const response = await gateway.fetch(path);
    await response.body?.cancel();
    assert.equal(response.status, 200, path);
  }
  for (
    const path of ["/v1", "/v1/", "/v1/auth/who", "/v1/events/outreach", "/v1//auth/who", "/v1/%61uth/who"]
  ) {
    assert.equal((await ask(undefined, path)).status, 401, path);
  }
});

/** The status of a request by a token, at an instant in seconds, to a gateway of its own. */
async function statusAt(
  claims: Record<string, unknown>,
  seconds: number,
  config: TestOptions["config"] = {},
): Promise<number> {
  const gateway = await createGateway({ files: [], config });
  const token = await sign(claims);
  return await statusOf(gateway, token, seconds);
}

/** 401 when the token is refused; 404 when it is taken, as there is no such query. */
async function statusOf(gateway: Awaited<ReturnType<typeof createGateway>>, token: string, seconds: number) {
  gateway.setNow(new Date(seconds * 1_000));
  const response = await gateway.fetch("/v1/no/such", undefined, {
    headers: { authorization: `Bearer ${token}` },
  });
  await response.body?.cancel();
  return response.status;
}

Deno.test("A token holds from nbf to exp, with the tolerance at both ends, also when it is remembered", async () => {
  const [from, to] = [1_800_000_000, 1_800_003_600];
  const gateway = await createGateway({ files: [], config: { AUTH_CLOCK_TOLERANCE_SECONDS: 5 } });
  const token = await sign(claims({ nbf: from, exp: to }));
  const edges: [seconds: number, status: number][] = [
    [from - 5.001, 401],
    [from - 5, 404],
    [to, 404],
    [to + 4.999, 404],
    [to + 5, 401],
  ];
  for (const [seconds, status] of edges) {
    assert.equal(await statusOf(gateway, token, seconds), status, `remembered, at ${seconds}`);
    assert.equal(await statusAt(claims({ nbf: from, exp: to }), seconds), status, `again, at ${seconds}`);
  }
  const strict = { AUTH_CLOCK_TOLERANCE_SECONDS: 0 };
  assert.equal(await statusAt(claims({ exp: to }), to - 1, strict), 404);
  assert.equal(await statusAt(claims({ exp: to }), to, strict), 401);
});

Deno.test("Issuer and audience must be the configured ones, where there are some", async () => {
  const now = Date.now() / 1_000;
  const config = { AUTH_ISSUER: "https://id.example.com", AUTH_AUDIENCE: "sluice" };
  const good = { iss: config.AUTH_ISSUER, aud: "sluice" };
  const cases: [changes: Record<string, unknown>, status: number][] = [
    [good, 404],
    [{ ...good, aud: ["other", "sluice"] }, 404],
    [{ ...good, iss: "https://id.example.com/" }, 401],
    [{ ...good, iss: undefined }, 401],
    [{ ...good, aud: "sluice2" }, 401],
    [{ ...good, aud: ["other"] }, 401],
    [{ ...good, aud: undefined }, 401],
  ];
  for (const [changes, status] of cases) {
    assert.equal(await statusAt(claims(changes), now, config), status, JSON.stringify(changes));
  }
});

Deno.test("The claim that names the tenant has the configured name, and no other is read", async () => {
  const gateway = await createGateway({ files, config: { AUTH_TENANT_CLAIM: "https://example.com/org" } });
  const ask = async (changes: Record<string, unknown>) =>
    await read(
      await gateway.fetch("/v1/auth/who", undefined, {
        headers: { authorization: `Bearer ${await sign(claims(changes))}` },
      }),
    );
  const { body } = await ask({ "https://example.com/org": "theirs", "tenant_id": "other" });
  assert.deepEqual(body.data, [{ tenant: "theirs" }]);
  assert.equal((await ask({})).status, 401);
});

Deno.test("Each route takes the scopes that it says, and admin; a 403 names the scope that is wanted", async () => {
  const scopes = [
    "query",
    "query:auth",
    "query:other",
    "ingest",
    "stream",
    "tenants:compare",
    "admin",
    "",
    "QUERY",
  ];
  const routes: [path: string, method: string, allowed: string[], wanted: string, detail: string][] = [
    ["/v1/auth/who", "GET", ["query", "query:auth", "admin"], "query", '"query" or "query:auth"'],
    ["/v1/auth/who", "POST", ["query", "query:auth", "admin"], "query", '"query" or "query:auth"'],
    ["/v1/auth/ops", "GET", ["admin"], "admin", '"admin"'],
    ["/v1/auth/compare", "GET", ["tenants:compare", "admin"], "tenants:compare", '"tenants:compare"'],
    ["/v1/events/outreach", "POST", ["ingest", "admin"], "ingest", '"ingest"'],
    ["/v1/stream/token", "POST", ["stream", "admin"], "stream", '"stream"'],
    ["/v1/admin/keys", "GET", ["admin"], "admin", '"admin"'],
    ["/v1/admin/keys", "POST", ["admin"], "admin", '"admin"'],
    ["/v1/admin/keys/x", "DELETE", ["admin"], "admin", '"admin"'],
  ];
  for (const [path, method, allowed, wanted, detail] of routes) {
    for (const scope of scopes) {
      const { status, headers, body } = await ask(`Bearer ${await tokenOf(newTenant(), scope)}`, path, {
        method,
      });
      const what = `${method} ${path} with "${scope}"`;
      if (allowed.includes(scope)) {
        assert.notEqual(status, 403, what);
        assert.notEqual(status, 401, what);
        continue;
      }
      assert.deepEqual(
        [status, body.type, body.detail],
        [403, "/problems/forbidden", `The credential lacks the scope ${detail}`],
        what,
      );
      assert.equal(
        headers.get("www-authenticate"),
        `Bearer realm="sluice", error="insufficient_scope", scope="${wanted}"`,
      );
    }
  }
});

Deno.test("Several scopes are separated by spaces; a list is no scope", async () => {
  const several = `Bearer ${await tokenOf(newTenant(), "ingest  query:auth")}`;
  assert.equal((await ask(several)).status, 200);
  assert.equal((await ask(`Bearer ${await sign(claims({ scope: ["query"] }))}`)).status, 403);
});

Deno.test("A body is not read before its sender is known and may send it", async () => {
  for (
    const [authorization, status] of [[undefined, 401], [
      `Bearer ${await tokenOf(newTenant(), "query")}`,
      403,
    ]]
  ) {
    let isRead = false;
    const body = new ReadableStream({ pull: () => void (isRead = true) }, { highWaterMark: 0 });
    const answer = await ask(authorization as string | undefined, "/v1/events/outreach", {
      method: "POST",
      body,
    });
    assert.deepEqual([answer.status, isRead], [status, false]);
  }
});

const streamToken = async (tenant: string) => {
  const authorization = `Bearer ${await tokenOf(tenant, "stream")}`;
  const { status, headers, body } = await ask(authorization, "/v1/stream/token", { method: "POST" });
  assert.deepEqual([status, headers.get("cache-control")], [200, "no-store"]);
  return body.data as { token: string; expiresAt: string };
};

Deno.test("A stream token is taken in the address of a stream, for a minute, and nowhere else", async () => {
  const tenant = newTenant();
  const askedAt = Date.now();
  const { token, expiresAt } = await streamToken(tenant);
  // to the second
  assert.ok(Date.parse(expiresAt) > askedAt + 59_000 - 1 && Date.parse(expiresAt) <= Date.now() + 60_000);

  // 404: it was taken, but there is no such stream
  assert.equal((await ask(undefined, `/v1/stream/no-such?token=${token}`)).status, 404);
  const elsewhere: [path: string, init?: RequestInit][] = [
    [`/v1/auth/who?token=${token}`],
    [`/v1/stream?token=${token}`],
    [`/v1/streams/x?token=${token}`],
    [`/v1/stream/token?token=${token}`, { method: "POST" }],
    [`/v1/admin/keys?token=${token}`],
    [`/v1/events/outreach?token=${token}`, { method: "POST", body: "{}" }],
  ];
  for (const [path, init] of elsewhere) assert.equal((await ask(undefined, path, init)).status, 401, path);
  for (const path of ["/v1/auth/who", "/v1/stream/no-such"]) {
    assert.equal((await ask(`Bearer ${token}`, path)).status, 401, `${path}, as a bearer token`);
  }
  const long = await tokenOf(tenant, "query stream admin");
  const { status, body } = await ask(undefined, `/v1/stream/no-such?token=${long}`);
  assert.deepEqual([status, body.type], [401, "/problems/unauthenticated"], "any other token in the address");

  gateway.setNow(new Date(Date.parse(expiresAt)));
  try {
    const late = await ask(undefined, `/v1/stream/no-such?token=${token}`);
    assert.equal(late.status, 401);
    assert.match(late.body.detail, /^The stream token has expired: fetch another/);
  } finally {
    gateway.setNow(undefined);
  }
  const logged = JSON.stringify(gateway.log);
  for (const each of [token, long]) assert.ok(!logged.includes(each.slice(-20)));
});

Deno.test("Stream tokens hold on every gateway of the same secret, and on no other", async () => {
  const { token } = await streamToken(newTenant());
  for (const [secret_, status] of [[secret, 404], [`${secret}!`, 401]] as const) {
    const other = await createGateway({ files: [], config: { AUTH_JWT_SECRET: secret_ } });
    const response = await other.fetch(`/v1/stream/no-such?token=${token}`);
    await response.body?.cancel();
    assert.equal(response.status, status);
  }
});

Deno.test("Two credentials in one request are refused", async () => {
  const token = await tokenOf(newTenant());
  const headers = { "authorization": `Bearer ${token}`, "x-api-key": `slc_${"x".repeat(43)}` };
  const { status, body } = await read(await gateway.fetch("/v1/auth/who", undefined, { headers }));
  assert.deepEqual([status, body.type, body.detail], [
    400,
    "/problems/invalid-request",
    "Send one credential, not several",
  ]);
});
