import { concat } from "../base/bytes/concat.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { ClickHouseError } from "../clickhouse/exception.ts";
import { Problem } from "../base/problem.ts";
import { insertBlock } from "./insert.ts";

/** Stores the rows of one request and resolves when they are safe. */
export type Commit = (stream: string, rows: Uint8Array<ArrayBuffer>) => Promise<void>;

/** One request that waits for its rows to be stored. */
interface Pending {
  rows: Uint8Array<ArrayBuffer>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Most bytes of one insert. */
const batchBytes = 8_388_608;
/** Most bytes that may wait; beyond, requests are told to come back. */
const waitingBytes = 67_108_864;

/**
 * Joins the rows of small requests: while an insert of a stream runs, those that arrive wait, and then go together. An
 * insert costs the engine some 20 ms whatever its size, since the stream's views are planned again for each; alone, a
 * request is not held back. This is what `async_insert` does, but on the embedded engine too, and without its timers.
 */
export function createGroupCommit(clickHouse: ClickHouse): Commit {
  const queues = new Map<string, Pending[]>();
  let bytes = 0;

  return function commit(stream, rows) {
    if (bytes + rows.length > waitingBytes) {
      throw new Problem("overloaded", { detail: "Too many events wait to be stored", retryAfterSeconds: 1 });
    }
    bytes += rows.length;
    return new Promise<void>((resolve, reject) => {
      const queue = queues.get(stream);
      const waiting = { rows, resolve, reject };
      if (queue) queue.push(waiting);
      else {
        queues.set(stream, [waiting]);
        drain(stream);
      }
    }).finally(() => bytes -= rows.length);
  };

  async function drain(stream: string): Promise<void> {
    const queue = queues.get(stream)!;
    while (queue.length) {
      let size = 0;
      const count = queue.findIndex(({ rows }) => (size += rows.length) > batchBytes);
      await store(stream, queue.splice(0, count < 0 ? queue.length : Math.max(1, count)));
    }
    queues.delete(stream);
  }

  async function store(stream: string, batch: Pending[]): Promise<void> {
    try {
      await insertBlock(
        clickHouse,
        stream,
        batch.length === 1 ? batch[0].rows : concat(batch.map(({ rows }) => rows)),
        crypto.randomUUID(),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // what the engine refuses of one request must not fail the others
      if (batch.length > 1 && error instanceof ClickHouseError) {
        for (const waiting of batch) await store(stream, [waiting]);
      } else for (const { reject } of batch) reject(error);
    }
  }
}
