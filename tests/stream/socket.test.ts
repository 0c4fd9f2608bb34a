import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant, read, type TestGateway, tokenOf } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { serveSockets } from "./socket_reader.ts";
import { emit, emitUntil, open } from "./world.ts";

const owner = createClickHouse(engineOptions());

async function streamToken(gateway: TestGateway, tenant: string): Promise<string> {
  const headers = { authorization: `Bearer ${await tokenOf(tenant, "stream")}` };
  const { body } = await read(
    await gateway.fetch("/v1/stream/token", undefined, { method: "POST", headers }),
  );
  return body.data.token;
}

Deno.test("A WebSocket gets where it stands, then each event of its tenant, and ids are those of Server-Sent Events", async () => {
  const gateway = await createGateway({ files: [] });
  await using server = serveSockets(gateway);
  const [tenant, other] = [newTenant(), newTenant()];
  const socket = await server.open(tenant, `?token=${await streamToken(gateway, tenant)}`);
  const position = await socket.next();
  assert.deepEqual(Object.keys(position!), ["id"]);
  await emit(other, "metric_updated", { metric: "theirs" });
  const data = { metric: "ours \n\r\u2028 é 🎉" };
  await emit(tenant, "metric_updated", data);
  const event = await socket.event();
  assert.deepEqual(event, { id: event.id, type: "metric_updated", at: event.at, data });
  assert.ok(Math.abs(Date.parse(event.at!) - Date.now()) < 60_000);
  await socket.close();

  await emit(tenant, "metric_updated", { n: 1 });
  await emit(tenant, "vis_updated", { n: 2 });
  const sse = await open(gateway, tenant, "", { "last-event-id": event.id! });
  const frame = await sse.event();
  assert.deepEqual(frame.data.data, { n: 1 });
  await sse.close();
  const again = await server.open(tenant, `?lastEventId=${frame.id}`);
  assert.deepEqual((await again.event()).data, { n: 2 });
  await emit(tenant, "metric_updated", { n: 3 });
  assert.deepEqual((await again.event()).data, { n: 3 });
  await again.close();
  const ofType = await server.open(tenant, `?types=vis_updated&last_event_id=${position!.id}`);
  assert.deepEqual((await ofType.event()).data, { n: 2 });
  await ofType.close();
  const reset = await server.open(tenant, "?lastEventId=nonsense");
  const notice = (await reset.next())!;
  assert.deepEqual([notice.event, notice.data.reason, typeof notice.id], ["reset", "unknown-id", "string"]);
  await reset.close();
});

Deno.test("What is refused is refused before the WebSocket is there, as a problem", async () => {
  const gateway = await createGateway({
    files: [],
    config: { STREAM_MAX_CONNECTIONS: 2, STREAM_MAX_CONNECTIONS_PER_TENANT: 1 },
  });
  const [tenant, second] = [newTenant(), newTenant()];
  const ask = async (to: TestGateway, headers: Record<string, string> = {}, init: RequestInit = {}) => {
    const { status, body } = await read(
      await to.fetch("/v1/stream/socket", undefined, { ...init, headers }),
    );
    return [status, body.type];
  };
  const bearer = async (scope = "stream") => ({ authorization: `Bearer ${await tokenOf(tenant, scope)}` });
  assert.deepEqual(await ask(gateway), [401, "/problems/unauthenticated"]);
  assert.deepEqual(await ask(gateway, await bearer("query")), [403, "/problems/forbidden"]);
  assert.deepEqual(await ask(gateway, await bearer()), [400, "/problems/invalid-request"]);
  assert.deepEqual(await ask(gateway, await bearer(), { method: "POST" }), [
    405,
    "/problems/method-not-allowed",
  ]);
  const off = await createGateway({ files: [], config: { STREAMING_ENABLED: "off" } });
  assert.deepEqual(await ask(off, await bearer()), [501, "/problems/not-configured"]);
  const elsewhere = await createGateway({ files: [], upgrade: undefined });
  assert.deepEqual(await ask(elsewhere, await bearer()), [501, "/problems/not-configured"]);

  await using server = serveSockets(gateway);
  const expired = await streamToken(gateway, tenant);
  gateway.setNow(new Date(Date.now() + 120_000));
  await assert.rejects(server.open(tenant, `?token=${expired}`), /refused: 401/);
  gateway.setNow(undefined);
  const sockets = [await server.open(tenant)];
  await assert.rejects(server.open(tenant), /refused: 429/);
  sockets.push(await server.open(second));
  await assert.rejects(server.open(newTenant()), /refused: 503/);
  await sockets[0].close();
  await waitFor("its place is free", () => gateway.streams.stats().streams === 1);
  await (await server.open(tenant)).close();
  gateway.close();
  await assert.rejects(server.open(tenant), /refused: 503/);
});

Deno.test("A WebSocket is told why it ends, with a close code that says whether to come back", async () => {
  const gateway = await createGateway({ files: [], config: { STREAM_IDLE_SECONDS: 900 } });
  await using server = serveSockets(gateway);
  const tenant = newTenant();
  const admin = async (method: string, path: string, body?: unknown) => {
    const headers = {
      authorization: `Bearer ${await tokenOf("operator", "admin")}`,
      "content-type": "application/json",
    };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return await gateway.fetch(path, undefined, { method, headers, body: sent });
  };
  const key = { tenantId: tenant, name: "k", scopes: ["stream"] };
  const { data: { key: secretKey, id } } = await (await admin("POST", "/v1/admin/keys", key)).json();
  const made = await gateway.fetch("/v1/stream/token", undefined, {
    method: "POST",
    headers: { "x-api-key": secretKey },
  });
  const { data: { token } } = await made.json();
  const ofKey = await server.open(tenant, `?token=${token}`);
  await ofKey.until("position");
  await admin("DELETE", `/v1/admin/keys/${id}`);
  gateway.setNow(new Date(Date.now() + 5_000));
  await gateway.streams.tick();
  assert.equal((await ofKey.until("end")).data.reason, "credential-revoked");
  assert.deepEqual(await ofKey.closed, { code: 1008, reason: "credential-revoked" });

  const idle = await server.open(tenant);
  await idle.until("position");
  gateway.setNow(new Date(Date.now() + 905_000));
  await gateway.streams.tick();
  assert.equal((await idle.until("end")).data.reason, "idle");
  assert.deepEqual(await idle.closed, { code: 1001, reason: "idle" });
  gateway.setNow(undefined);

  const last = await server.open(tenant);
  await last.until("position");
  gateway.close();
  const { data, retryMs } = await last.until("unavailable");
  assert.deepEqual([data.reason, retryMs! >= 1_000 && retryMs! <= 10_000], ["draining", true]);
  assert.deepEqual(await last.closed, { code: 1001, reason: "draining" });
});

Deno.test("What a client sends is ignored, and too much of it ends the stream", async () => {
  const gateway = await createGateway({ files: [] });
  await using server = serveSockets(gateway);
  const tenant = newTenant();
  const [few, large, many] = await Promise.all([1, 2, 3].map(() => server.open(tenant)));
  await few.until("position");
  for (const word of ["ping", "x".repeat(128), new Uint8Array(128)]) few.socket.send(word);
  await emit(tenant, "metric_updated", { n: 1 });
  assert.deepEqual((await few.event()).data, { n: 1 });
  await few.close();
  large.socket.send(new Uint8Array(129));
  assert.deepEqual(await large.closed, { code: 1009, reason: "message-too-large" });
  for (let i = 0; i < 61; i++) many.socket.send("ping");
  assert.deepEqual(await many.closed, { code: 1008, reason: "too-talkative" });
});

Deno.test("A WebSocket that stalls is told and dropped, beside others who notice nothing, and goes on where it was", async () => {
  const gateway = await createGateway({ files: [] });
  await using server = serveSockets(gateway);
  const tenant = newTenant();
  const [stalled, gone, good] = await Promise.all([1, 2, 3].map(() => server.open(tenant)));
  await Promise.all([stalled, gone].map((reader) => reader.until("position")));
  for (const { socket } of [stalled, gone]) socket.pause();
  const sent = await emitUntil(() => gateway.streams.stats().ending === 2, tenant, good);
  stalled.socket.resume();
  const got: number[] = [];
  for (;;) {
    const message = (await stalled.next())!;
    if (message.event) {
      assert.deepEqual([message.event, message.data.lastEventId], ["overflow", stalled.lastId()]);
      break;
    }
    got.push(message.data.n);
  }
  assert.deepEqual(await stalled.closed, { code: 1013, reason: "overflow" });
  assert.ok(got.length < sent);
  const back = await server.open(tenant, `?lastEventId=${stalled.lastId()}`);
  while (got.length < sent) got.push((await back.event()).data.n);
  assert.deepEqual(got, Array.from({ length: sent }, (_, i) => i % 10));
  await back.close();
  await waitFor("two are left", () => gateway.streams.stats().streams === 2);
  await gateway.streams.tick();
  gateway.setNow(new Date(Date.now() + 10_000));
  await gateway.streams.tick();
  assert.deepEqual(
    gateway.streams.stats().ended,
    { overflow: 2, left: 1 },
    "one that never reads keeps no place",
  );
  await good.close();
});

Deno.test("The audit has a row of each WebSocket when it is over", async () => {
  const gateway = await createGateway({ files: [] });
  const tenant = newTenant();
  {
    await using server = serveSockets(gateway);
    const socket = await server.open(tenant);
    await socket.until("position");
    await emit(tenant, "metric_updated", { n: 1 });
    await socket.event();
    await socket.close();
    await waitFor("it is over", () => gateway.streams.stats().ended.left === 1);
    const last = await server.open(tenant);
    await last.until("position");
    gateway.close();
    await last.closed;
  }
  await waitFor("the other is over", () => gateway.streams.stats().ended.draining === 1);
  assert.equal(await gateway.audit.flush(), true);
  const rows = await readRows<{ status: number; problem: string; bytes_sent: number }>(owner, {
    sql: `SELECT status, problem, bytes_sent FROM gateway_requests
      WHERE tenant_id = {tenant:String} AND path = '/v1/stream/socket' ORDER BY at`,
    parameters: { tenant },
  });
  assert.deepEqual(rows.map(({ status, problem }) => [status, problem]), [[101, ""], [101, "draining"]]);
  assert.ok(rows.every(({ bytes_sent }) => bytes_sent > 50));
});
