import assert from "node:assert/strict";
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { createGateway, newTenant, queryFile, read, secret } from "./gateway.ts";

const files = [
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
  "no token": [undefined, /^Send a token: Authorization: Bearer <JWT>$/],
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
    /at most 256 bytes/,
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
      assert.match(headers.get("www-authenticate") ?? "", /^Bearer /);
      assert.match(body.detail, detail);
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
