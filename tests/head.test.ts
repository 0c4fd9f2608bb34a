import assert from "node:assert/strict";
import { createGateway, listen, newTenant, queryFile, tokenOf } from "./gateway.ts";

const files = [
  queryFile("test/rows", "tenant: none", "SELECT number AS n FROM numbers({count:UInt32})"),
  queryFile("test/kept", "tenant: none\ncache: 1h", "SELECT number AS n FROM numbers({count:UInt32})"),
];

/** The head of an answer as it comes over the connection, and the bytes after it. */
async function ask(url: string, method: string, path: string, authorization: string) {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const request =
    `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: ${authorization}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const text = await new Response(connection.readable).text();
  const end = text.indexOf("\r\n\r\n");
  const [start, ...lines] = text.slice(0, end).split("\r\n");
  const fields = new Headers(lines.map((line) => line.split(/: */, 2) as [string, string]));
  return {
    status: Number(start.split(" ")[1]),
    type: fields.get("content-type"),
    length: fields.get("content-length"),
    body: text.slice(end + 4),
  };
}

Deno.test("HEAD answers what GET does without a body, and says its length or none, never 0", async () => {
  const gateway = await createGateway({ files, cacheBytes: 1_000_000 });
  const server = listen(gateway);
  const authorization = `Bearer ${await tokenOf(newTenant())}`;
  const health = ["", "/live", "/ready", "/cache", "/dependencies"].map((path) => `/health${path}`);
  const exports = ["csv", "ndjson", "parquet", "xlsx"].map((format) =>
    `/v1/test/rows?count=5&format=${format}`
  );
  const paths = [
    ...health,
    "/metrics",
    "/openapi.json",
    "/openapi.yaml",
    "/docs",
    "/problems/not-found",
    ...exports,
    "/v1/test/rows?count=5",
    "/v1/test/kept?count=5",
    "/v1/test/kept?count=5&format=csv",
    "/v1/test/rows",
    "/v1/no/such",
    "/no/such",
  ];
  try {
    for (const path of paths) {
      const get = await ask(server.url, "GET", path, authorization);
      const head = await ask(server.url, "HEAD", path, authorization);
      assert.deepEqual([head.status, head.type, head.body], [get.status, get.type, ""], path);
      assert.notEqual(get.body, "", path);
      // what is computed again differs by the digits of its duration
      assert.notEqual(head.length, "0", path);
    }
    const kept = "/v1/test/kept?count=5";
    const [get, head] = [
      await ask(server.url, "GET", kept, authorization),
      await ask(server.url, "HEAD", kept, authorization),
    ];
    assert.ok(Number(get.length) > 0);
    assert.equal(head.length, get.length);
  } finally {
    await server.stop();
  }
});
