import assert from "node:assert/strict";
import {
  jetstream,
  type JetStreamClient,
  jetstreamManager,
  type JetStreamPublishOptions,
} from "@nats-io/jetstream";
import { headers as natsHeaders, type NatsConnection } from "@nats-io/nats-core";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant, read, type TestGateway, tokenOf } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { installedServers, type NatsServer, startNatsServer } from "./nats_server.ts";
import type { SseReader } from "./reader.ts";
import { emit, open, presentId } from "./world.ts";

const owner = createClickHouse(engineOptions());

/** A stream of a test's own on a server, and what is published there. */
interface World extends AsyncDisposable {
  server: NatsServer;
  stream: string;
  /** A subject of the stream, by what comes before and after the test's own name in it. */
  subject(first: string, last?: string): string;
  gateway(config?: Record<string, unknown>): Promise<TestGateway>;
  publish(
    subject: string,
    payload: unknown,
    headers?: Record<string, string>,
    options?: Partial<JetStreamPublishOptions>,
  ): Promise<number>;
  /** Publishes as a producer does that wants it to arrive: again until it is stored, under one id. */
  deliver(subject: string, payload: unknown): Promise<void>;
  nc: NatsConnection;
}

let counter = 0;

async function createWorld(server: NatsServer): Promise<World> {
  const stream = `live_${++counter}`;
  const nc = await server.connect();
  const js: JetStreamClient = jetstream(nc);
  const gateways: TestGateway[] = [];
  const subject = (first: string, last = "x") => `${first}.${stream}.${last}`;
  const world: World = {
    server,
    stream,
    subject,
    nc,
    async deliver(to, payload) {
      const options = { msgID: crypto.randomUUID(), timeout: 1_000 };
      await waitFor(
        "a message is stored",
        () => world.publish(to, payload, {}, options).catch(() => undefined),
      );
    },
    async gateway(config = {}) {
      const NATS_SUBJECTS = ["metrics", "journey", "q2q", "constructor"].map((first) => subject(first, ">"));
      const gateway = await createGateway({
        files: [],
        connectNats: server.connect,
        config: { NATS_STREAM: stream, NATS_SUBJECTS, ...config },
      });
      gateways.push(gateway);
      return gateway;
    },
    async publish(to, payload, named = {}, options) {
      const headers = natsHeaders();
      for (const [name, value] of Object.entries(named)) headers.append(name, value);
      const data = payload instanceof Uint8Array || typeof payload === "string"
        ? payload
        : JSON.stringify(payload);
      return (await js.publish(to, data, { headers, ...options })).seq;
    },
    async [Symbol.asyncDispose]() {
      for (const gateway of gateways) gateway.streams.stop();
      await Promise.all(gateways.map((gateway) => gateway.nats!.stop()));
      await nc.close();
    },
  };
  return world;
}

async function take(stream: SseReader, count: number): Promise<unknown[]> {
  const got: unknown[] = [];
  while (got.length < count) got.push((await stream.event()).data.data.n);
  return got;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

for (const program of await installedServers()) {
  const servers: NatsServer[] = [];
  /** One server for the tests that do not kill it. */
  const shared = async () => servers[0] ??= await startNatsServer(program);
  const test = (name: string, run: (world: World) => Promise<void>, ownServer = false) =>
    Deno.test({
      name: `${program}: ${name}`,
      // the shared server outlives the first test
      sanitizeResources: false,
      sanitizeOps: false,
      async fn() {
        await using own = ownServer ? await startNatsServer(program) : undefined;
        await using world = await createWorld(own ?? await shared());
        await run(world);
      },
    });

  test("a dead letter moves the position of every gateway, so that a client of one is taken by the next", async (world) => {
    const [tenant, other] = [newTenant(), newTenant()];
    const before = await world.gateway();
    const stream = await open(before, other);
    await stream.until("position");
    await world.publish(world.subject("metrics"), { of: "nobody" });
    const id = await presentId(await world.gateway(), tenant);
    const next = await open(before, tenant, "", { "last-event-id": id });
    await next.until("position");
    await world.publish(world.subject("metrics"), { companyId: tenant, n: 1 });
    assert.deepEqual(await take(next, 1), [1]);
    await next.close();
    await stream.close();
  });

  test("a message is an event of the tenant in its header, else in its payload, and of no other", async (world) => {
    const [tenant, other] = [newTenant(), newTenant("anderer ö")];
    const gateway = await world.gateway();
    const [stream, others] = [await open(gateway, tenant), await open(gateway, other)];
    await stream.until("position");
    await others.until("position");
    await world.publish(world.subject("metrics"), { companyId: other, n: 1 }, { "Sluice-Tenant": tenant });
    await world.publish(world.subject("metrics"), { companyId: tenant, n: 2 });
    await world.publish(world.subject("journey"), { companyId: tenant, n: 3 });
    await world.publish(world.subject("q2q"), { companyId: tenant, n: 4 });
    await world.publish(world.subject("constructor"), { companyId: tenant, n: 5 });
    await world.publish(world.subject("q2q"), { companyId: tenant, n: 6, type: "sroi_updated" });
    await world.publish(world.subject("q2q"), { companyId: tenant, n: 7, type: "a" }, {
      "Sluice-Type": "vis_updated",
    });
    const long = `{"companyId":"${tenant}","text":"${"x".repeat(65_536)}"}`;
    await world.publish(world.subject("metrics"), long);
    await world.publish(world.subject("metrics"), { companyId: other, n: 8 });
    const got = [];
    for (let i = 0; i < 8; i++) got.push((await stream.event()).data);
    assert.deepEqual(got.map(({ type, data }) => [type, data]), [
      ["metric_updated", { companyId: other, n: 1 }],
      ["metric_updated", { companyId: tenant, n: 2 }],
      ["journey_flag_updated", { companyId: tenant, n: 3 }],
      ["q2q_updated", { companyId: tenant, n: 4 }],
      ["constructor_updated", { companyId: tenant, n: 5 }],
      ["sroi_updated", { companyId: tenant, n: 6, type: "sroi_updated" }],
      ["vis_updated", { companyId: tenant, n: 7, type: "a" }],
      ["metric_updated", null],
    ]);
    assert.ok(Math.abs(Date.parse(got[0].at) - Date.now()) < 60_000);
    assert.deepEqual((await others.event()).data.data, { companyId: other, n: 8 });
  });

  test("header and field of the tenant are as the configuration names them", async (world) => {
    const tenant = newTenant();
    const gateway = await world.gateway({ NATS_TENANT_HEADER: "X-Customer", NATS_TENANT_FIELD: "customer" });
    const stream = await open(gateway, tenant);
    await stream.until("position");
    await world.publish(world.subject("metrics"), { n: 1 }, { "X-Customer": tenant });
    await world.publish(world.subject("metrics"), { companyId: tenant, n: 2 }, { "Sluice-Tenant": tenant });
    await world.publish(world.subject("metrics"), { customer: tenant, n: 3 });
    assert.deepEqual(await take(stream, 2), [1, 3]);
  });

  test("a message that cannot be an event is a dead letter with its reason, also while nobody follows, and reaches nobody", async (world) => {
    const tenant = newTenant();
    const gateway = await world.gateway();
    gateway.nats!.start();
    await waitFor("the stream is there", async () => {
      const manager = await jetstreamManager(world.nc);
      return await manager.streams.info(world.stream).catch(() => undefined);
    });
    const subject = world.subject("metrics");
    const bad: [payload: unknown, headers: Record<string, string>][] = [
      [{ n: 1 }, {}],
      ["{", { "Sluice-Tenant": tenant }],
      [{ companyId: 7 }, {}],
      [`{"companyId":"${tenant}","companyId":"other"}`, {}],
      [{ companyId: tenant, type: "a b" }, {}],
      [{ companyId: tenant }, { "Sluice-Tenant": "x".repeat(257) }],
      [new Uint8Array([34, 255, 34]), { "Sluice-Tenant": tenant }],
      ["[1]", {}],
    ];
    for (const [payload, headers] of bad) await world.publish(subject, payload, headers);
    const letters = () =>
      readRows<{ tenant_id: string; source: string; reason: string; line: string }>(owner, {
        sql: `SELECT tenant_id, source, reason, line FROM rejected_events
          WHERE stream = 'live_nats' AND position(reason, {subject:String}) > 0 ORDER BY received_at, line_number`,
        parameters: { subject: world.stream + "." },
      });
    await waitFor("all are kept", async () => (await letters()).length === bad.length);
    const kept = (await letters()).toSorted((a, b) => a.reason < b.reason ? -1 : 1);
    assert.deepEqual(
      kept.map(({ tenant_id, reason }) => [tenant_id, reason]),
      [
        ["", 'neither the header "Sluice-Tenant" nor the field "companyId" names a tenant'],
        [tenant, "the payload is not JSON"],
        ["", 'the tenant in the field "companyId" must be text'],
        ["", '"companyId" comes twice in one object'],
        [tenant, "the type must be 1 to 64 letters, digits, dots, hyphens and underscores"],
        [
          "",
          'the tenant in the header "Sluice-Tenant" must be text of 1 to 256 bytes and no control characters',
        ],
        [tenant, "the payload is not JSON"],
        ["", 'neither the header "Sluice-Tenant" nor the field "companyId" names a tenant'],
      ].map(([tenantId, reason], i) => [tenantId, `Message ${i + 1} on "${subject}": ${reason}`]),
    );
    assert.deepEqual([kept[0].line, kept[1].line, kept[6].line], ['{"n":1}', "{", '"\uFFFD"']);
    assert.ok(kept.every(({ source }) => source === "nats"));

    const stream = await open(gateway, tenant);
    await stream.until("position");
    for (const [payload, headers] of bad) await world.publish(subject, payload, headers);
    await world.publish(subject, { companyId: tenant, n: "good" });
    assert.deepEqual(await take(stream, 1), ["good"], "the bad ones before it did not come");
  });

  test("a client that comes back gets what it missed of both sources, in order and once, from any gateway", async (world) => {
    const [tenant, other] = [newTenant(), newTenant()];
    const gateways = [await world.gateway(), await world.gateway()];
    const subject = world.subject("metrics");
    const first = await open(gateways[0], tenant);
    await first.until("position");
    await world.publish(subject, { companyId: tenant, n: 0 });
    await take(first, 1);
    await first.close();
    for (let n = 1; n < 1_300; n++) {
      await world.publish(subject, { companyId: n % 2 ? tenant : other, n });
      if (n % 100 === 0) await emit(tenant, "metric_updated", { n: `log ${n}` });
    }
    const missed = numbers(1, 1_300).filter((n) => n % 2);
    const logged = numbers(1, 13).map((n) => `log ${n * 100}`);
    let id = first.lastId()!;
    const got: unknown[] = [];
    for (let turn = 0; got.length < missed.length + logged.length; turn++) {
      const stream = await open(gateways[turn % 2], tenant, "", { "last-event-id": id });
      got.push(...await take(stream, Math.min(200, missed.length + logged.length - got.length)));
      id = stream.lastId()!;
      await stream.close();
    }
    assert.deepEqual(got.filter((n) => typeof n === "number"), missed);
    assert.deepEqual(got.filter((n) => typeof n === "string"), logged);
    const last = await open(gateways[0], tenant, "", { "last-event-id": id });
    await last.until("position");
    await world.publish(subject, { companyId: tenant, n: "live" });
    await emit(tenant, "metric_updated", { n: "live too" });
    assert.deepEqual(new Set(await take(last, 2)), new Set(["live", "live too"]));

    const some = await open(gateways[1], tenant, "?types=rare", { "last-event-id": first.lastId()! });
    await some.until("position");
    await world.publish(subject, { companyId: tenant, n: "rare", type: "rare" });
    assert.deepEqual(await take(some, 1), ["rare"]);
  });

  test("a burst comes whole and in order to a client that reads", async (world) => {
    const tenant = newTenant();
    const gateway = await world.gateway();
    const stream = await open(gateway, tenant);
    await stream.until("position");
    const burst = numbers(0, 3_000);
    const sending = Promise.all(
      burst.map((n) => world.publish(world.subject("metrics"), { companyId: tenant, n })),
    );
    assert.deepEqual(await take(stream, burst.length), burst);
    await sending;
  });

  test(
    "after kill -9 of the server open streams go on: nothing is lost, nothing comes twice",
    async (world) => {
      const tenant = newTenant();
      const gateway = await world.gateway();
      const streams = [await open(gateway, tenant), await open(gateway, tenant)];
      for (const stream of streams) await stream.until("position");
      const health = async () =>
        (await read(await gateway.fetch("/v1/stream/health", tenant))).body.data.status;
      const send = (n: unknown) => world.deliver(world.subject("metrics"), { companyId: tenant, n });
      for (let n = 0; n < 100; n++) await send(n);
      const reading = Promise.all(streams.map((stream) => take(stream, 300)));
      await world.server.kill();
      await waitFor("the gateway notices", async () => await health() === "degraded");
      await emit(tenant, "metric_updated", { n: "of the log" });
      const sending = (async () => {
        for (let n = 100; n < 299; n++) await send(n);
      })();
      await world.server.start();
      await sending;
      for (const got of await reading) {
        assert.deepEqual(got.filter((n) => typeof n === "number"), numbers(0, 299));
        assert.equal(got.filter((n) => n === "of the log").length, 1);
      }
      assert.equal(await health(), "ok");
      const rest = await open(gateway, tenant, "", { "last-event-id": streams[0].lastId()! });
      await rest.until("position");
      await send("end");
      for (const stream of [...streams, rest]) assert.deepEqual(await take(stream, 1), ["end"]);
    },
    true,
  );

  test(
    "a stream of JetStream that was made again is told to open streams, and to who comes back",
    async (world) => {
      const tenant = newTenant();
      const gateway = await world.gateway();
      const stream = await open(gateway, tenant);
      await stream.until("position");
      for (let n = 0; n < 3; n++) await world.publish(world.subject("metrics"), { companyId: tenant, n });
      await take(stream, 3);
      const id = stream.lastId()!;
      await world.server.kill();
      await world.server.start({ isEmpty: true });
      assert.equal((await stream.until("reset")).data.reason, "log-recreated");
      for (let n = 3; n < 9; n++) await world.deliver(world.subject("metrics"), { companyId: tenant, n });
      assert.deepEqual(await take(stream, 6), numbers(3, 9));
      const back = await open(gateway, tenant, "", { "last-event-id": id });
      assert.equal((await back.until("reset")).data.reason, "log-recreated");
    },
    true,
  );

  test("who comes back for messages that are not kept any more is told so, and who missed none is not", async (world) => {
    const tenant = newTenant();
    const manager = await jetstreamManager(world.nc);
    await manager.streams.add({ name: world.stream, subjects: [world.subject("metrics", ">")], max_msgs: 5 });
    const gateway = await world.gateway();
    const start = await presentId(gateway, tenant);
    for (let n = 1; n <= 5; n++) await world.publish(world.subject("metrics"), { companyId: tenant, n });
    const all = await open(gateway, tenant, "", { "last-event-id": start });
    assert.deepEqual(await take(all, 5), numbers(1, 6));
    await world.publish(world.subject("metrics"), { companyId: tenant, n: 6 });
    await take(all, 1);
    const late = await open(gateway, tenant, "", { "last-event-id": start });
    assert.equal((await late.until("reset")).data.reason, "too-old");
    await manager.streams.purge(world.stream);
    const whole = await open(gateway, tenant, "", { "last-event-id": all.lastId()! });
    assert.equal((await whole.next())!.event, "message");
    await whole.until("position");
    await world.publish(world.subject("metrics"), { companyId: tenant, n: 7 });
    assert.deepEqual(await take(whole, 1), [7]);
  });

  test("a gateway with NATS and one without do not take each other's ids", async (world) => {
    const tenant = newTenant();
    const [gateway, without] = [await world.gateway(), await createGateway({ files: [] })];
    for (const [from, to] of [[gateway, without], [without, gateway]]) {
      const id = await presentId(from, tenant);
      const stream = await open(to, tenant, "", { "last-event-id": id });
      assert.equal((await stream.until("reset")).data.reason, "sources-changed");
    }
    without.streams.stop();
  });

  test(
    "while the server is away no stream is opened, which a browser survives; then all is well",
    async (world) => {
      const tenant = newTenant();
      const gateway = await world.gateway();
      await world.server.kill();
      const refused = await open(gateway, tenant);
      assert.equal((await refused.until("unavailable")).data.reason, "unavailable");
      await world.server.start();
      const headers = { authorization: `Bearer ${await tokenOf(tenant)}` };
      await waitFor("it is heard", async () => {
        const { body } = await read(await gateway.fetch("/v1/stream/health", undefined, { headers }));
        return body.data.status === "ok";
      });
      const stream = await open(gateway, tenant);
      await stream.until("position");
      await world.deliver(world.subject("metrics"), { companyId: tenant, n: 1 });
      assert.deepEqual(await take(stream, 1), [1]);
    },
    true,
  );

  Deno.test(`${program}: the last test has been run`, async () => await servers[0]?.[Symbol.asyncDispose]());
}
