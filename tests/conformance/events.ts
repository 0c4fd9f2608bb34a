import assert from "node:assert/strict";
import { newTenant } from "../gateway.ts";
import { type Checks, eventOf, linesOf } from "./target.ts";

function packed(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
}

async function packedBytes(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(packed(text)).arrayBuffer());
}

/** Events come in. */
export const eventChecks: Checks = {
  "events packed with gzip are stored, and count": async (target) => {
    const tenant = newTenant();
    const { status, body } = await target.ask("/v1/events/outreach", tenant, {
      method: "POST",
      headers: { "content-encoding": "gzip" },
      body: await packedBytes(linesOf(5_000)),
    });
    assert.deepEqual([status, body.data.accepted, body.data.rejected], [200, 5_000, 0]);
    const search = "startDate=2026-03-01&endDate=2026-03-01";
    const overview = await target.ask(`/v1/outreach/overview?${search}`, tenant);
    assert.equal(overview.body.data.summary.totalMessagesSent, 5_000);
  },

  "a body whose length nobody told is stored as it comes": async (target) => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `${JSON.stringify(eventOf(n))}\n`);
    const stream = ReadableStream.from(lines).pipeThrough(new TextEncoderStream());
    const { status, body } = await target.ask("/v1/events/outreach", newTenant(), {
      method: "POST",
      body: stream,
    });
    assert.deepEqual([status, body.data?.accepted, body.detail], [200, 5_000, undefined]);
  },

  "gzip that was cut is a problem, and stores nothing": async (target) => {
    const tenant = newTenant();
    const bytes = await packedBytes(linesOf(100));
    const { status, body } = await target.ask("/v1/events/outreach", tenant, {
      method: "POST",
      headers: { "content-encoding": "gzip" },
      body: bytes.subarray(0, bytes.length - 20),
    });
    assert.deepEqual([status, body.type], [400, "/problems/invalid-request"]);
  },

  "lines that are wrong are told, and the others are stored": async (target) => {
    const lines = [
      JSON.stringify(eventOf(1)),
      "no JSON",
      JSON.stringify({ ...eventOf(2), channel: "pigeon" }),
    ];
    const { body } = await target.ask("/v1/events/outreach", newTenant(), {
      method: "POST",
      body: lines.join("\n"),
    });
    assert.deepEqual([body.data.accepted, body.data.rejected], [1, 2]);
    assert.deepEqual(body.data.rejections.map(({ line }: { line: number }) => line), [2, 3]);
  },

  "a request that comes again with its Idempotency-Key stores nothing twice": async (target) => {
    const tenant = newTenant();
    const send = (body: string) =>
      target.ask("/v1/events/outreach", tenant, {
        method: "POST",
        headers: { "idempotency-key": `key-of-${tenant}` },
        body,
      });
    const first = await send(linesOf(2));
    const again = await send(linesOf(2));
    assert.deepEqual([again.status, again.body], [first.status, first.body]);
    const other = await send(linesOf(3));
    assert.deepEqual([other.status, other.body.type], [422, "/problems/idempotency-mismatch"]);
  },
};
