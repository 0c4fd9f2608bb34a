import assert from "node:assert/strict";
import { engineOptions, newTenant } from "../../../tests/gateway.ts";
import { createClickHouse, readBytes, readRows, run } from "../../clickhouse/client.ts";
import { ClickHouseError, ClickHouseUnreachable } from "../../clickhouse/exception.ts";
import { createTcpFetch } from "./tcp_fetch.ts";
import { boundMs, waitFor } from "../../../tests/program.ts";

// Connections are kept beyond a test.
const sanitizeResources = false;
const encoder = new TextEncoder();

/** A server that answers each request with what `answer` says, on connections that the test can see. */
function startPeer(answer: (connection: number, request: number) => string | undefined) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: string[] = [];
  let connections = 0;
  const served = (async () => {
    for await (const connection of listener) serve(connection, connections++);
  })();
  async function serve(connection: Deno.Conn, number: number): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let request = 0;; request++) {
        const count = await connection.read(buffer);
        if (count === null) break;
        requests.push(new TextDecoder().decode(buffer.subarray(0, count)));
        const text = answer(number, request);
        if (text === undefined) break;
        await connection.write(encoder.encode(text));
      }
    } catch {
      // the other side has left
    }
    connection.close();
  }
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/?a=b`,
    requests,
    connections: () => connections,
    async stop() {
      listener.close();
      await served;
    },
  };
}

const ok = (body: string) =>
  `HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const post = { method: "POST", headers: { "x-user": "u" }, body: "SELECT 'é'" };

Deno.test({
  name: "createTcpFetch() sends a request and keeps the connection for the next",
  sanitizeResources,
}, async () => {
  const peer = startPeer((_connection, request) => ok(`answer ${request}`));
  const send = createTcpFetch();
  for (const i of [0, 1, 2]) {
    const reply = await send(peer.url, post);
    assert.deepEqual([reply.ok, reply.status, reply.headers.get("x-name"), await reply.text()], [
      true,
      200,
      "value",
      `answer ${i}`,
    ]);
  }
  assert.equal(peer.connections(), 1);
  const { host } = new URL(peer.url);
  assert.equal(
    peer.requests[0],
    `POST /?a=b HTTP/1.1\r\nhost: ${host}\r\nx-user: u\r\ncontent-length: 11\r\n\r\nSELECT 'é'`,
  );
  await peer.stop();
});

Deno.test({
  name:
    "createTcpFetch() sends once more what a kept connection was closed under, but not what a new one was",
  sanitizeResources,
}, async () => {
  // each connection but the third answers one request and then closes without a word
  const peer = startPeer((connection, request) => connection === 2 || request > 0 ? undefined : ok("first"));
  const send = createTcpFetch();
  const ask = async () => await (await send(peer.url, post)).text();
  assert.equal(await ask(), "first");
  assert.equal(await ask(), "first");
  assert.equal(peer.connections(), 2);
  await assert.rejects(ask(), /closed before an answer/);
  assert.equal(peer.connections(), 3);
  await peer.stop();
});

Deno.test({
  name: "createTcpFetch() uses no connection again that the server closes, or that was left or broken",
  sanitizeResources,
}, async () => {
  const peer = startPeer((connection) =>
    [
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1",
      `${ok("2".repeat(10))}rest`,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n33333\r\n",
      ok("4"),
    ][connection]
  );
  const send = createTcpFetch();
  const ask = async () => await send(peer.url, post);
  assert.equal(await (await ask()).text(), "1");
  assert.equal(await (await ask()).text(), "2".repeat(10));
  const reader = (await ask()).body!.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "33333");
  await reader.cancel();
  assert.equal(await (await ask()).text(), "4");
  assert.equal(peer.connections(), 4);
  await peer.stop();
});

Deno.test({
  name: "createTcpFetch() ends with the signal's reason, before and after the head",
  sanitizeResources,
}, async () => {
  const peer = startPeer((connection) =>
    connection === 0 ? "" : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"
  );
  const send = createTcpFetch();
  const early = new AbortController();
  const waiting = send(peer.url, { ...post, signal: early.signal });
  setTimeout(() => early.abort(new Error("left early")), 20);
  await assert.rejects(waiting, /left early/);
  await assert.rejects(send(peer.url, { ...post, signal: early.signal }), /left early/);
  const late = new AbortController();
  const reply = await send(peer.url, { ...post, signal: late.signal });
  const body = reply.text();
  setTimeout(() => late.abort(new Error("left late")), 20);
  await assert.rejects(body);
  await peer.stop();
});

Deno.test({ name: "createTcpFetch() refuses what is no answer of HTTP", sanitizeResources }, async () => {
  for (
    const text of [
      "SSH-2.0\r\n\r\n",
      "HTTP/2 200\r\n\r\n",
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`,
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 100 Continue\r\n\r\n",
    ]
  ) {
    const peer = startPeer(() => text);
    await assert.rejects(createTcpFetch()(peer.url, post), Error, text.slice(0, 20));
    await peer.stop();
  }
});

Deno.test({
  name: "createTcpFetch() ends with the signal's reason while it connects, too",
  sanitizeResources,
  sanitizeOps: false,
}, async () => {
  // nobody accepts: beyond the backlog the system lets attempts wait for seconds
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr as Deno.NetAddr;
  const send = createTcpFetch();
  const leaving = new AbortController();
  const waiting = Array.from(
    { length: 6 },
    () => send(`http://127.0.0.1:${port}/`, { ...post, signal: leaving.signal }),
  );
  setTimeout(() => leaving.abort(new Error("left")), 100);
  const late = setTimeout(() => assert.fail("an attempt goes on"), boundMs);
  for (const each of await Promise.allSettled(waiting)) {
    assert.equal(each.status === "rejected" && each.reason.message, "left");
  }
  clearTimeout(late);
  listener.close();
});

const clickHouse = createClickHouse(engineOptions(), createTcpFetch());

Deno.test({
  name: "a client over createTcpFetch() reads what one over fetch reads, many at once",
  sanitizeResources,
}, async () => {
  const byFetch = createClickHouse(engineOptions());
  const sizes = [0, 1, 7, 1_000, 5_000, 100_000];
  await Promise.all(Array.from({ length: 48 }, async (_, i) => {
    const statement = {
      sql: "SELECT number, {text:String} AS text FROM numbers({count:UInt32}) FORMAT JSONEachRow",
      parameters: { count: String(sizes[i % sizes.length]), text: `é${i}` },
      settings: { wait_end_of_query: i % 2 },
    };
    const [ours, theirs] = await Promise.all([clickHouse(statement), byFetch(statement)]);
    const [a, b] = [await readBytes(ours), await readBytes(theirs)];
    assert.ok(a.length === b.length && a.every((byte, at) => byte === b[at]));
    assert.equal(ours.headers.get("content-type"), theirs.headers.get("content-type"));
  }));
});

Deno.test({
  name:
    "a client over createTcpFetch() stops its query in ClickHouse when it leaves, and tells failures apart",
  sanitizeResources,
}, async () => {
  const mark = newTenant();
  const leaving = new AbortController();
  const endless = run(clickHouse, {
    sql: `SELECT '${mark}', sum(sipHash64(number)) FROM numbers(1000000000000)`,
    settings: { readonly: 2 },
    signal: leaving.signal,
  });
  const running = async () =>
    (await readRows(clickHouse, {
      sql: `SELECT 1 FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%processes%'`,
    })).length;
  const until = (count: number) => waitFor(`${count} of them run`, async () => await running() === count);
  await until(1);
  leaving.abort(new Error("left"));
  await assert.rejects(endless, /left/);
  await until(0);
  await assert.rejects(run(clickHouse, { sql: "SELECT nothing" }), ClickHouseError);
  const nobody = createClickHouse({ ...engineOptions(), url: "http://127.0.0.1:1" }, createTcpFetch());
  await assert.rejects(run(nobody, { sql: "SELECT 1" }), ClickHouseUnreachable);
});
