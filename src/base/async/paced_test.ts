import assert from "node:assert/strict";
import { createPaced } from "./paced.ts";

/** Work that is counted, and that each time ends when it is told to. */
function countedWork() {
  let begun = 0;
  let waiting: PromiseWithResolvers<void> | undefined;
  let beginning = Promise.withResolvers<void>();
  return {
    begun: () => begun,
    work(): Promise<void> {
      begun++;
      waiting = Promise.withResolvers();
      beginning.resolve();
      return waiting.promise;
    },
    /** Waits until it is being done. */
    async beginning(): Promise<void> {
      await beginning.promise;
      beginning = Promise.withResolvers();
    },
    end: () => waiting?.resolve(),
    fail: () => waiting?.reject(new Error("no")),
  };
}

const pace = { intervalMs: 1, maxPauseMs: 5 };

Deno.test("what is asked for several times while it is done is done once more", async () => {
  const ending = new AbortController();
  const counted = countedWork();
  const idle = Promise.withResolvers<void>();
  let successes = 0;
  const want = createPaced(counted.work, {
    ...pace,
    onSuccess: () => void (++successes === 2 && idle.resolve()),
  }, ending.signal);
  want();
  await counted.beginning();
  want();
  want();
  want();
  assert.equal(counted.begun(), 1);
  counted.end();
  await counted.beginning();
  counted.end();
  await idle.promise;
  assert.equal(counted.begun(), 2);
  // and asked for later it is done again
  want();
  await counted.beginning();
  assert.equal(counted.begun(), 3);
  counted.end();
  ending.abort();
});

Deno.test("work that fails is repeated until it succeeds", async () => {
  const ending = new AbortController();
  const counted = countedWork();
  let failures = 0;
  const done = Promise.withResolvers<void>();
  const want = createPaced(
    counted.work,
    { ...pace, onFailure: () => failures++, onSuccess: done.resolve },
    ending.signal,
  );
  want();
  for (let i = 0; i < 3; i++) {
    await counted.beginning();
    counted.fail();
  }
  await counted.beginning();
  counted.end();
  await done.promise;
  assert.equal(failures, 3);
  ending.abort();
});

Deno.test("nothing begins after the signal", async () => {
  const ending = new AbortController();
  const counted = countedWork();
  const done = Promise.withResolvers<void>();
  const want = createPaced(
    counted.work,
    { intervalMs: 1e9, maxPauseMs: 1e9, onSuccess: done.resolve },
    ending.signal,
  );
  want();
  await counted.beginning();
  want();
  counted.end();
  await done.promise;
  ending.abort();
  want();
  assert.equal(counted.begun(), 1);
});
