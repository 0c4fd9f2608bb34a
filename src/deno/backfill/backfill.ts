import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import type { Progress } from "../demo/load.ts";
import latestSql from "./latest.sql" with { type: "text" };
import noteSql from "./note.sql" with { type: "text" };

/** A backfill under way: what a chunk is stored as. */
export interface Backfill {
  /** Of the backfill, the same when it goes on after it was cut off. */
  id: string;
  /** Where a source in Postgres was when it began, else 0. */
  horizon: number;
}

/** A part of a backfill: how far it gets, and what stores it. It may be stored again, when it was cut off. */
export interface Chunk {
  /** Whether nothing comes behind it. */
  isLast: boolean;
  /** How much of the whole is done with it, from 0 to 1. */
  share: number;
  /** Stores it, and returns how many lines the backfill has stored by then. */
  store(backfill: Backfill): Promise<number>;
}

/** What a backfill did. */
export interface Filled {
  /** Lines stored, also those of before it was cut off. */
  lines: number;
  /** Chunks that were stored before it was cut off. */
  resumed: number;
}

interface Latest {
  backfill: string;
  chunks: number;
  lines: number;
  horizon: number;
}

/**
 * Stores the chunks in order and writes down each; one that has been cut off goes on behind the last that was written
 * down.
 */
export async function runBackfill(
  clickHouse: ClickHouse,
  name: string,
  chunks: AsyncIterable<Chunk> | Iterable<Chunk>,
  readHorizon: () => Promise<number>,
  progress: Progress,
): Promise<Filled> {
  const [latest] = await readRows<Latest>(clickHouse, { sql: latestSql, parameters: { name } });
  const backfill = latest
    ? { id: latest.backfill, horizon: latest.horizon }
    : { id: crypto.randomUUID(), horizon: await readHorizon() };
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
  progress(0, 1);
  for await (const chunk of chunks) {
    count++;
    if (count > resumed) {
      lines = await chunk.store(backfill);
      await note(count, chunk.isLast, lines);
    }
    progress(Math.min(chunk.share, chunk.isLast ? 1 : 0.999), 1);
  }
  return { lines, resumed };
}
