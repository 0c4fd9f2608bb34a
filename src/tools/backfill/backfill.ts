import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import type { Progress } from "../demo/load.ts";
import latestSql from "./latest.sql" with { type: "text" };
import noteSql from "./note.sql" with { type: "text" };
import refusedSql from "./refused.sql" with { type: "text" };

/** A backfill under way: what a chunk is stored as. */
export interface Backfill {
  /** Of the backfill, the same when it goes on after it was cut off. */
  id: string;
  /** Where a source in Postgres was when it began, else 0. */
  horizon: number;
}

/** A part of a backfill: how far it gets, and what stores it. It may be stored again, when it was cut off. */
export interface Chunk {
  /** Whether nothing comes after it. */
  isLast: boolean;
  /** How much of the whole is done with it, from 0 to 1. */
  share: number;
  /** Stores it, and returns how many lines the backfill has stored by then; `before` are those noted until now. */
  store(backfill: Backfill, before: number): Promise<number>;
}

/** What a backfill did. */
export interface Filled {
  /** Lines stored, also those of before it was cut off. */
  lines: number;
  /** Lines among them that were no good and became dead letters. */
  refused: number;
  /** Chunks that were stored before it was cut off. */
  resumed: number;
}

interface Latest {
  backfill: string;
  chunks: number;
  lines: number;
  horizon: number;
}

/** What a backfill stores, and how. */
export interface Plan {
  /** The same for a backfill that goes on after it was cut off. */
  name: string;
  chunks: AsyncIterable<Chunk> | Iterable<Chunk>;
  /** Chunks that are stored at the same time, 1 unless given: more only where no row is in two of them. */
  atOnce?: number;
  /** Where a source in Postgres is before the first chunk is read. */
  readHorizon?: () => Promise<number>;
  /** Does what is to be done once all chunks are stored. */
  onStored?: (backfill: Backfill) => Promise<void>;
}

/**
 * Stores the chunks and writes each down in their order, after all before it; one that has been cut off goes on after
 * the last that was written down. What is stored beside a chunk that fails is waited for, and stored again the next time
 * unless the failed one is after it.
 */
export async function runBackfill(
  clickHouse: ClickHouse,
  { name, chunks, atOnce = 1, readHorizon, onStored }: Plan,
  progress: Progress,
): Promise<Filled> {
  const [latest] = await readRows<Latest>(clickHouse, { sql: latestSql, parameters: { name } });
  const backfill = latest
    ? { id: latest.backfill, horizon: latest.horizon }
    : { id: crypto.randomUUID(), horizon: await readHorizon?.() ?? 0 };
  const note = (chunk: number, isLast: boolean, lines: number) =>
    run(clickHouse, {
      sql: noteSql,
      parameters: {
        name,
        backfill: backfill.id,
        chunk: String(chunk),
        isLast: String(isLast),
        lines: String(lines),
        horizon: String(backfill.horizon),
      },
    });
  if (!latest) await note(0, false, 0);
  const resumed = latest?.chunks ?? 0;
  let lines = latest?.lines ?? 0;
  let count = 0;
  const running: { chunk: Chunk; number: number; stored: Promise<number> }[] = [];
  const noteFirst = async () => {
    const { chunk, number, stored } = running[0];
    // of two at the same time, the one that ended later has counted both
    lines = Math.max(lines, await stored);
    if (chunk.isLast) await onStored?.(backfill);
    await note(number, chunk.isLast, lines);
    running.shift();
    progress(Math.min(chunk.share, chunk.isLast ? 1 : 0.999), 1);
  };
  progress(0, 1);
  try {
    for await (const chunk of chunks) {
      count++;
      if (count <= resumed) {
        progress(chunk.share, 1);
        continue;
      }
      const stored = chunk.store(backfill, lines);
      // it is heard of in its turn
      stored.catch(() => {});
      running.push({ chunk, number: count, stored });
      if (running.length === atOnce) await noteFirst();
    }
    while (running.length > 0) await noteFirst();
  } catch (error) {
    await Promise.allSettled(running.map(({ stored }) => stored));
    // as far as it goes: what was stored need not be stored again
    while (running.length > 0) await noteFirst().catch(() => running.length = 0);
    throw error;
  }
  const [{ refused }] = await readRows<{ refused: number }>(clickHouse, {
    sql: refusedSql,
    parameters: { backfill: backfill.id },
  });
  return { lines, refused, resumed };
}
