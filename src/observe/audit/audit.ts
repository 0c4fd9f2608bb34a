import { pause } from "../../base/async/pause.ts";
import { type ClickHouse, run } from "../../clickhouse/client.ts";
import type { Log } from "../../base/log.ts";
import type { EndedRequest } from "../../http/requests.ts";
import { columns, createRowWriter } from "./row.ts";

/** What the audit uses. */
export interface AuditOptions {
  clickHouse: ClickHouse;
  /** Id of this gateway: a new one for each start of the process. */
  instance: string;
  log: Log;
  /** Rows that wait at most; those beyond are dropped and counted. */
  maxRows?: number;
  /** So many waiting rows are written at once, before the second is over. */
  flushRows?: number;
}

/** What became of the rows. */
export interface AuditStats {
  waiting: number;
  written: number;
  dropped: number;
  /** Whether the last attempt to write failed. */
  isFailing: boolean;
}

/** The rows of requests on their way to the table `gateway_requests`. */
export type Audit = ReturnType<typeof createAudit>;

const flushEveryMs = 1_000;
const timeoutMs = 5_000;
const stopAttempts = 3;
const stopPauseMs = 200;

/**
 * Collects a row for each request and writes them in batches. A batch that failed is written again, with the same
 * token, so that it counts once whatever became of it; later rows wait meanwhile, up to `maxRows`.
 */
export function createAudit(
  { clickHouse, instance, log, maxRows = 50_000, flushRows = 20_000 }: AuditOptions,
) {
  const rows = createRowWriter(instance);
  let batch: { rows: number; body: Uint8Array<ArrayBuffer>; token: string } | undefined;
  let batches = 0;
  let written = 0;
  let dropped = 0;
  let isFailing = false;
  let flushing: Promise<boolean> | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  const waiting = () => rows.rows() + (batch?.rows ?? 0);

  async function writeAll(): Promise<boolean> {
    // rows that come meanwhile wait for the next second, unless they are many: an insert costs as much for one as for them
    for (let due = waiting(); due > 0 || rows.rows() >= flushRows;) {
      batch ??= takeBatch();
      if (!batch) break;
      try {
        await run(clickHouse, {
          sql: `INSERT INTO gateway_requests (${columns}) FORMAT RowBinary`,
          body: batch.body,
          settings: { async_insert: 0, insert_deduplicate: 1, insert_deduplication_token: batch.token },
          signal: AbortSignal.timeout(timeoutMs),
        });
      } catch (error) {
        if (!isFailing) logFailure(error);
        isFailing = true;
        return false;
      }
      if (isFailing) log({ level: "info", message: "The audit is written again", dropped });
      isFailing = false;
      written += batch.rows;
      due -= batch.rows;
      batch = undefined;
    }
    return waiting() === 0;
  }

  function takeBatch(): typeof batch {
    const taken = rows.rows();
    return taken === 0 ? undefined : { rows: taken, body: rows.take(), token: `${instance}-${++batches}` };
  }

  function logFailure(error: unknown): void {
    log({
      level: "warn",
      message: "The audit cannot be written; rows wait",
      waiting: waiting(),
      cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }

  /** Writes the rows that wait; returns whether none is left. Never throws. */
  function flush(): Promise<boolean> {
    return flushing ??= writeAll().finally(() => flushing = undefined);
  }

  return {
    /** Takes a row; never waits, never throws. */
    record(row: EndedRequest): void {
      if (waiting() >= maxRows) {
        dropped++;
        return;
      }
      rows.add(row);
      // after a failure the timer tries again
      if (rows.rows() >= flushRows && !isFailing) flush();
    },

    flush,

    /** Begins to write each second. */
    start(): void {
      timer ??= setInterval(flush, flushEveryMs);
    },

    /** Writes what waits; gives up after a few attempts. */
    async stop(): Promise<void> {
      clearInterval(timer);
      timer = undefined;
      for (let attempt = 0; attempt < stopAttempts && !await flush(); attempt++) {
        await pause(stopPauseMs);
      }
      if (waiting() > 0) log({ level: "error", message: "Rows of the audit are lost", rows: waiting() });
    },

    stats: (): AuditStats => ({ waiting: waiting(), written, dropped, isFailing }),
  };
}
