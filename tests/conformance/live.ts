import assert from "node:assert/strict";
import { newTenant } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { emit, open, type OpenStream } from "../stream/world.ts";
import { type Checks, openStreams, type Target } from "./target.ts";

/** A stream that is not packed: what fetch unpacks by itself still has the field that says it is. */
function openPlain(
  target: Target,
  tenant: string,
  headers: Record<string, string> = {},
): Promise<OpenStream> {
  return open(target, tenant, "", { "accept-encoding": "identity", ...headers });
}

/** Live updates. */
export const liveChecks: Checks = {
  "a stream tells its tenant's events as they happen, and what was missed": async (target) => {
    const [tenant, other] = [newTenant(), newTenant()];
    const first = await openPlain(target, tenant);
    await first.until("position");
    await emit(other, "metric_updated", { n: "theirs" });
    await emit(tenant, "metric_updated", { n: 1 });
    assert.deepEqual((await first.event()).data.data, { n: 1 });
    await first.close();
    await emit(tenant, "metric_updated", { n: 2 });
    const second = await openPlain(target, tenant, { "last-event-id": first.lastId()! });
    assert.deepEqual((await second.event()).data.data, { n: 2 });
    await emit(tenant, "metric_updated", { n: 3 });
    assert.deepEqual((await second.event()).data.data, { n: 3 });
    await second.close();
  },

  "two streams of one tenant get the same events, also after one of them has left": async (target) => {
    const tenant = newTenant();
    const [first, second] = [await openPlain(target, tenant), await openPlain(target, tenant)];
    await Promise.all([first.until("position"), second.until("position")]);
    await emit(tenant, "metric_updated", { n: 1 });
    assert.deepEqual([(await first.event()).data.data, (await second.event()).data.data], [{ n: 1 }, {
      n: 1,
    }]);
    await first.close();
    await waitFor("the one who left is forgotten", async () => await openStreams(target, tenant) === 1);
    await emit(tenant, "metric_updated", { n: 2 });
    assert.deepEqual((await second.event()).data.data, { n: 2 });
    await second.close();
    await waitFor("both are forgotten", async () => await openStreams(target, tenant) === 0);
  },

  "a stream comes packed where the runtime has what that needs": async (target) => {
    const tenant = newTenant();
    const leaving = new AbortController();
    const response = await target.fetch("/v1/stream/updates", tenant, {
      scope: "stream",
      headers: { accept: "text/event-stream", "accept-encoding": "gzip" },
      signal: leaving.signal,
    });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("content-encoding"), target.has.packedStreams ? "gzip" : null);
    assert.match(response.headers.get("cache-control")!, /no-store/);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!/^id: /m.test(text)) text += (await reader.read()).value;
    await emit(tenant, "metric_updated", { n: "packed" });
    while (!text.includes("packed")) text += (await reader.read()).value;
    leaving.abort();
    await waitFor("it is forgotten", async () => await openStreams(target, tenant) === 0);
  },
};
