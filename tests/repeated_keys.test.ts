import assert from "node:assert/strict";
import { newTenant, queryFile, read } from "./gateway.ts";
import { createSmallGateway } from "./small_gateway.ts";

// A key that comes twice in a JSON body is a 400, as a parameter that comes twice in an address is.

const gateway = await createSmallGateway({
  files: [
    queryFile("keys/sum", "tenant: none", "SELECT {a:UInt32} + {b:UInt32} AS sum"),
    queryFile("keys/map", "tenant: none", "SELECT {m:Map(String, UInt32)} AS m"),
  ],
});

async function post(path: string, body: string) {
  const headers = { "content-type": "application/json" };
  return await read(await gateway.request(path, newTenant(), { method: "POST", headers, body }));
}

Deno.test("a POST query refuses a parameter that the body gives twice with the words of a GET", async () => {
  const got = await gateway.get("/v1/keys/sum?a=1&a=2&b=3", newTenant());
  for (const body of ['{"a":1,"a":2,"b":3}', '{"a":1,"b":3,"\\u0061":1}']) {
    const posted = await post("/v1/keys/sum", body);
    assert.deepEqual(
      [posted.status, posted.body.type, posted.body.parameter, posted.body.detail],
      [got.status, got.body.type, got.body.parameter, got.body.detail],
    );
    assert.equal(posted.status, 400);
    assert.equal(posted.body.detail, "a is given more than once");
  }
});

Deno.test("a value refuses a key that comes twice, in a body and as text in an address", async () => {
  const posted = await post("/v1/keys/map", '{"m":{"x":1,"x":2}}');
  assert.deepEqual([posted.status, posted.body.detail], [
    400,
    'The body is ambiguous: "x" comes twice in one object',
  ]);
  const got = await gateway.get(`/v1/keys/map?m=${encodeURIComponent('{"x":1,"x":2}')}`, newTenant());
  assert.deepEqual([got.status, got.body.detail], [400, 'm is ambiguous: "x" comes twice in one object']);
  assert.equal((await post("/v1/keys/map", '{"m":{"x":1,"y":2}}')).status, 200);
});

Deno.test("bodies of an admin refuse a key that comes twice", async () => {
  for (
    const [method, path, body] of [
      ["PUT", `/v1/admin/tenants/${newTenant()}/budget`, '{"daily":1,"daily":2}'],
      ["POST", "/v1/admin/keys", '{"tenantId":"a","tenantId":"b","scopes":["query"]}'],
    ]
  ) {
    const answer = await read(await gateway.request(path, "the-operator", { method, body }, "admin"));
    assert.equal(answer.status, 400, path);
    assert.match(answer.body.detail, /^The body is ambiguous: "(daily|tenantId)" comes twice in one object$/);
  }
});
