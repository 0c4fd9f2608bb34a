import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../../src/clickhouse/client.ts";
import { ClickHouseUnreachable } from "../../src/clickhouse/exception.ts";
import { createGateway, engineOptions, newTenant, read, tokenOf } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { emit, open, type OpenStream, presentId } from "./world.ts";

const owner = createClickHouse(engineOptions());
const gateway = await createGateway({ files: [] });

Deno.test("A stream says at once that it is there, then where it stands, then each event of its tenant as it happens", async () => {
  const [tenant, other] = [newTenant(), newTenant()];
  const stream = await open(gateway, tenant);
  assert.deepEqual(
    ["content-type", "cache-control", "x-accel-buffering"].map((name) => stream.response.headers.get(name)),
    ["text/event-stream", "no-store", "no"],
  );
  const { retry } = (await stream.next())!;
  assert.ok(retry! >= 1_000 && retry! <= 3_000);
  const { id } = await stream.until("position");
  assert.match(id!, /^[\w-]+$/);
  await emit(other, "metric_updated", { metric: "theirs" });
  await emit(tenant, "metric_updated", { metric: "ours \n\r\u2028 é 🎉" });
  const { event, data } = await stream.event();
  assert.deepEqual([event, data.type, data.data], ["message", "metric_updated", {
    metric: "ours \n\r\u2028 é 🎉",
  }]);
  assert.ok(Math.abs(Date.parse(data.at) - Date.now()) < 60_000);
  await stream.close();
});

Deno.test("A client that comes back with its last id gets what it missed, in order and once, then what happens", async () => {
  const tenant = newTenant();
  const first = await open(gateway, tenant);
  await first.until("position");
  await emit(tenant, "metric_updated", { n: "first" });
  await first.event();
  await first.close();
  for (let n = 1; n <= 3; n++) await emit(tenant, "metric_updated", { n });
  await emit(tenant, "journey_flag_updated", { n: "#" }, 1_200);
  const id = first.lastId()!;
  const missed = [1, 2, 3, ...Array.from({ length: 1_200 }, (_, n) => n)];

  let lives = 0;
  for (
    const [search, headers] of [
      [`?lastEventId=${id}`, {}],
      [`?last_event_id=${id}`, {}],
      ["?lastEventId=old", { "last-event-id": id }],
    ] as const
  ) {
    const second = await open(gateway, tenant, search, headers);
    const got: unknown[] = [];
    while (got.length < missed.length + lives) got.push((await second.event()).data.data.n);
    assert.deepEqual(got, [...missed, ...Array(lives).fill("live")]);
    await emit(tenant, "metric_updated", { n: "live" });
    lives++;
    assert.equal((await second.event()).data.data.n, "live");
    await second.close();
  }
});

Deno.test("A stream of some types gets those alone, of what was missed too, and its id moves past the others", async () => {
  const tenant = newTenant();
  const id = await presentId(gateway, tenant);
  const emitTwo = async (n: number) => {
    await emit(tenant, "metric_updated", { n });
    await emit(tenant, "vis_updated", { n });
  };
  await emitTwo(1);
  const stream = await open(gateway, tenant, "?types=vis_updated,sroi_updated", { "last-event-id": id });
  assert.deepEqual((await stream.event()).data.data, { n: 1 });
  await emitTwo(2);
  assert.deepEqual((await stream.event()).data.data, { n: 2 });
  await stream.close();
  for (const types of ["a b", "ä", Array(21).fill("x").join(","), "x".repeat(65)]) {
    const { status, body } = await read(
      await gateway.fetch(`/v1/stream/updates?types=${encodeURIComponent(types)}`, undefined, {
        headers: { authorization: `Bearer ${await tokenOf(tenant, "stream")}` },
      }),
    );
    assert.deepEqual([status, body.parameter], [400, "types"]);
  }
});

for (
  const [what, idOf, reason] of [
    ["is no id", () => Promise.resolve("nonsense"), "unknown-id"],
    ["was made for another tenant", () => presentId(gateway, newTenant()), "unknown-id"],
    ["was changed", async (tenant: string) => {
      const id = await presentId(gateway, tenant);
      return `${id.slice(0, -1)}${id.endsWith("A") ? "B" : "A"}`;
    }, "unknown-id"],
    ["is of a row that is not there any more", async (tenant: string) => {
      const other = newTenant();
      const [stream, others] = [await open(gateway, tenant), await open(gateway, other)];
      await stream.until("position");
      await emit(tenant, "metric_updated", {});
      const { id } = await stream.event();
      // the gateway itself stands after it
      await emit(other, "metric_updated", {});
      await others.event();
      await stream.close();
      await others.close();
      await run(owner, {
        sql: "DELETE FROM live_events WHERE tenant_id = {tenant:String}",
        parameters: { tenant },
        settings: { lightweight_deletes_sync: 2 },
      });
      return id!;
    }, "log-recreated"],
  ] as [string, (tenant: string) => Promise<string>, string][]
) {
  Deno.test(`A client whose id ${what} is told first that not all can be had, and from when on the stream is complete`, async () => {
    const tenant = newTenant();
    const id = await idOf(tenant);
    const before = Date.now();
    const stream = await open(gateway, tenant, "", { "last-event-id": id });
    await stream.next();
    const frame = (await stream.next())!;
    assert.deepEqual([frame.event, frame.data.reason], ["reset", reason]);
    assert.ok(Date.parse(frame.data.completeFrom) >= before - 1);
    await emit(tenant, "metric_updated", { n: 1 });
    const event = await stream.event();
    assert.deepEqual(event.data.data, { n: 1 });
    await stream.close();
    const next = await open(gateway, tenant, "", { "last-event-id": frame.id! });
    assert.equal((await next.event()).id, event.id, "the id of the reset is good");
    await next.close();
  });
}

Deno.test("A burst that comes while a client is sent what it missed follows that, whole and in order", async () => {
  const tenant = newTenant();
  const perBurst = 300;
  let bursts = 0;
  const own = await createGateway({
    files: [],
    through: async (statement, ask) => {
      // before each of the two reads: the second one is for a stream whose frames are kept meanwhile
      if (statement.sql.includes("What a tenant has missed") && bursts < 2) {
        bursts++;
        await emit(tenant, "metric_updated", { n: "#" }, perBurst);
        for (let n = 0; n < perBurst; n++) await witness.event();
      }
      return await ask(statement);
    },
  });
  const witness = await open(own, tenant);
  const { id } = await witness.until("position");
  await emit(tenant, "metric_updated", { n: -1 });
  await witness.event();
  const back = await open(own, tenant, "", { "last-event-id": id! });
  assert.equal((await back.event()).data.data.n, -1);
  for (let i = 0; i < 2 * perBurst; i++) assert.equal((await back.event()).data.data.n, i % perBurst);
  assert.equal(bursts, 2);
  await back.close();
  await witness.close();
  own.streams.stop();
});

Deno.test("A client that takes gzip gets each frame packed as it comes, and an answer that is whole at its end", async () => {
  const tenant = newTenant();
  const own = await createGateway({ files: [] });
  const headers = { "accept-encoding": "br, gzip" };
  const plain = await open(own, tenant);
  const packed = await Promise.all([1, 2].map(() => open(own, tenant, "", headers)));
  await Promise.all([plain, ...packed].map((reader) => reader.until("position")));
  for (const { response } of packed) assert.equal(response.headers.get("content-encoding"), "gzip");
  for (const data of [{ n: 1 }, { text: "é 🎉 ".repeat(8_000) }, { n: 3 }]) {
    await emit(tenant, "metric_updated", data);
    const expected = await plain.event();
    for (const reader of packed) assert.deepEqual(await reader.event(), expected);
  }
  own.close();
  for (const reader of packed) {
    await reader.until("unavailable");
    assert.equal(await reader.next(), undefined);
  }
  const refused = await open(own, tenant, "", { "accept-encoding": "gzip;q=0" });
  assert.equal(refused.response.headers.get("content-encoding"), null);
  await refused.close();
  await plain.close();
  own.streams.stop();
});

Deno.test("An id is good for 24 hours and no longer", async () => {
  const tenant = newTenant();
  const own = await createGateway({ files: [] });
  const id = await presentId(own, tenant);
  const day = 24 * 3_600_000;
  for (const [ageMs, event] of [[day - 60_000, "position"], [day + 60_000, "reset"]] as const) {
    own.setNow(new Date(Date.now() + ageMs));
    const stream = await open(own, tenant, "", { "last-event-id": id });
    const frame = await stream.until(event);
    assert.equal(frame.data?.reason, event === "reset" ? "too-old" : undefined);
    await stream.close();
  }
  own.streams.stop();
});

Deno.test("A log that begins again under open streams, with numbers that were given before, is told to all of them", async () => {
  const tenant = newTenant();
  let isRecreated = false;
  // the same table, as it looks when its numbers have begun again: the row of the position is not there
  const own = await createGateway({
    files: [],
    through: async (statement, ask) => {
      const answer = await ask(statement);
      if (!isRecreated || !statement.sql.includes("as proof that the log is the same")) return answer;
      isRecreated = false;
      await answer.body?.cancel();
      return new Response("[]");
    },
  });
  const stream = await open(own, tenant);
  await stream.until("position");
  isRecreated = true;
  const { data } = await stream.until("reset");
  assert.equal(data.reason, "log-recreated");
  await emit(tenant, "metric_updated", { n: 1 });
  assert.deepEqual((await stream.event()).data.data, { n: 1 });
  await stream.close();
  own.streams.stop();
});

Deno.test("While the log cannot be read streams stay open, and what they miss follows", async () => {
  const tenant = newTenant();
  let isAway = false;
  const own = await createGateway({
    files: [],
    through: (statement, ask) => isAway ? Promise.reject(new Error("away")) : ask(statement),
  });
  const health = async () =>
    (await read(
      await own.fetch("/v1/stream/health", undefined, {
        headers: { authorization: `Bearer ${await tokenOf(tenant)}` },
      }),
    )).body.data.status;
  const stream = await open(own, tenant);
  await stream.until("position");
  isAway = true;
  await waitFor("the gateway notices", async () => await health() === "degraded");
  await emit(tenant, "metric_updated", { n: 1 });
  isAway = false;
  assert.deepEqual((await stream.event()).data.data, { n: 1 });
  assert.equal(await health(), "ok");
  await stream.close();
  own.streams.stop();
});

Deno.test("While ClickHouse is away a stream cannot be opened: a browser is told to come again, others get a 503", async () => {
  let isAway = false;
  const away = await createGateway({
    files: [],
    through: (statement, ask) => isAway ? Promise.reject(new ClickHouseUnreachable("away")) : ask(statement),
  });
  isAway = true;
  const tenant = newTenant();
  const stream = await open(away, tenant);
  const { event, data, retry } = (await stream.next())!;
  assert.deepEqual([event, data], ["unavailable", { reason: "unavailable" }]);
  assert.ok(retry! >= 1_000);
  assert.equal(await stream.next(), undefined);
  const headers = { authorization: `Bearer ${await tokenOf(tenant, "stream")}` };
  assert.equal((await read(await away.fetch("/v1/stream/updates", undefined, { headers }))).status, 503);
});

Deno.test("A client who comes to a gateway that is not as far as the one before gets nothing twice", async () => {
  const tenant = newTenant();
  const gate = Promise.withResolvers<void>();
  let isHeld = false;
  const slow = await createGateway({
    files: [],
    through: async (statement, ask) => {
      if (isHeld && statement.sql.includes("as proof that the log is the same")) await gate.promise;
      return await ask(statement);
    },
  });
  const id = await presentId(slow, tenant);
  isHeld = true;
  await emit(tenant, "metric_updated", { n: 1 });
  const fast = await open(gateway, tenant, "", { "last-event-id": id });
  assert.deepEqual((await fast.event()).data.data, { n: 1 });
  await fast.close();
  const stream = await open(slow, tenant, "", { "last-event-id": fast.lastId()! });
  await emit(tenant, "metric_updated", { n: 2 });
  gate.resolve();
  assert.deepEqual((await stream.event()).data.data, { n: 2 });
  await stream.close();
  slow.streams.stop();
});

Deno.test("Eight writers and forced merges: a client that comes back all the time, to two gateways in turn, gets each event once and in order", async () => {
  const tenant = newTenant();
  const gateways = [gateway, await createGateway({ files: [] })];
  let id = await presentId(gateway, tenant);
  const perWriter = 40;
  let isWriting = true;
  const writing = Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < perWriter; n++) {
      await emit(tenant, "metric_updated", { writer, n });
      if (n % 10 === 5) await run(owner, { sql: "OPTIMIZE TABLE live_events FINAL" });
    }
  })).then(() => isWriting = false);
  const got: { writer: number; n: number }[] = [];
  for (let turn = 0; got.length < 8 * perWriter; turn++) {
    const stream: OpenStream = await open(gateways[turn % 2], tenant, "", { "last-event-id": id });
    for (let i = 0; i < 7 && got.length < 8 * perWriter; i++) got.push((await stream.event()).data.data);
    id = stream.lastId()!;
    await stream.close();
  }
  await writing;
  assert.equal(isWriting, false);
  for (let writer = 0; writer < 8; writer++) {
    const own = got.filter((each) => each.writer === writer).map(({ n }) => n);
    assert.deepEqual(own, Array.from({ length: perWriter }, (_, n) => n));
  }
  const rows = await readRows<{ data: string }>(owner, {
    sql:
      "SELECT data FROM live_events WHERE tenant_id = {tenant:String} ORDER BY _block_number, _block_offset",
    parameters: { tenant },
  });
  assert.deepEqual(got, rows.map(({ data }) => JSON.parse(data)));
  const rest = await open(gateway, tenant, "", { "last-event-id": id });
  await rest.until("position");
  await rest.close();
  gateways[1].streams.stop();
});

Deno.test("The last test has been run", () => gateway.streams.stop());
