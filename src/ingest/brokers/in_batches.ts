import { nextTurn } from "../../base/async/next_turn.ts";

/** Items as they come, those that have come together in one batch, at most `max`: a batch waits for nothing but its first item. */
export async function* inBatches<Item>(
  items: AsyncIterable<Item>,
  max: number,
): AsyncGenerator<Item[], void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const batch: Item[] = [];
      let result: IteratorResult<Item> | undefined = await next;
      const turn = nextTurn().then(() => undefined);
      while (result && !result.done) {
        batch.push(result.value);
        next = iterator.next();
        // it is awaited when the batch was taken, and must not count as unhandled until then
        next.catch(() => {});
        result = batch.length < max ? await Promise.race([next, turn]) : undefined;
      }
      if (batch.length) yield batch;
      if (result?.done) return;
    }
  } finally {
    iterator.return?.().catch(() => {});
  }
}
