import assert from "node:assert/strict";
import { newTenant } from "../gateway.ts";
import { ask, type GatewayProcess, startGatewayProcess } from "../gateway_process.ts";
import { readSse } from "./reader.ts";
import { emit } from "./world.ts";

// Gateways that end under many streams, and are processes of their own.

const streaming = { STREAMING_ENABLED: "all", STREAM_MAX_CONNECTIONS_PER_TENANT: "10000" };

async function follow(gateway: GatewayProcess, tenant: string, lastEventId?: string) {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
  const response = await ask(gateway, "/v1/stream/updates", tenant, "stream", { headers });
  assert.equal(response.status, 200);
  return readSse(response);
}

Deno.test("A gateway is killed in a burst: its clients go on at another one, and get each event once and in order", async () => {
  await using killed = await startGatewayProcess(streaming);
  await using other = await startGatewayProcess(streaming);
  const tenants = [1, 2, 3, 4].map(() => newTenant());
  const events = 2_000;
  const got = await Promise.all(tenants.map(async (tenant) => {
    const numbers: number[] = [];
    const first = await follow(killed, tenant);
    await first.until("position");
    const writing = (async () => {
      for (let n = 0; n < events; n += 50) await emit(tenant, "metric_updated", { n: "#" }, 50);
    })();
    // the others are killed wherever they are then
    try {
      for (;;) {
        numbers.push((await first.event()).data.data.n);
        if (tenant === tenants[0] && numbers.length === events / 4) killed.program.signalGroup("SIGKILL");
      }
    } catch (error) {
      assert.match(String(error), /body|connection|ended/i);
    }
    const second = await follow(other, tenant, first.lastId());
    while (numbers.length < events) numbers.push((await second.event()).data.data.n);
    await writing;
    await second.close();
    return numbers;
  }));
  const expected = Array.from({ length: events }, (_, i) => i % 50);
  for (const numbers of got) assert.deepEqual(numbers, expected);
});

Deno.test("A rolling restart under 1,000 streams: all are told when to come again, spread over five seconds and more, and all go on", async () => {
  await using old = await startGatewayProcess(streaming);
  const tenant = newTenant();
  const streams = await Promise.all(Array.from({ length: 1_000 }, () => follow(old, tenant)));
  await Promise.all(streams.map((stream) => stream.until("position")));
  await using next = await startGatewayProcess(streaming);
  old.program.signalGroup("SIGTERM");
  const told = await Promise.all(streams.map((stream) => stream.until("unavailable")));
  const waits = told.map(({ retry }) => retry!);
  assert.ok(Math.max(...waits) - Math.min(...waits) >= 5_000, "they come again over five seconds and more");
  assert.equal(await old.program.end(), 0);
  await emit(tenant, "metric_updated", { n: "#" }, 3);
  const got = await Promise.all(streams.map(async (stream, i) => {
    await new Promise((resolve) => setTimeout(resolve, waits[i]));
    const again = await follow(next, tenant, stream.lastId());
    const numbers = [];
    while (numbers.length < 3) numbers.push((await again.event()).data.data.n);
    await again.close();
    return numbers;
  }));
  assert.deepEqual(got, streams.map(() => [0, 1, 2]));
});
