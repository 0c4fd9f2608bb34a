import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { createGateway, newTenant, queryFile, read, tokenOf } from "./gateway.ts";

// `Content-Encoding` on every route that takes a body.

const files = [
  queryFile("coding/echo", "tenant: none", "SELECT {text:String} AS text, {n:Nullable(UInt8)} AS n"),
];
const cohorts = await Promise.all(
  ["create", "update", "list"].map(async (name) => ({
    path: `sql/cohorts/${name}.sql`,
    text: await Deno.readTextFile(new URL(`../sql/cohorts/${name}.sql`, import.meta.url)),
  })),
);
const gateway = await createGateway({ files: [...files, ...cohorts] });
const tenant = newTenant();
const authorization = `Bearer ${await tokenOf(tenant, "query admin stream ingest cohorts:write")}`;

const gzip = (body: string | Uint8Array) => new Uint8Array(gzipSync(body));

async function send(method: string, path: string, body: BodyInit | undefined, coding?: string) {
  const headers = {
    authorization,
    "content-type": "application/json",
    ...(coding !== undefined && { "content-encoding": coding }),
  };
  const response = await gateway.fetch(path, undefined, { method, headers, body });
  if (response.status === 204) return { status: 204, headers: response.headers, body: null };
  return await read(response);
}

const budget = `/v1/admin/tenants/${tenant}/budget`;
const event = () =>
  JSON.stringify({
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId: "m1",
    occurredAt: "2026-11-01T00:00:00Z",
  });

/** Each route that reads a body: how, with what, and the status of success. */
const readers: [method: string, path: string, body: () => string, status: number][] = [
  ["POST", "/v1/coding/echo", () => '{"text":"é"}', 200],
  ["POST", "/v1/cohorts", () => JSON.stringify({ name: crypto.randomUUID() }), 201],
  ["POST", "/v1/admin/keys", () => JSON.stringify({ tenantId: tenant, name: "k", scopes: ["query"] }), 201],
  ["PUT", budget, () => '{"daily":500}', 200],
  ["POST", "/v1/events/outreach", event, 200],
];
/** Those that take none. */
const others: [method: string, path: string, status: number][] = [
  ["POST", "/v1/stream/token", 200],
  ["POST", `${budget}/reset`, 200],
  ["DELETE", `/v1/admin/cache?tenantId=${tenant}`, 200],
  ["DELETE", "/v1/admin/keys/00000000-0000-0000-0000-000000000000", 404],
];

Deno.test("a gzip body is unpacked on each route that takes one", async () => {
  for (const [method, path, body, expected] of readers) {
    for (const coding of ["gzip", "x-gzip", "GZIP", " gzip ", "identity, gzip", "gzip,"]) {
      const { status, body: answer } = await send(method, path, gzip(body()), coding);
      assert.equal(status, expected, `${method} ${path} ${coding}: ${JSON.stringify(answer)}`);
    }
  }
  const { body } = await send("POST", "/v1/coding/echo", gzip('{"text":"é","n":7}'), "gzip");
  assert.deepEqual(body.data, [{ text: "é", n: 7 }]);
});

Deno.test("identity, and an empty list of codings, is a body as it is", async () => {
  for (const [method, path, body, expected] of readers) {
    for (const coding of [undefined, "identity", "Identity", "", ","]) {
      const { status, body: answer } = await send(method, path, body(), coding);
      assert.equal(status, expected, `${method} ${path} ${coding}: ${JSON.stringify(answer)}`);
    }
  }
});

Deno.test("a coding that is not known, or more than one, is a 415 on every route, which says what is taken", async () => {
  const routes = [
    ...readers.map(([method, path, body]) => [method, path, body()] as const),
    ...others.map(([method, path]) => [method, path, "{}"] as const),
  ];
  for (const [method, path, body] of routes) {
    for (const coding of ["nonsense", "br", "deflate", "gzip, gzip", "gzip, br", "gzip;q=1", "__proto__"]) {
      const { status, headers, body: problem } = await send(method, path, body, coding);
      assert.deepEqual(
        [status, problem.type, headers.get("accept-encoding")],
        [415, "/problems/unsupported-media-type", "gzip"],
        `${method} ${path} ${coding}`,
      );
    }
  }
  for (const [method, path, expected] of others) {
    assert.equal((await send(method, path, undefined)).status, expected, path);
  }
});

Deno.test("a body that is not what its coding says is a 400", async () => {
  for (const [method, path, body] of readers) {
    const packed = gzip(body());
    for (
      const bytes of [body(), packed.subarray(0, packed.length - 9), packed.subarray(0, 5), gzip("{")]
    ) {
      const { status } = await send(method, path, bytes, "gzip");
      assert.ok(
        status === 400 || (path.includes("events") && status === 422),
        `${method} ${path}: ${status}`,
      );
    }
  }
});

Deno.test("a packed body is bounded by what it unpacks to, and by its own length", async () => {
  const huge = gzip(new Uint8Array(50_000_000).fill(32));
  // each is a whole gzip file of nothing
  const nothing = gzip("");
  const empties = new Uint8Array(nothing.length * 60_000);
  for (let i = 0; i < 60_000; i++) empties.set(nothing, i * nothing.length);
  for (const [method, path] of readers.slice(0, 4)) {
    const { status, body } = await send(method, path, huge, "gzip");
    assert.deepEqual([status, body.type], [413, "/problems/body-too-large"], path);
    const { status: other } = await send(method, path, empties, "gzip");
    assert.ok(other === 413 || other === 400, `${path}: ${other}`);
  }
});
