import assert from "node:assert/strict";
import { newTenant, read } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { openSocket } from "../stream/socket_reader.ts";
import { emit } from "../stream/world.ts";
import { type Checks, openStreams } from "./target.ts";

/** Live updates over WebSockets. */
export const socketChecks: Checks = {
  "a WebSocket tells its tenant's events as they happen, and what was missed": async (target) => {
    const [tenant, other] = [newTenant(), newTenant()];
    const first = await openSocket(target.url, tenant);
    await first.until("position");
    await emit(other, "metric_updated", { n: "theirs" });
    await emit(tenant, "metric_updated", { n: 1 });
    assert.deepEqual((await first.event()).data, { n: 1 });
    await first.close();
    await emit(tenant, "metric_updated", { n: 2 });
    const second = await openSocket(target.url, tenant, `?lastEventId=${first.lastId()}`);
    assert.deepEqual((await second.event()).data, { n: 2 });
    await emit(tenant, "metric_updated", { n: 3 });
    assert.deepEqual((await second.event()).data, { n: 3 });
    await second.close();
    await waitFor("both are forgotten", async () => await openStreams(target, tenant) === 0);
  },

  "a WebSocket is refused as any request is, before it is there": async (target) => {
    await assert.rejects(openSocket(target.url, "nobody", "?token=none"), /refused: 401/);
    const plain = await target.fetch("/v1/stream/socket", newTenant(), { scope: "stream" });
    const { status, body } = await read(plain);
    assert.deepEqual([status, body.type], [400, "/problems/invalid-request"]);
  },

  "a WebSocket is compressed where the client offers that and the runtime can": async (target) => {
    const tenant = newTenant();
    const offers = await openSocket(target.url, tenant);
    const silent = await openSocket(target.url, tenant, "", false);
    assert.match(offers.socket.extensions, target.has.packedSockets ? /^permessage-deflate\b/ : /^$/);
    assert.equal(silent.socket.extensions, "");
    await Promise.all([offers.until("position"), silent.until("position")]);
    const text = Array.from({ length: 5_000 }, (_, n) => `é${n}`).join("");
    for (const n of [1, 2]) await emit(tenant, "metric_updated", { n, text });
    for (const socket of [offers, silent]) {
      for (const n of [1, 2]) assert.deepEqual((await socket.event()).data, { n, text });
      await socket.close();
    }
  },

  "a WebSocket that says too much is closed, and others go on": async (target) => {
    const tenant = newTenant();
    const [loud, quiet] = [await openSocket(target.url, tenant), await openSocket(target.url, tenant)];
    await Promise.all([loud.until("position"), quiet.until("position")]);
    loud.socket.send("x".repeat(100_000));
    assert.equal((await loud.closed).code === 1000, false);
    await emit(tenant, "metric_updated", { n: 1 });
    assert.deepEqual((await quiet.event()).data, { n: 1 });
    await quiet.close();
    await waitFor("both are forgotten", async () => await openStreams(target, tenant) === 0);
  },
};
