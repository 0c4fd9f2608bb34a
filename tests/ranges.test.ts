import assert from "node:assert/strict";
import { createGateway, newTenant, queryFile } from "./gateway.ts";

// Exports that are kept come in parts, as readers of files over HTTP ask for them: the length by HEAD, then ranges.

const files = [
  queryFile("ranges/kept", "tenant: none\ncache: 1h", "SELECT number AS n FROM numbers({count:UInt32})"),
  queryFile("ranges/plain", "tenant: none", "SELECT number AS n FROM numbers({count:UInt32})"),
];
const gateway = await createGateway({ files, cacheBytes: 20_000_000 });
const tenant = newTenant();

async function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await gateway.fetch(`/v1/ranges/${path}`, tenant, { method, headers });
  return { status: response.status, headers: response.headers, bytes: await response.bytes() };
}

const path = "kept?count=1000&format=csv";

Deno.test("HEAD of a kept export tells its length, that it comes in ranges, and a strong entity tag", async () => {
  for (const format of ["csv", "ndjson", "parquet", "arrow", "xlsx"]) {
    const address = `kept?count=1000&format=${format}`;
    const head = await ask(address, {}, "HEAD");
    const whole = await ask(address);
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers.get("content-length")), whole.bytes.length, format);
    for (const { headers } of [head, whole]) {
      assert.equal(headers.get("accept-ranges"), "bytes", format);
      assert.match(headers.get("etag")!, /^"[^"]+"$/);
    }
  }
});

Deno.test("an export that is not kept, and one that is too large for it, says that it has no ranges, and comes whole", async () => {
  for (const address of ["plain?count=10&format=csv", "kept?count=2000000&format=csv"]) {
    const head = await ask(address, {}, "HEAD");
    assert.deepEqual([head.headers.get("accept-ranges"), head.headers.get("content-length")], ["none", null]);
    const { status, headers } = await ask(address, { range: "bytes=0-1" });
    assert.deepEqual([status, headers.get("accept-ranges"), headers.get("content-range")], [
      200,
      "none",
      null,
    ]);
  }
});

Deno.test("a range is those bytes of the export, also when it is asked for again", async () => {
  const { bytes } = await ask(path);
  const length = bytes.length;
  const cases: [string, number, number][] = [
    ["bytes=0-0", 0, 0],
    ["bytes=1-9", 1, 9],
    ["bytes=10-", 10, length - 1],
    [`bytes=${length - 1}-`, length - 1, length - 1],
    ["bytes=-8", length - 8, length - 1],
    [`bytes=-${length + 5}`, 0, length - 1],
    [`bytes=5-${length + 5}`, 5, length - 1],
    ["Bytes = 2-3", 2, 3],
    ["bytes=3-99999999999999999999", 3, length - 1],
  ];
  for (const [range, first, last] of [...cases, ...cases]) {
    // ranges are of the bytes as they are
    const part = await ask(path, { range, "accept-encoding": "gzip, br" });
    assert.equal(part.status, 206, range);
    assert.equal(part.headers.get("content-range"), `bytes ${first}-${last}/${length}`);
    assert.equal(part.headers.get("content-encoding"), null);
    assert.equal(part.headers.get("content-length"), String(last - first + 1));
    assert.deepEqual(part.bytes, bytes.subarray(first, last + 1), range);
    assert.equal(part.headers.get("content-type"), "text/csv; charset=utf-8");
  }
});

Deno.test("ranges put together are the export", async () => {
  for (const format of ["parquet", "xlsx"]) {
    const address = `kept?count=1000&format=${format}`;
    const { bytes } = await ask(address);
    const parts = [];
    for (let at = 0; at < bytes.length; at += 1_000) {
      parts.push((await ask(address, { range: `bytes=${at}-${at + 999}` })).bytes);
    }
    assert.deepEqual(await new Blob(parts).bytes(), bytes, format);
  }
});

Deno.test("a range that begins after the end is a 416 that tells the length", async () => {
  const { bytes } = await ask(path);
  for (const range of [`bytes=${bytes.length}-`, "bytes=99999999-", "bytes=-0"]) {
    const { status, headers, bytes: body } = await ask(path, { range });
    assert.deepEqual([status, headers.get("content-range")], [416, `bytes */${bytes.length}`], range);
    assert.equal(JSON.parse(new TextDecoder().decode(body)).type, "/problems/range-not-satisfiable");
  }
});

Deno.test("what is no single range of bytes is answered whole", async () => {
  const { bytes } = await ask(path);
  for (
    const range of ["bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=-", "bytes=9-1", "bytes=a-b", "0-1", ""]
  ) {
    const { status, bytes: body } = await ask(path, { range });
    assert.deepEqual([status, body.length], [200, bytes.length], range);
  }
  // a range is of GET alone, and JSON tells how it was computed, so that it never has the same bytes
  assert.equal(
    (await ask(path, { range: "bytes=0-1" }, "HEAD")).headers.get("content-length"),
    String(bytes.length),
  );
  assert.equal((await ask("kept?count=10", { range: "bytes=0-1" })).status, 200);
});

Deno.test("If-Range gives the part only of the same bytes; If-None-Match and If-Match go before", async () => {
  const { headers, bytes } = await ask(path);
  const etag = headers.get("etag")!;
  const range = "bytes=0-4";
  const sizes: [Record<string, string>, number, number][] = [
    [{ range, "if-range": etag }, 206, 5],
    [{ range, "if-range": `W/${etag}` }, 200, bytes.length],
    [{ range, "if-range": '"other"' }, 200, bytes.length],
    [{ range, "if-range": new Date().toUTCString() }, 200, bytes.length],
    [{ range, "if-none-match": etag }, 304, 0],
    [{ range, "if-match": etag }, 206, 5],
  ];
  for (const [fields, status, size] of sizes) {
    const answer = await ask(path, fields);
    assert.deepEqual([answer.status, answer.bytes.length], [status, size], JSON.stringify(fields));
  }
  assert.equal((await ask(path, { range, "if-match": '"other"' })).status, 412);
});

Deno.test("an export's entity tag is weak where it is packed, and is matched all the same", async () => {
  const plain = (await ask(path)).headers.get("etag")!;
  for (let i = 0; i < 3; i++) {
    const packed = await ask(path, { "accept-encoding": "gzip" });
    assert.deepEqual([packed.headers.get("content-encoding"), packed.headers.get("etag")], [
      "gzip",
      `W/${plain}`,
    ]);
    assert.equal((await ask(path, { "accept-encoding": "gzip", "if-none-match": plain })).status, 304);
    assert.equal((await ask(path)).headers.get("etag"), plain);
  }
});

Deno.test("an export that is computed again has the same bytes and tag, so that ranges go on", async () => {
  for (const format of ["csv", "ndjson", "parquet", "arrow"]) {
    const address = `kept?count=1000&format=${format}`;
    const first = await ask(address);
    gateway.cache.purge(crypto.randomUUID(), { query: "", tenantId: tenant, table: "" });
    const second = await ask(address);
    assert.equal(second.headers.get("cache-status")?.includes("fwd=miss"), true);
    assert.equal(second.headers.get("etag"), first.headers.get("etag"), format);
  }
});
