import assert from "node:assert/strict";
import { engineOptions, newTenant } from "../../../tests/gateway.ts";
import { waitFor } from "../../../tests/program.ts";
import { createClickHouse, readBytes, readRows, run } from "../../clickhouse/client.ts";
import { ClickHouseError, ClickHouseUnreachable } from "../../clickhouse/exception.ts";
import { clickHouseTransport } from "./clickhouse_transport.ts";
import { createTcpFetch } from "./tcp_fetch.ts";

const encoder = new TextEncoder();
const post = { method: "POST", headers: { "x-user": "u" }, body: "SELECT 'é'" };
const ok = (body: string) =>
  `HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A server that answers each request with what `answer` says, on connections that the test can see; it closes one that gets nothing. */
function startPeer(answer: (connection: number, request: number) => string | undefined) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const requests: string[] = [];
  (async () => {
    for await (const connection of listener) serve(connection, connections.push(connection) - 1);
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
      connection.close();
    } catch {
      // one of the two sides has closed it
    }
  }
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/?a=b`,
    requests,
    connections,
    [Symbol.dispose]: () => listener.close(),
  };
}

/** All that has come to this process on a connection before is seen when this returns: it came before what this waits for. */
async function seeWhatCame(): Promise<void> {
  using peer = startPeer(() => ok(""));
  await (await createTcpFetch()(peer.url, post)).text();
}

Deno.test("createTcpFetch() sends a request and keeps the connection for the next", async () => {
  using peer = startPeer((_connection, request) => ok(`answer ${request}`));
  const tcpFetch = createTcpFetch();
  for (const i of [0, 1, 2]) {
    const reply = await tcpFetch(peer.url, post);
    assert.deepEqual([reply.ok, reply.status, reply.headers.get("x-name")], [true, 200, "value"]);
    assert.equal(await reply.text(), `answer ${i}`);
  }
  assert.equal(peer.connections.length, 1);
  assert.equal(
    peer.requests[0],
    `POST /?a=b HTTP/1.1\r\nhost: ${
      new URL(peer.url).host
    }\r\nx-user: u\r\ncontent-length: 11\r\n\r\nSELECT 'é'`,
  );
  await assert.rejects(tcpFetch(peer.url, { ...post, headers: { "x-user": "u\r\nx-more: v" } }), TypeError);
});

Deno.test("createTcpFetch() uses no connection again that is to close, was left, broke, or has more bytes than its answer", async () => {
  using peer = startPeer((connection) =>
    [
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1",
      `${ok("2")}rest`,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n3\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n4\r\nnone\r\n",
      "HTTP/1.1 404 Not Found\r\n\r\n5",
      "HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\n",
      ok("7"),
    ][connection]
  );
  const tcpFetch = createTcpFetch();
  const ask = async () => await tcpFetch(peer.url, post);
  assert.equal(await (await ask()).text(), "1");
  assert.equal(await (await ask()).text(), "2");
  const reader = (await ask()).body!.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "3");
  await reader.cancel();
  await assert.rejects(async () => (await ask()).text(), /size is none/);
  const failure = await ask();
  peer.connections[4].close();
  assert.equal(await failure.text(), "5");
  const empty = await ask();
  assert.deepEqual([empty.body, await empty.text()], [null, ""]);
  assert.equal(await (await ask()).text(), "7");
  assert.equal(peer.connections.length, 7);
});

Deno.test("createTcpFetch() leaves a kept connection that the server closes, or on which bytes come that nobody asked for", async () => {
  using peer = startPeer((connection) => ok(String(connection)));
  const tcpFetch = createTcpFetch();
  const ask = async () => await (await tcpFetch(peer.url, post)).text();
  assert.equal(await ask(), "0");
  peer.connections[0].close();
  await seeWhatCame();
  assert.equal(await ask(), "1");
  await peer.connections[1].write(encoder.encode(ok("an answer of another's")));
  await seeWhatCame();
  assert.equal(await ask(), "2");
  assert.equal(await ask(), "2");
});

Deno.test("createTcpFetch() sends nothing a second time", async () => {
  using peer = startPeer((_, request) => request === 0 ? ok("") : undefined);
  const tcpFetch = createTcpFetch();
  await (await tcpFetch(peer.url, post)).text();
  await assert.rejects(tcpFetch(peer.url, post), /closed before an answer/);
  assert.equal(peer.requests.length, 2);
});

Deno.test("createTcpFetch() bounds the connections, those that are kept, and how long", async () => {
  using peer = startPeer(() => ok("whole"));
  const tcpFetch = createTcpFetch({ maxOpen: 3, maxIdle: 1 });
  const three = [
    await tcpFetch(peer.url, post),
    await tcpFetch(peer.url, post),
    await tcpFetch(peer.url, post),
  ];
  await assert.rejects(tcpFetch(peer.url, post), /All of 3 connections are in use/);
  for (const reply of three) await reply.text();
  for (let i = 0; i < 2; i++) await tcpFetch(peer.url, post);
  assert.equal(peer.connections.length, 4, "one of three was kept");

  const forgetful = createTcpFetch({ idleMs: -1, maxOpen: 1 });
  for (let i = 0; i < 2; i++) await (await forgetful(peer.url, post)).text();
  assert.equal(peer.connections.length, 6);

  const [nobody, leaving] = [createTcpFetch({ maxOpen: 1 }), AbortSignal.abort(new Error("left"))];
  for (let i = 0; i < 3; i++) await assert.rejects(nobody("http://127.0.0.1:1/", post), /refused/);
  await assert.rejects(nobody(peer.url, { ...post, signal: leaving }), /left/);
  assert.equal(await (await nobody(peer.url, post)).text(), "whole");
});

Deno.test("createTcpFetch() ends with the signal's reason before the head, and in the middle of the body, and frees the connection", async () => {
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  using peer = startPeer((connection) => {
    asked[connection]?.resolve();
    return connection === 0 ? "" : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345";
  });
  const tcpFetch = createTcpFetch({ maxOpen: 1 });
  const early = new AbortController();
  const waiting = tcpFetch(peer.url, { ...post, signal: early.signal });
  await asked[0].promise;
  early.abort(new Error("left early"));
  await assert.rejects(waiting, /left early/);
  for (const how of ["text", "body"] as const) {
    const late = new AbortController();
    const reply = await tcpFetch(peer.url, { ...post, signal: late.signal });
    const reading = how === "text" ? reply.text() : Array.fromAsync(reply.body!);
    late.abort(new Error("left late"));
    await assert.rejects(reading, /left late/);
  }
});

Deno.test("createTcpFetch() ends with the signal's reason while it connects", async () => {
  // nobody accepts: beyond the backlog the system lets attempts wait for seconds
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr as Deno.NetAddr;
  const tcpFetch = createTcpFetch();
  const leaving = new AbortController();
  const waiting = Array.from(
    { length: 6 },
    () => tcpFetch(`http://127.0.0.1:${port}/`, { ...post, signal: leaving.signal }),
  );
  leaving.abort(new Error("left"));
  for (const each of await Promise.allSettled(waiting)) {
    assert.equal(each.status === "rejected" && each.reason.message, "left");
  }
  listener.close();
});

Deno.test("a client over createTcpFetch() asks again after a kept connection was closed, unless the statement writes", async () => {
  using peer = startPeer((_, request) => request === 0 ? ok("") : undefined);
  for (const [once, asked] of [[undefined, 3], [true, 2]] as const) {
    const before = peer.requests.length;
    const options = { ...engineOptions(), url: new URL(peer.url).origin };
    const client = createClickHouse(options, createTcpFetch());
    await run(client, { sql: "SELECT 1" });
    const second = run(client, { sql: "SELECT 2", once });
    if (once) await assert.rejects(second, ClickHouseUnreachable);
    else await second;
    assert.equal(peer.requests.length - before, asked);
  }
});

const clickHouse = createClickHouse(engineOptions(), createTcpFetch());

Deno.test("a client over createTcpFetch() reads what one over fetch reads, many at once", async () => {
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

Deno.test("a client over createTcpFetch() stops its query in ClickHouse when it leaves", async () => {
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
});

Deno.test("a client over createTcpFetch() tells what ClickHouse says of an address that it does not know", async () => {
  const lost = createClickHouse(
    { ...engineOptions(), url: `${engineOptions().url}/nowhere` },
    createTcpFetch(),
  );
  await assert.rejects(
    run(lost, { sql: "SELECT 1" }),
    (error) => error instanceof ClickHouseError && /There is no handle \/nowhere/.test(error.message),
  );
});

Deno.test("clickHouseTransport() is fetch where that is asked for, or more is needed than plain connections", () => {
  const [plain, tcp] = ["http://localhost:8123", { CLICKHOUSE_TRANSPORT: "tcp" as const }];
  assert.notEqual(clickHouseTransport(tcp, plain), fetch);
  assert.equal(clickHouseTransport({ CLICKHOUSE_TRANSPORT: "fetch" }, plain), fetch);
  assert.equal(clickHouseTransport(tcp, "https://localhost:8443"), fetch);
  for (const name of ["HTTP_PROXY", "all_proxy", "OTEL_DENO"]) {
    Deno.env.set(name, "http://127.0.0.1:1");
    assert.equal(clickHouseTransport(tcp, plain), fetch, name);
    Deno.env.delete(name);
  }
});
