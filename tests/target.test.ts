import assert from "node:assert/strict";
import { createGateway, listen, newTenant, queryFile, tokenOf } from "./gateway.ts";
import { sendRaw } from "./raw_request.ts";

// What a client can put into Host and into the target of a request, on a socket: Deno makes the address of both.

const files = [
  queryFile(
    "edge/echo",
    "cache: 1h",
    "SELECT {text:Nullable(String)} AS text, {tenantId:String} != '' AS isOwn",
  ),
  queryFile("edge/[id]/part", "tenant: none", "SELECT {id:String} AS id"),
];
const tenant = newTenant();
const admin = `authorization: Bearer ${await tokenOf(tenant, "query admin ingest stream")}`;

/** Serves a gateway while the test sends it heads of requests. */
async function withServer(
  work: (send: (start: string, fields?: string[]) => ReturnType<typeof sendRaw>) => Promise<void>,
) {
  const server = listen(await createGateway({ files, cacheBytes: 1_000_000 }));
  const send = (start: string, fields = ["host: a"]) =>
    sendRaw(server.url, `${[start, ...fields, admin, "connection: close"].join("\r\n")}\r\n\r\n`);
  try {
    await work(send);
  } finally {
    await server.stop();
  }
}

Deno.test("a Host that is no name is a 400 on every path, and never a path itself", () =>
  withServer(async (send) => {
    const hosts = [
      "a b",
      "localhost/metrics?",
      "localhost/health/live#",
      "localhost/v1/edge/echo?text=",
      "a#b",
      "u@a",
      "a\\b",
      "a%41",
      "[::1",
      "a:b",
      "a:123456",
      "\xff",
      "<a>",
    ];
    for (const host of hosts) {
      for (const path of ["/", "/metrics", "/v1/edge/echo", "/health/live", "/no/such"]) {
        const { status, headers, body } = await send(`GET ${path} HTTP/1.1`, [`host: ${host}`]);
        assert.equal(status, 400, `${host} ${path}: ${body}`);
        const problem = JSON.parse(body);
        assert.equal(problem.type, "/problems/invalid-request");
        assert.match(problem.detail, /^Host must be/);
        assert.equal(problem.instance, `urn:uuid:${headers.get("x-request-id")}`);
      }
    }
  }));

Deno.test("each Host that is a name or an address gets the answer to its path", () =>
  withServer(async (send) => {
    const hosts = [
      "a",
      "a:1",
      "a:",
      "",
      "127.0.0.1:80",
      "[::1]:8787",
      "my_service.internal",
      "1.2.3.4.5",
      "a:99999",
      "a;b",
    ];
    for (const host of hosts) {
      const { status, body } = await send("GET /v1/edge/echo?text=x HTTP/1.1", [`host: ${host}`]);
      assert.deepEqual([status, JSON.parse(body).data], [200, [{ text: "x", isOwn: 1 }]], host);
      const keys = await send("GET /v1/admin/keys?pageSize=1 HTTP/1.1", [`host: ${host}`]);
      assert.equal(keys.status, 200, host);
    }
    const { status } = await send("GET /v1/edge/echo HTTP/1.0", []);
    assert.equal(status, 200);
  }));

Deno.test("a repeated request's answer is for its own Host: the same address of another Host and path is a 400", () =>
  withServer(async (send) => {
    const learned = "GET /v1/edge/echo?text=/metrics HTTP/1.1";
    for (let i = 0; i < 3; i++) assert.equal((await send(learned, ["host: a"])).status, 200);
    const forged = await send("GET /metrics HTTP/1.1", ["host: a/v1/edge/echo?text="]);
    assert.equal(forged.status, 400);
  }));

Deno.test("a target in absolute form is its path, whatever Host says", () =>
  withServer(async (send) => {
    const { status, body } = await send("GET http://other.example/v1/edge/echo?text=y HTTP/1.1");
    assert.deepEqual([status, JSON.parse(body).data[0].text], [200, "y"]);
    const bad = await send("GET http://other.example/v1/edge/echo HTTP/1.1", ["host: a/b"]);
    assert.equal(bad.status, 400);
  }));

Deno.test("odd targets are answered like any that is not there, and none is a 5xx", () =>
  withServer(async (send) => {
    const targets: [string, number][] = [
      ["GET //metrics", 404],
      ["GET //a/metrics", 404],
      ["GET /v1//edge/echo", 404],
      ["GET /v1/edge/echo/", 404],
      ["GET /v1/edge/echo?", 200],
      ["GET /v1/edge/echo#/metrics", 200],
      ["GET /v1/edge/echo?text=1#?text=2", 200],
      ["GET /v1/edge%2Fecho", 404],
      ["GET /%76%31/edge/echo", 200],
      ["GET /v1/edge/../../metrics", 404],
      ["GET /v1/edge/..%2f..%2fmetrics", 404],
      ["GET /v1\\edge\\echo", 404],
      ["GET /v1/edge/echo%00", 404],
      ["GET /v1/a%00b/part", 404],
      ["GET /v1/edge/a%00b/part", 200],
      [`GET /v1/edge/echo?text=${"x".repeat(60_000)}`, 200],
      [`GET /${"a/".repeat(20_000)}`, 404],
      ["GET /v1/edge/echo?__proto__=1", 400],
      ["GET /v1/edge/echo?constructor=1&toString=2", 400],
      ["GET /v1/edge/echo?text=1&text=2", 400],
      ["GET /v1/edge/echo?format=__proto__", 400],
      ["GET /v1/constructor/toString", 404],
      ["GET /v1/__proto__", 404],
      ["GET /v1/edge/__proto__/part", 200],
      ["GET /problems/constructor", 404],
      ["GET /docs/__proto__", 404],
      ["GET /v1/admin/keys?__proto__=1", 400],
      ["GET /v1/admin/keys?constructor=1", 400],
      ["DELETE /v1/admin/cache?__proto__=1", 400],
      ["DELETE /v1/admin/cache?toString=1", 400],
      ["OPTIONS *", 204],
      ["TRACE /v1/edge/echo", 405],
      ["FOO /v1/edge/echo", 405],
      ["CONNECT a:80", 400],
    ];
    for (const [start, expected] of targets) {
      const { status, body } = await send(`${start} HTTP/1.1`);
      assert.equal(status, expected, `${start.slice(0, 80)}: ${body.slice(0, 300)}`);
    }
  }));

Deno.test("an address whose path or parameters are not UTF-8 is a 400 on every route, and changes nothing", () =>
  withServer(async (send) => {
    const starts = [
      "GET /v1/edge/%ff/part",
      "GET /v1/edge/a%c3/part",
      "GET /v1/edge/%ed%a0%80/part",
      "GET /v1/edge/%/part",
      "GET /v1/edge/%zz/part",
      "GET /v1/admin/tenants/%ff/budget",
      "PUT /v1/admin/tenants/%ff/budget",
      "POST /v1/admin/tenants/%ff/budget/reset",
      "DELETE /v1/admin/keys/%ff",
      "POST /v1/admin/sync/%ff",
      "POST /v1/admin/jobs/%ff",
      "POST /v1/events/%ff",
      "GET /problems/%ff",
      "GET /docs/%ff",
      "GET /no/such/%ff",
      "GET /v1/edge/echo?text=%ff",
      "GET /v1/edge/echo?text=a%c3",
      "GET /v1/edge/echo?%ff=1",
      "GET /v1/admin/keys?tenantId=%ff",
      "DELETE /v1/admin/cache?tenantId=%ff",
    ];
    for (const start of starts) {
      const { status, body } = await send(`${start} HTTP/1.1`);
      assert.equal(status, 400, `${start}: ${body}`);
      assert.equal(JSON.parse(body).type, "/problems/invalid-request");
    }
    // in a form, a stray % is itself
    const { body } = await send("GET /v1/edge/echo?text=100%&format=json HTTP/1.1");
    assert.equal(JSON.parse(body).data[0].text, "100%");
  }));
