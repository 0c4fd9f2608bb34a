import assert from "node:assert/strict";
import { createGateway, newTenant, queryFile, read, tokenOf } from "./gateway.ts";

// Conditions of requests: `If-Match` and its like are honoured or refused, never ignored.

const domain = await Promise.all(
  ["create", "update", "delete", "list"].map(async (name) => ({
    path: `sql/cohorts/${name}.sql`,
    text: await Deno.readTextFile(new URL(`../sql/cohorts/${name}.sql`, import.meta.url)),
  })),
);
const files = [
  queryFile("test/kept", "tenant: none\ncache: 1h", "SELECT {n:UInt8} AS n"),
  queryFile("test/plain", "tenant: none", "SELECT {n:UInt8} AS n"),
];
const gateway = await createGateway({ files: [...files, ...domain], cacheBytes: 1_000_000 });
const tenant = newTenant();
const authorization = `Bearer ${await tokenOf(tenant, "query admin stream ingest cohorts:write")}`;

async function send(method: string, path: string, fields: Record<string, string> = {}, body?: unknown) {
  const headers = { authorization, "content-type": "application/json", ...fields };
  const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const response = await gateway.fetch(path, undefined, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
}

const names = async () =>
  (await send("GET", "/v1/cohorts")).body.data.map(({ name }: { name: string }) => name);

Deno.test("a change under If-Match or If-Unmodified-Since is refused, and nothing is changed", async () => {
  const made = await send("POST", "/v1/cohorts", {}, { name: "Kept" });
  const cohort = `/v1/cohorts/${made.body.data.id}`;
  const budget = `/v1/admin/tenants/${tenant}/budget`;
  const changes: [string, string, unknown?][] = [
    ["POST", "/v1/cohorts", { name: "Another" }],
    ["PUT", cohort, { name: "Changed" }],
    ["DELETE", cohort],
    ["PUT", budget, { daily: 1 }],
    ["POST", `${budget}/reset`],
    ["POST", "/v1/admin/keys", { tenantId: tenant, name: "k", scopes: ["query"] }],
    ["DELETE", `/v1/admin/keys/${crypto.randomUUID()}`],
    ["DELETE", "/v1/admin/cache"],
    ["POST", "/v1/stream/token"],
    ["POST", "/v1/events/outreach", { id: crypto.randomUUID() }],
  ];
  for (const [method, path, body] of changes) {
    for (
      const [field, value] of [["If-Match", '"x"'], ["If-Match", 'W/"x", "y"'], [
        "If-Unmodified-Since",
        new Date().toUTCString(),
      ]]
    ) {
      const { status, body: problem } = await send(method, path, { [field]: value }, body);
      assert.deepEqual(
        [status, problem.type, problem.parameter],
        [412, "/problems/precondition-failed", field],
        `${method} ${path}`,
      );
    }
  }
  for (const method of ["PUT", "DELETE"]) {
    assert.equal((await send(method, cohort, { "if-none-match": "*" }, { name: "Changed" })).status, 412);
  }
  assert.deepEqual(await names(), ["Kept"]);
  assert.equal((await send("GET", budget)).body.data.daily.isDefault, true);
});

Deno.test("If-Match: * allows what is there to be changed; what is not is a 404", async () => {
  const made = await send("POST", "/v1/cohorts", {}, { name: "Star" });
  const cohort = `/v1/cohorts/${made.body.data.id}`;
  assert.equal((await send("DELETE", cohort, { "if-match": "*" })).status, 204);
  assert.equal((await send("DELETE", cohort, { "if-match": "*" })).status, 404);
});

Deno.test("If-Match of a read is compared strongly with the answer's entity tag, also when it is asked again", async () => {
  const statusOf = async (path: string, ifMatch: string) =>
    (await read(await gateway.fetch(path, tenant, { headers: { "if-match": ifMatch } }))).status;
  const path = "/v1/test/kept?n=1";
  const { headers } = await send("GET", path);
  for (let i = 0; i < 3; i++) {
    // weak ones never match
    assert.equal(await statusOf(path, headers.get("etag")!), 412);
    assert.equal(await statusOf(path, '"other"'), 412);
    assert.equal(await statusOf(path, "*"), 200);
    assert.equal((await send("GET", path)).status, 200);
  }
  assert.equal(await statusOf("/v1/test/plain?n=1", '"x"'), 412);
  assert.equal(await statusOf("/v1/test/plain?n=1", "*"), 200);
  const file = `${path}&format=ndjson`;
  const first = await gateway.fetch(file, tenant);
  await first.body?.cancel();
  const tag = first.headers.get("etag")!;
  assert.match(tag, /^"[\w-]{22}\.ndjson"$/);
  assert.equal(await statusOf(file, `"other", ${tag}`), 200);
  assert.equal(await statusOf(file, `W/${tag}`), 412);
});
