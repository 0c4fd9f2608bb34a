import assert from "node:assert/strict";
import type { SinkMessage } from "../message.ts";
import { createMessageQueue } from "./message_queue.ts";

const hour = 3_600_000;
const limits = {
  batchMessages: 3,
  batchMs: hour,
  maxBatchMessages: 5,
  maxBatchBytes: 100,
  backlogMs: hour,
  maxMessages: 8,
  maxBytes: 200,
};

function messages(count: number, bytes = 1, following = 0): SinkMessage[] {
  return Array.from({ length: count }, (_, sequence) => ({
    sequence,
    requestId: "",
    at: 0,
    following,
    subject: "",
    data: new Uint8Array(bytes),
    header: () => [],
    ack: () => {},
    release: () => {},
  }));
}

/** Whether a promise is settled once everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true);
  await new Promise((resolve) => setTimeout(resolve));
  return settled;
}

Deno.test("a batch is so many messages, and takes all that wait, up to the most that one may have", async () => {
  const queue = createMessageQueue(limits);
  queue.add(messages(2));
  const next = queue.next();
  assert.equal(await isSettled(next), false);
  queue.add(messages(2));
  assert.equal((await next)?.length, 4);
  queue.add(messages(7));
  assert.equal((await queue.next())?.length, 5);
  queue.close();
  assert.equal((await queue.next())?.length, 2);
  assert.equal(await queue.next(), undefined);
});

Deno.test("fewer are a batch when the first has waited long enough", async () => {
  const queue = createMessageQueue({ ...limits, batchMs: 1 });
  queue.add(messages(1));
  assert.equal((await queue.next())?.length, 1);
});

Deno.test("while the broker has many more, a batch waits to be as large as it may, for a time", async () => {
  const patient = createMessageQueue(limits);
  patient.add(messages(4, 1, 1));
  const next = patient.next();
  assert.equal(await isSettled(next), false);
  patient.add(messages(1, 1, 0));
  assert.equal((await next)?.length, 5);
  const hurried = createMessageQueue({ ...limits, backlogMs: 1 });
  hurried.add(messages(4, 1, 1));
  assert.equal((await hurried.next())?.length, 4);
});

Deno.test("bytes bound a batch, and a message that is larger than that is one of its own", async () => {
  const queue = createMessageQueue(limits);
  queue.add([...messages(2, 60), ...messages(1, 150), ...messages(1, 10)]);
  queue.close();
  const sizes = [];
  for (let batch = await queue.next(); batch; batch = await queue.next()) {
    sizes.push(batch.map(({ data }) => data.length));
  }
  assert.deepEqual(sizes, [[60], [60], [150], [10]]);
});

Deno.test("no more is read while too many are held, waiting or being stored", async () => {
  for (const held of [messages(8), messages(2, 100)]) {
    const queue = createMessageQueue(limits);
    queue.add(held);
    const batch = (await queue.next())!;
    const room = queue.room(new AbortController().signal);
    assert.equal(await isSettled(room), false);
    queue.done(batch);
    await room;
  }
  const queue = createMessageQueue(limits);
  queue.add(messages(8));
  await queue.room(AbortSignal.abort());
});
