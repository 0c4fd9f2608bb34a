import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import {
  createGateway,
  engineOptions,
  listen,
  newTenant,
  read,
  secret,
  type TestGateway,
  tokenOf,
} from "../gateway.ts";
import { signToken } from "../../src/auth/token.ts";
import { waitFor } from "../program.ts";
import { readSse } from "./reader.ts";
import { emit, emitUntil, open, presentId } from "./world.ts";

const owner = createClickHouse(engineOptions());

async function admin(gateway: TestGateway, method: string, path: string, body?: unknown) {
  const headers = {
    authorization: `Bearer ${await tokenOf("operator", "admin")}`,
    "content-type": "application/json",
  };
  const response = await gateway.fetch(path, undefined, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return response.status === 204 ? undefined : await read(response);
}

async function streamToken(gateway: TestGateway, authorization: string): Promise<string> {
  const { body } = await read(
    await gateway.fetch("/v1/stream/token", undefined, { method: "POST", headers: { authorization } }),
  );
  return body.data.token;
}

const statusOf = async (gateway: TestGateway, path: string, headers: Record<string, string> = {}) => {
  const response = await gateway.fetch(path, undefined, { headers });
  await response.body?.cancel();
  return response.status;
};

Deno.test("A browser comes back to the same address after its token's minute, with its id, until the credential ends", async () => {
  const gateway = await createGateway({ files: [] });
  const tenant = newTenant();
  const hour = 3_600_000;
  const token = await signToken(secret, {
    tenantId: tenant,
    scope: "stream",
    expires: Math.floor((Date.now() + hour) / 1_000),
  });
  const address = `/v1/stream/updates?token=${await streamToken(gateway, `Bearer ${token}`)}`;
  const stream = await open(gateway, tenant, address.slice("/v1/stream/updates".length));
  await stream.until("position");
  await emit(tenant, "metric_updated", { n: 1 });
  await stream.event();
  const id = stream.lastId()!;
  await emit(tenant, "metric_updated", { n: 2 });
  await stream.close();

  gateway.setNow(new Date(Date.now() + 30 * 60_000));
  assert.equal(await statusOf(gateway, address), 401, "without an id the token is over");
  assert.equal(await statusOf(gateway, address, { "last-event-id": "nonsense" }), 401);
  const others = await presentId(gateway, newTenant());
  assert.equal(await statusOf(gateway, address, { "last-event-id": others }), 401);
  const again = await open(gateway, tenant, address.slice("/v1/stream/updates".length), {
    "last-event-id": id,
  });
  assert.deepEqual((await again.event()).data.data, { n: 2 });

  gateway.setNow(new Date(Date.now() + hour + 10_000));
  await gateway.streams.tick();
  assert.equal((await again.until("end")).data.reason, "credential-expired");
  assert.equal(await again.next(), undefined);
  assert.equal(await statusOf(gateway, address, { "last-event-id": id }), 401);
  gateway.streams.stop();
});

Deno.test("A stream of an API key ends within five seconds of its revocation, and cannot be opened again", async () => {
  const gateway = await createGateway({ files: [] });
  const tenant = newTenant();
  const made = await admin(gateway, "POST", "/v1/admin/keys", {
    tenantId: tenant,
    name: "k",
    scopes: ["stream"],
  });
  const { key, id: keyId } = made!.body.data;
  const search = `?token=${await streamToken(gateway, `Bearer ${key}`)}`;
  const streams = [
    await open(gateway, tenant, search),
    await open(gateway, tenant, "", { authorization: `Bearer ${key}` }),
  ];
  const { id } = await streams[0].until("position");
  await admin(gateway, "DELETE", `/v1/admin/keys/${keyId}`);
  gateway.setNow(new Date(Date.now() + 5_000));
  await gateway.streams.tick();
  for (const stream of streams) assert.equal((await stream.until("end")).data.reason, "credential-revoked");
  assert.equal(await statusOf(gateway, `/v1/stream/updates${search}`), 401);
  assert.equal(await statusOf(gateway, `/v1/stream/updates${search}`, { "last-event-id": id! }), 401);
  gateway.streams.stop();
});

Deno.test("Live updates are 501 while they are off, and open streams end when an admin switches them off", async () => {
  const tenant = newTenant();
  const headers = { authorization: `Bearer ${await tokenOf(tenant, "stream")}` };
  const off = await createGateway({ files: [], config: { STREAMING_ENABLED: "off" } });
  assert.equal(await statusOf(off, "/v1/stream/updates", headers), 501);
  assert.equal(
    (await admin(off, "GET", `/v1/admin/tenants/${tenant}/streaming`))!.body.data.isEnabled,
    false,
  );

  const listed = await createGateway({ files: [], config: { STREAMING_ENABLED: "tenants" } });
  assert.equal(await statusOf(listed, "/v1/stream/updates", headers), 501);
  const on = await admin(listed, "PUT", `/v1/admin/tenants/${tenant}/streaming`, { isEnabled: true });
  assert.deepEqual(on!.body.data, { tenantId: tenant, isEnabled: true });
  const stream = await open(listed, tenant);
  await stream.until("position");
  await admin(listed, "PUT", `/v1/admin/tenants/${tenant}/streaming`, { isEnabled: false });
  listed.setNow(new Date(Date.now() + 5_000));
  await listed.streams.tick();
  assert.equal((await stream.until("end")).data.reason, "disabled");
  assert.equal(await statusOf(listed, "/v1/stream/updates", headers), 501);

  const all = await createGateway({ files: [] });
  assert.equal(await statusOf(all, "/v1/stream/updates", headers), 501, "the decision is in the database");
  const forbidden = await all.fetch(`/v1/admin/tenants/${tenant}/streaming`, tenant);
  assert.equal((await read(forbidden)).status, 403);
  listed.streams.stop();
});

Deno.test("A quiet stream gets the present position every heartbeat, and ends when it is idle or old", async () => {
  const gateway = await createGateway({
    files: [],
    // by chance a stream gets a tenth older or less old: 990 seconds at least
    config: { STREAM_HEARTBEAT_SECONDS: 30, STREAM_IDLE_SECONDS: 900, STREAM_MAX_SECONDS: 1_100 },
  });
  const [tenant, other] = [newTenant(), newTenant()];
  const [stream, busy] = [await open(gateway, tenant), await open(gateway, other)];
  const { id } = await stream.until("position");
  await busy.until("position");
  await emit(other, "metric_updated", {});
  await busy.event();
  const start = Date.now();
  gateway.setNow(new Date(start + 31_000));
  await gateway.streams.tick();
  const { id: later } = await stream.until("position");
  assert.notEqual(later, id, "others' events move its position");
  gateway.setNow(new Date(start + 800_000));
  await emit(other, "metric_updated", {});
  await busy.event();
  gateway.setNow(new Date(start + 901_000));
  await gateway.streams.tick();
  const end = await stream.until("end");
  assert.deepEqual([end.data.reason, end.retry! >= 1_000], ["idle", true]);
  assert.equal(await stream.next(), undefined);
  gateway.setNow(new Date(start + 1_220_000));
  await gateway.streams.tick();
  assert.equal((await busy.until("end")).data.reason, "age");
  gateway.streams.stop();
});

Deno.test("A gateway that stops sends its streams away, spread over ten seconds, and is unavailable in the form that a browser survives", async () => {
  const gateway = await createGateway({ files: [] });
  const tenant = newTenant();
  const streams = await Promise.all(Array.from({ length: 40 }, () => open(gateway, tenant)));
  await Promise.all(streams.map((stream) => stream.until("position")));
  gateway.close();
  const retries = await Promise.all(streams.map(async (stream) => {
    const { retry, data } = await stream.until("unavailable");
    assert.equal(data.reason, "draining");
    assert.equal(await stream.next(), undefined);
    return retry!;
  }));
  assert.ok(Math.min(...retries) >= 1_000 && Math.max(...retries) <= 10_000);
  assert.ok(Math.max(...retries) - Math.min(...retries) > 4_000, "they come back over seconds");

  const late = await open(gateway, tenant);
  assert.equal((await late.next())!.event, "unavailable");
  assert.equal(await late.next(), undefined);
  const headers = { authorization: `Bearer ${await tokenOf(tenant, "stream")}` };
  const plain = await read(await gateway.fetch("/v1/stream/updates", undefined, { headers }));
  assert.deepEqual([plain.status, plain.headers.get("retry-after")], [503, "5"]);
  gateway.streams.stop();
});

Deno.test("A full gateway refuses newcomers and evicts nobody; a tenant has streams of its own number", async () => {
  const gateway = await createGateway({
    files: [],
    config: { STREAM_MAX_CONNECTIONS: 3, STREAM_MAX_CONNECTIONS_PER_TENANT: 2 },
  });
  const [first, second] = [newTenant(), newTenant()];
  const streams = [await open(gateway, first), await open(gateway, first)];
  const headers = { authorization: `Bearer ${await tokenOf(first, "stream")}`, accept: "text/event-stream" };
  assert.equal(await statusOf(gateway, "/v1/stream/updates", headers), 429);
  streams.push(await open(gateway, second));
  const refused = await open(gateway, newTenant());
  assert.deepEqual((await refused.next())!.data, { reason: "full" });
  for (const stream of streams) await stream.until("position");
  const stats = async (tenant: string, scope: string) =>
    (await read(
      await gateway.fetch("/v1/stream/stats", undefined, {
        headers: { authorization: `Bearer ${await tokenOf(tenant, scope)}` },
      }),
    )).body.data;
  assert.deepEqual(await stats(second, "stream"), { streams: 1, sources: [{ name: "log", isHeard: true }] });
  const metrics = await (await gateway.fetch("/metrics")).text();
  assert.match(metrics, /^sluice_streams_open 3$/m);
  assert.match(metrics, /^sluice_streams_opened_total 3$/m);
  assert.match(metrics, /^sluice_stream_source_up\{source="log"\} 1$/m);
  const all = await stats("operator", "admin");
  assert.deepEqual([all.streams, all.byTenant, all.opened], [3, { [first]: 2, [second]: 1 }, 3]);
  await streams[0].close();
  await waitFor("its place is free", async () => (await stats("operator", "admin")).streams === 2);
  await (await open(gateway, first)).close();
  gateway.streams.stop();
});

Deno.test("HEAD answers as GET would, without a stream", async () => {
  const gateway = await createGateway({ files: [] });
  const headers = { authorization: `Bearer ${await tokenOf(newTenant(), "stream")}` };
  const response = await gateway.fetch("/v1/stream/updates", undefined, { method: "HEAD", headers });
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "text/event-stream"]);
  assert.equal(await response.text(), "");
  const others = { authorization: `Bearer ${await tokenOf(newTenant(), "query")}` };
  assert.equal(await statusOf(gateway, "/v1/stream/updates", others), 403);
});

Deno.test("A reader who stalls is told and dropped, beside others who notice nothing, and goes on where it was", async () => {
  const gateway = await createGateway({ files: [] });
  const tenant = newTenant();
  const server = listen(gateway);
  const authorization = `Bearer ${await tokenOf(tenant, "stream")}`;
  const ask = async (more: Record<string, string> = {}) =>
    await fetch(`${server.url}/v1/stream/updates`, {
      // packed, the same letter over and over would fill no buffer
      headers: { authorization, accept: "text/event-stream", "accept-encoding": "identity", ...more },
    });
  const [stalled, gone, good] = [await ask(), await ask(), readSse(await ask())];
  await good.until("position");
  const sent = await emitUntil(() => gateway.streams.stats().ending === 2, tenant, {
    event: async () => (await good.event()).data,
  });
  const ends = async () =>
    (await read(
      await gateway.fetch("/v1/stream/stats", undefined, {
        headers: { authorization: `Bearer ${await tokenOf("operator", "admin")}` },
      }),
    )).body.data.ended;
  const reader = readSse(stalled);
  const got: number[] = [];
  for (;;) {
    const frame = await reader.next();
    if (frame?.event === "overflow") {
      assert.equal(frame.data.lastEventId, reader.lastId());
      break;
    }
    if (frame?.data) got.push(frame.data.data.n);
  }
  assert.equal(await reader.next(), undefined);
  assert.deepEqual(await ends(), { overflow: 1 });
  const back = readSse(await ask({ "last-event-id": reader.lastId()! }));
  while (got.length < sent) got.push((await back.event()).data.data.n);
  assert.deepEqual(got, Array.from({ length: sent }, (_, i) => i % 10));
  await back.close();
  await waitFor("two are left", () => gateway.streams.stats().streams === 2);
  await gateway.streams.tick();
  gateway.setNow(new Date(Date.now() + 10_000));
  await gateway.streams.tick();
  assert.deepEqual(await ends(), { overflow: 2, left: 1 }, "one that never reads keeps no place");
  await assert.rejects(gone.text(), "and does not take what it has for all");
  await good.close();
  gateway.close();
  await server.stop();
  gateway.streams.stop();
});

Deno.test("The audit has a row of each stream when it is over: how long, how much, and why it ended", async () => {
  const gateway = await createGateway({ files: [] });
  const tenant = newTenant();
  const stream = await open(gateway, tenant);
  await stream.until("position");
  await emit(tenant, "metric_updated", { n: 1 });
  await stream.event();
  await stream.close();
  const other = await open(gateway, tenant);
  await other.until("position");
  gateway.close();
  await other.until("unavailable");
  assert.equal(await gateway.audit.flush(), true);
  const rows = await readRows<{ path: string; status: number; problem: string; bytes_sent: number }>(owner, {
    sql: `SELECT path, status, problem, bytes_sent FROM gateway_requests
      WHERE tenant_id = {tenant:String} AND path = '/v1/stream/updates' ORDER BY at`,
    parameters: { tenant },
  });
  assert.deepEqual(rows.map(({ status, problem }) => [status, problem]), [[200, ""], [200, "draining"]]);
  assert.ok(rows.every(({ bytes_sent }) => bytes_sent > 50));
  gateway.streams.stop();
});
