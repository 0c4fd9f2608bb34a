import assert from "node:assert/strict";
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { createGateway, newTenant, read, secret, type TestOptions } from "./gateway.ts";
import { waitFor } from "./program.ts";

// Tokens signed with private keys, whose public halves are at an address.

interface Signer {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}

async function newSigner(alg: string, kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...await exportJWK(publicKey), kid, alg, use: "sig" } };
}

const signers = {
  rsa: await newSigner("RS256", "rsa-1"),
  elliptic: await newSigner("ES256", "ec-1"),
  edwards: await newSigner("EdDSA", "ed-1"),
  next: await newSigner("ES256", "ec-2"),
  last: await newSigner("ES256", "ec-3"),
};
const { rsa, elliptic, edwards, next, last } = signers;

/** An address with keys, which counts how often it is asked and may fail. */
function serveKeys(...keys: Signer[]) {
  const state = {
    answer: (): Response | Promise<Response> => Response.json({ keys: keys.map(({ jwk }) => jwk) }),
    asked: 0,
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    state.asked++;
    return state.answer();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/keys`,
    asked: () => state.asked,
    publish: (...keys: Signer[]) => state.answer = () => Response.json({ keys: keys.map(({ jwk }) => jwk) }),
    answer: (answer: typeof state.answer) => void (state.answer = answer),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const start = Date.UTC(2026, 10, 22, 12);

/** A gateway of these keys alone, whose clock stands until the test moves it. */
async function createKeyedGateway(url: string, config: TestOptions["config"] = {}) {
  const gateway = await createGateway({
    files: [],
    config: { AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: url, ...config },
  });
  let now = start;
  gateway.setNow(new Date(now));
  return {
    ...gateway,
    pass(ms: number) {
      now += ms;
      gateway.setNow(new Date(now));
    },
    /** 404 for a token that is taken, since there is no such query. */
    async ask(token: string) {
      const headers = { authorization: `Bearer ${token}` };
      const { status, body, headers: answered } = await read(
        await gateway.fetch("/v1/no/such", undefined, { headers }),
      );
      return { status, detail: body.detail as string, type: body.type as string, headers: answered };
    },
  };
}

const claims = (changes: Record<string, unknown> = {}) => ({
  tenant_id: newTenant(),
  scope: "query",
  exp: start / 1_000 + 86_400,
  jti: crypto.randomUUID(),
  ...changes,
});

const sign = (
  { alg, kid, privateKey }: Pick<Signer, "alg" | "privateKey"> & { kid?: string },
  changes: Record<string, unknown> = {},
) => new SignJWT(claims(changes)).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(privateKey);

const minute = 60_000;

Deno.test("Tokens signed with RS256, ES256 and EdDSA are taken, and the keys fetched once", async () => {
  await using keys = serveKeys(rsa, elliptic, edwards);
  const gateway = await createKeyedGateway(keys.url);
  const tokens = await Promise.all([rsa, elliptic, edwards, rsa].map((signer) => sign(signer)));
  const answers = await Promise.all(tokens.map(gateway.ask));
  assert.deepEqual(answers.map(({ status }) => status), [404, 404, 404, 404]);
  assert.equal(keys.asked(), 1);
});

Deno.test("The configuration decides the algorithm, and never the token", async (t) => {
  await using keys = serveKeys(rsa, elliptic, edwards);
  const bytes = new TextEncoder();
  const ourSecret = bytes.encode(secret);
  const publicKeys = {
    "PEM": bytes.encode(await exportSPKI(rsa.publicKey)),
    "JWK": bytes.encode(JSON.stringify(rsa.jwk)),
    "DER": new Uint8Array(await crypto.subtle.exportKey("spki", rsa.publicKey)),
  };
  const symmetric = (key: Uint8Array, alg = "HS256", kid?: string) =>
    new SignJWT(claims()).setProtectedHeader({ alg, kid }).sign(key);
  const stranger = await newSigner("ES256", "ec-1");
  const rs512 = await newSigner("RS512", "rsa-1");
  const ps256 = await newSigner("PS256", "rsa-1");
  const attacks: Record<string, string> = {
    "HS256 with our secret, which this gateway does not have": await symmetric(ourSecret),
    "alg none": new UnsecuredJWT(claims()).encode(),
    "RS512": await sign(rs512),
    "PS256": await sign(ps256),
    "a stranger's key under a known kid": await sign(stranger),
    "a stranger's key in the header": await new SignJWT(claims())
      .setProtectedHeader({ alg: "ES256", kid: "ec-1", jwk: stranger.jwk }).sign(stranger.privateKey),
    "a stranger's address of keys in the header": await new SignJWT(claims())
      .setProtectedHeader({ alg: "ES256", kid: "ec-1", jku: keys.url }).sign(stranger.privateKey),
    "the key of another algorithm": await sign({ ...elliptic, kid: "rsa-1" }),
  };
  for (const [form, key] of Object.entries(publicKeys)) {
    attacks[`HS256 with the public key as the secret, ${form}`] = await symmetric(key);
    attacks[`HS256 with the public key as the secret, ${form}, under its kid`] = await symmetric(
      key,
      "HS256",
      "rsa-1",
    );
  }
  for (
    const [name, config] of Object.entries({
      "keys alone": {},
      "keys and secret": { AUTH_JWT_SECRET: secret },
    })
  ) {
    await t.step(name, async () => {
      const gateway = await createKeyedGateway(keys.url, config);
      for (const [attack, token] of Object.entries(attacks)) {
        const { status } = await gateway.ask(token);
        const isOurs = name === "keys and secret" && attack.includes("our secret");
        assert.equal(status, isOurs ? 404 : 401, attack);
      }
      assert.equal((await gateway.ask(await sign(rsa))).status, 404);
    });
  }
  const gateway = await createKeyedGateway(keys.url);
  const { detail } = await gateway.ask(await symmetric(ourSecret));
  assert.equal(detail, "The token must be signed with RS256, ES256 or EdDSA");
});

Deno.test("Issuer, audience and expiry are checked after a good signature, too", async () => {
  await using keys = serveKeys(elliptic);
  const config = { AUTH_ISSUER: "https://id.example.com", AUTH_AUDIENCE: "sluice" };
  const gateway = await createKeyedGateway(keys.url, config);
  const good = { iss: config.AUTH_ISSUER, aud: config.AUTH_AUDIENCE };
  assert.equal((await gateway.ask(await sign(elliptic, good))).status, 404);
  const wrong = [
    { ...good, iss: "https://evil.example.com" },
    { ...good, aud: "other" },
    { iss: good.iss },
    { ...good, exp: start / 1_000 - 6 },
    { ...good, nbf: start / 1_000 + 6 },
  ];
  for (const changes of wrong) {
    assert.equal((await gateway.ask(await sign(elliptic, changes))).status, 401, JSON.stringify(changes));
  }
});

Deno.test("A new key is fetched when a token names it, at most once a minute whatever tokens come", async () => {
  await using keys = serveKeys(elliptic);
  const gateway = await createKeyedGateway(keys.url);
  assert.equal((await gateway.ask(await sign(elliptic))).status, 404);
  keys.publish(elliptic, next);
  const early = await gateway.ask(await sign(next));
  assert.deepEqual([early.status, early.detail], [401, "The token was signed with an unknown key"]);
  assert.equal(keys.asked(), 1, "the keys were fetched just now");

  gateway.pass(minute);
  const tokens = await Promise.all([next, next, next].map((signer) => sign(signer)));
  const answers = await Promise.all(tokens.map(gateway.ask));
  assert.deepEqual(answers.map(({ status }) => status), [404, 404, 404]);
  assert.equal(keys.asked(), 2, "those that wait share the fetch");

  for (let i = 0; i < 20; i++) {
    gateway.pass(minute / 20 - 1);
    assert.equal((await gateway.ask(await sign({ ...last, kid: `made-up-${i}` }))).status, 401);
  }
  assert.equal(keys.asked(), 2);
  gateway.pass(20);
  assert.equal((await gateway.ask(await sign({ ...last, kid: "made-up" }))).status, 401);
  assert.equal(keys.asked(), 3);
});

Deno.test("A key that is gone takes its tokens along within about ten minutes, also those remembered", async () => {
  await using keys = serveKeys(elliptic, next);
  const gateway = await createKeyedGateway(keys.url);
  const [old, other] = [await sign(elliptic), await sign(next)];
  for (const token of [old, other]) assert.equal((await gateway.ask(token)).status, 404);
  keys.publish(next);
  gateway.pass(10 * minute);
  assert.equal((await gateway.ask(old)).status, 404);
  gateway.pass(1);
  // nobody waits for the fetch that this begins
  await gateway.ask(old);
  await waitFor("the old key is refused", async () => (await gateway.ask(old)).status === 401);
  assert.equal((await gateway.ask(other)).status, 404);
  assert.equal(keys.asked(), 2);
});

Deno.test("While the keys' address fails, those who have a known key stay logged in, for hours", async (t) => {
  const failures: Record<string, [answer: () => Response | Promise<Response>, cause: RegExp]> = {
    "an error": [() => new Response("no", { status: 500 }), /status 500/],
    "a page": [() => new Response("<html>", { status: 200 }), /not JSON/],
    "a redirection": [() => Response.redirect("http://127.0.0.1:1/", 302), /status 302/],
    "no list of keys": [() => Response.json({ keys: "none" }), /malformed/],
    "an empty list": [() => Response.json({ keys: [] }), /has no key/],
    "an answer without end": [
      () =>
        new Response(
          new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536).fill(32)) }),
        ),
      /more than 262144 bytes/,
    ],
  };
  for (const [name, [failure, cause]] of Object.entries(failures)) {
    await t.step(name, async () => {
      await using keys = serveKeys(elliptic);
      const gateway = await createKeyedGateway(keys.url);
      const token = await sign(elliptic);
      assert.equal((await gateway.ask(token)).status, 404);
      keys.answer(failure);
      gateway.pass(180 * minute);
      assert.equal((await gateway.ask(token)).status, 404);
      const warning = () =>
        gateway.log.find(({ level, message }) => level === "warn" && /JWKS/.test(message));
      await waitFor("there is a warning", () => warning() !== undefined);
      assert.match(String(warning()!.cause), cause);
      for (const known of [token, await sign(elliptic)]) assert.equal((await gateway.ask(known)).status, 404);

      // whether its key is a new one cannot be told: not a 401, at which a client would throw its token away
      gateway.pass(minute);
      const unknown = await gateway.ask(await sign(next));
      assert.deepEqual([unknown.status, unknown.type], [503, "/problems/unavailable"]);
      assert.equal(unknown.headers.get("retry-after"), "1");

      keys.publish(elliptic, next);
      gateway.pass(minute);
      assert.equal((await gateway.ask(await sign(next))).status, 404);
      assert.ok(!JSON.stringify(gateway.log).includes("127.0.0.1"), "the address may hold a secret");
    });
  }
});

Deno.test("When nobody listens at the keys' address, known keys go on", async () => {
  const keys = serveKeys(elliptic);
  const gateway = await createKeyedGateway(keys.url);
  const token = await sign(elliptic);
  assert.equal((await gateway.ask(token)).status, 404);
  await keys[Symbol.asyncDispose]();
  gateway.pass(180 * minute);
  for (const known of [token, await sign(elliptic)]) assert.equal((await gateway.ask(known)).status, 404);
  gateway.pass(minute);
  assert.equal((await gateway.ask(await sign(next))).status, 503);
});

Deno.test("A gateway that has no keys yet says so, asks once a second, and works as soon as there are some", async () => {
  await using keys = serveKeys(elliptic);
  keys.answer(() => new Response(null, { status: 503 }));
  const gateway = await createKeyedGateway(keys.url);
  for (let i = 0; i < 3; i++) {
    const { status, detail } = await gateway.ask(await sign(elliptic));
    assert.equal(status, 503);
    assert.match(detail, /^The token cannot be checked: the keys .* are not reachable$/);
  }
  assert.equal(keys.asked(), 1);
  keys.publish(elliptic);
  gateway.pass(1_000);
  assert.equal((await gateway.ask(await sign(elliptic))).status, 404);
});

Deno.test("A token may leave out its key's id when only one key fits", async () => {
  await using keys = serveKeys(rsa, elliptic, next);
  const gateway = await createKeyedGateway(keys.url);
  assert.equal((await gateway.ask(await sign({ ...rsa, kid: undefined }))).status, 404);
  const { status, detail } = await gateway.ask(await sign({ ...elliptic, kid: undefined }));
  assert.deepEqual([status, detail], [
    401,
    'The token must name the key that it was signed with, in its header "kid"',
  ]);
});

Deno.test("Private and symmetric keys at the address are not used", async () => {
  const symmetric = {
    ...elliptic,
    jwk: { kty: "oct", k: btoa(secret).replaceAll("=", ""), kid: "oct", alg: "HS256" },
  };
  const leaked = { ...next, jwk: { ...await exportJWK(next.privateKey), kid: next.kid, alg: next.alg } };
  await using keys = serveKeys(symmetric, leaked, rsa);
  const gateway = await createKeyedGateway(keys.url);
  const bySecret = await new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: "oct" }).sign(
    new TextEncoder().encode(secret),
  );
  for (const token of [bySecret, await sign(next)]) assert.equal((await gateway.ask(token)).status, 401);
  assert.equal((await gateway.ask(await sign(rsa))).status, 404);
});

Deno.test("Without a secret there are no stream tokens, and the answer says why", async () => {
  await using keys = serveKeys(elliptic);
  const gateway = await createKeyedGateway(keys.url);
  const headers = { authorization: `Bearer ${await sign(elliptic, { scope: "stream" })}` };
  const { status, body } = await read(
    await gateway.fetch("/v1/stream/token", undefined, { method: "POST", headers }),
  );
  assert.deepEqual([status, body.type, body.detail], [
    501,
    "/problems/not-configured",
    "There are no stream tokens without AUTH_JWT_SECRET",
  ]);
});

Deno.test("Without a secret and a password of ClickHouse there are no live updates; with the password there are", async () => {
  await using keys = serveKeys(elliptic);
  const headers = { authorization: `Bearer ${await sign(elliptic, { scope: "stream" })}` };
  for (const [password, expected] of [["", 501], ["a password", 200]] as const) {
    const gateway = await createKeyedGateway(keys.url, { CLICKHOUSE_PASSWORD: password });
    const { status, body } = await gateway.fetch("/v1/stream/updates", undefined, { headers });
    await body?.cancel();
    assert.equal(status, expected);
    gateway.streams.stop();
  }
});
