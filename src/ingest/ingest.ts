// The room ingest: events come in: a body becomes lines, then rows of a landing table; brokers/ has messages of NATS, sink/ stores them in batches, dead_letters/ sends refused lines again, sync/ has the database read its sources now, jobs/ has it run a load of the warehouse.

import { z } from "zod";
import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { ClickHouseError } from "../clickhouse/exception.ts";
import { escapeString } from "../clickhouse/string_literal.ts";
import { Problem } from "../base/problem.ts";
import type { EventBody } from "./body.ts";
import type { Commit } from "./group_commit.ts";
import { insertStream } from "./insert.ts";
import rejectionsSql from "./rejections.sql" with { type: "text" };
import { createRowEncoder, type RowEncoder } from "./row_encoder.ts";
import { splitJson, splitLines, type Splitter } from "./split.ts";

const count = () => z.int().meta({ format: "int64" });

/** What became of a request's lines. */
export const ingestedSchema = () =>
  z.object({
    accepted: count().describe("Lines that were stored"),
    rejected: count().describe("Lines that were refused and kept as dead letters"),
    rejections: z.array(z.object({
      line: count().describe("Place in the body, from 1; blank lines do not count"),
      reason: z.string(),
    })).max(20).describe("The first of them"),
  });

/** What became of a request's lines. */
export type Ingested = z.infer<ReturnType<typeof ingestedSchema>>;

/** One request's events, for one stream. */
export interface Ingestion {
  /** Reads what was refused. */
  clickHouse: ClickHouse;
  /** Inserts into landing tables. */
  ingester: ClickHouse;
  stream: string;
  tenantId: string;
  /** Marks the rows. */
  requestId: string;
  /** Stores the rows of a short body. */
  commit: Commit;
  body: EventBody;
  maxLineBytes: number;
  signal: AbortSignal;
}

/** A body of fewer bytes is stored as a whole; a longer one streams. */
export const bufferedBytes = 1_048_576;
/** Rows are handed to the connection in pieces of about this size. */
const pieceBytes = 1_048_576;

/**
 * Writes the lines into the stream's landing table and returns when the rows are stored. Throws Problem, also
 * for a stream that does not exist; ClickHouseError, ClickHouseUnreachable.
 */
export async function ingest(ingestion: Ingestion): Promise<Ingested> {
  const { clickHouse, ingester, stream, tenantId, requestId, body, maxLineBytes } = ingestion;
  const since = Date.now();
  const rows = createRowEncoder({ tenantId, requestId, source: "http" });
  const splitter = body.isJson ? splitJson(rows, maxLineBytes) : splitLines(rows, maxLineBytes);
  const pieces = encode(body, rows, splitter);

  let isWhole = false;
  while (!isWhole && rows.size() < bufferedBytes) isWhole = (await pieces.next()).done ?? false;
  if (rows.lines() === 0) return { accepted: 0, rejected: 0, rejections: [] };
  let failure: unknown;
  try {
    if (isWhole) await ingestion.commit(stream, rows.take());
    else {
      const body = rowStream(rows, pieces, (error) => failure = error);
      await insertStream(ingester, stream, body, ingestion.signal);
    }
  } catch (thrown) {
    // what broke the body is the cause; the connection's failure is only its effect
    const error = failure ?? thrown;
    if (error instanceof ClickHouseError && error.code === unknownTable) throw unknownStream(stream, error);
    throw error;
  }

  const [{ rejected, first }] = await readRows<{ rejected: number; first: [number, string][] }>(clickHouse, {
    sql: rejectionsSql,
    // clocks of two machines differ by less than this
    parameters: { tenantId: escapeString(tenantId), stream, requestId, sinceMs: String(since - 60_000) },
  });
  const rejections = first.map(([line, reason]) => ({ line, reason }));
  return { accepted: rows.lines() - rejected, rejected, rejections };
}

const unknownTable = 60;

function unknownStream(stream: string, cause: unknown): Problem {
  return new Problem("not-found", { detail: `There is no stream "${stream}"` }, cause);
}

/** Splits the body into the encoder's rows; each step takes one chunk. */
async function* encode(body: EventBody, rows: RowEncoder, splitter: Splitter) {
  for await (const chunk of body.chunks) {
    splitter.push(chunk);
    yield rows.size();
  }
  splitter.end();
}

/** The encoder's rows as a body, in pieces, while the request's body is read. */
function rowStream(rows: RowEncoder, pieces: AsyncGenerator<number>, onFailure: (error: unknown) => void) {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        let isDone = false;
        while (!isDone && rows.size() < pieceBytes) isDone = (await pieces.next()).done ?? false;
        if (rows.size()) controller.enqueue(rows.take());
        if (isDone) controller.close();
      } catch (error) {
        onFailure(error);
        controller.error(error);
      }
    },
  }, { highWaterMark: 2 });
}
