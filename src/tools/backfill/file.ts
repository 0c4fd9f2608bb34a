import type { ClickHouse } from "../../clickhouse/client.ts";
import { insertStream } from "../../ingest/insert.ts";
import { createLine } from "../../ingest/line.ts";
import { createRowEncoder, type RowEncoder } from "../../ingest/row_encoder.ts";
import type { Progress } from "../demo/load.ts";
import { type Chunk, type Filled, runBackfill } from "./backfill.ts";
import { addCsv, csvHeader } from "./csv.ts";
import { readLines } from "./lines.ts";
import { readParquet } from "./parquet.ts";

/** Whose rows a file holds, and of which stream. */
export interface FileTarget {
  stream: string;
  tenantId: string;
}

const linesPerChunk = 100_000;
/** As over HTTP unless configured otherwise. */
const maxLineBytes = 1_048_576;
const kinds = ["csv", "ndjson", "parquet"] as const;
type Kind = typeof kinds[number];

/** The format that a file's name tells. Throws when it tells none. */
function kindOf(path: string): Kind {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const kind = ending === "jsonl" ? "ndjson" : kinds.find((each) => each === ending);
  if (!kind) {
    throw new Error(`Cannot tell the format of ${path}: its name must end with .csv, .ndjson or .parquet`);
  }
  return kind;
}

/**
 * Brings a file over into a stream's landing table, where its lines are typed and checked like those sent by HTTP: CSV
 * with a line of names, NDJSON, or Parquet. An empty field of CSV and a null of Parquet are absent. It is stored in chunks
 * of 100,000 lines or rows. Throws a sentence about the file when no more of it can be read.
 */
export async function backfillFile(
  clickHouse: ClickHouse,
  path: string,
  target: FileTarget,
  progress: Progress,
): Promise<Filled> {
  const { size, mtime } = await Deno.stat(path);
  const kind = kindOf(path);
  const insert = insertInto(clickHouse, target);
  const chunks = kind === "parquet" ? parquetChunks(path, insert) : textChunks(path, kind, size, insert);
  // a file that has changed is another one
  const name = JSON.stringify([
    "lines",
    await Deno.realPath(path),
    size,
    mtime?.getTime(),
    target.stream,
    target.tenantId,
  ]);
  return await runBackfill(clickHouse, { name, chunks }, progress);
}

/** Stores the rows that `add` adds, the first of which has this number, and returns how many they are. */
type Insert = (
  backfill: string,
  firstLine: number,
  add: (rows: RowEncoder) => void | Promise<void>,
) => Promise<number>;

function insertInto(clickHouse: ClickHouse, { stream, tenantId }: FileTarget): Insert {
  return async function insert(backfill, firstLine, add) {
    const rows = createRowEncoder({ tenantId, requestId: backfill, source: "backfill", firstLine });
    await add(rows);
    if (rows.lines() > 0) {
      const body = ReadableStream.from([rows.take()]);
      await insertStream(clickHouse, stream, body, new AbortController().signal);
    }
    return rows.lines();
  };
}

async function* textChunks(path: string, kind: Kind, size: number, insert: Insert): AsyncGenerator<Chunk> {
  const isCsv = kind === "csv";
  let names: string[] | undefined;
  for await (
    const { bytes, firstLine, readBytes } of readLines(path, { linesPerPiece: linesPerChunk, isCsv })
  ) {
    let [rest, headerLines] = [bytes, 0];
    if (isCsv && !names) {
      const header = csvHeader(path, bytes);
      [names, rest, headerLines] = [header.names, bytes.subarray(header.end), header.lines];
    }
    const columns = names;
    yield {
      isLast: readBytes >= size,
      share: readBytes / size,
      store: async ({ id }, before) =>
        before +
        await insert(id, firstLine + headerLines, (rows) =>
          columns ? addCsv(rows, columns, rest, maxLineBytes) : addLines(rows, rest)),
    };
  }
}

const newline = 0x0a;

/** Adds lines as HTTP does: without the white space around them, and blank ones not at all. */
function addLines(rows: RowEncoder, bytes: Uint8Array): void {
  const line = createLine(rows, maxLineBytes);
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start);
    const before = rows.lines();
    line.finish(bytes, start, end < 0 ? bytes.length : end);
    if (rows.lines() === before) rows.skip(1);
    start = end < 0 ? bytes.length : end + 1;
  }
}

async function* parquetChunks(path: string, insert: Insert): AsyncGenerator<Chunk> {
  for await (const { firstRow, endRow, rowCount, add } of readParquet(path, linesPerChunk)) {
    yield {
      isLast: endRow === rowCount,
      share: endRow / rowCount,
      store: async ({ id }, before) => before + await insert(id, firstRow + 1, add),
    };
  }
}
