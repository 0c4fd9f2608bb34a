import { type ClickHouse, run } from "../../clickhouse/client.ts";
import { quoteString } from "../../clickhouse/string_literal.ts";
import type { Progress } from "../demo/load.ts";
import { type Chunk, type Filled, runBackfill } from "./backfill.ts";
import { readLines } from "./lines.ts";
import { parquetShape } from "./parquet_shape.ts";
import insertSql from "./file_chunk.sql" with { type: "text" };

/** Whose rows a file holds, and of which stream. */
export interface FileTarget {
  stream: string;
  tenantId: string;
}

const linesPerChunk = 100_000;
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
 * with a line of names, NDJSON, or Parquet. An empty field of CSV and a null of Parquet are absent. CSV and NDJSON are
 * stored in chunks of 100,000 lines, Parquet as one chunk.
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
  const chunks = kind === "parquet" ? parquetChunk(path, insert) : textChunks(path, kind, size, insert);
  // a file that has changed is another one
  const name = JSON.stringify([
    await Deno.realPath(path),
    size,
    mtime?.getTime(),
    target.stream,
    target.tenantId,
  ]);
  return await runBackfill(clickHouse, { name, chunks }, progress);
}

/** Stores rows of a format: `columns` are those it is read with, `line` the JSON that they make. */
type Insert = (
  backfill: string,
  firstLine: number,
  rows: {
    columns: string;
    line: string;
    format: string;
    body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  },
) => Promise<void>;

function insertInto(clickHouse: ClickHouse, { stream, tenantId }: FileTarget): Insert {
  return async function insert(backfill, firstLine, { columns, line, format, body }) {
    const sql = insertSql.replace("stream_landing", () => `${stream}_landing`)
      .replace("'structure'", () => quoteString(columns))
      .replace("line_of_row", () => line);
    await run(clickHouse, {
      sql: `${sql.trimEnd()}\nFORMAT ${format}`,
      body,
      parameters: { tenantId, backfill, firstLine: String(firstLine) },
      settings: { wait_end_of_query: 1 },
    });
  };
}

/** A column list of optional text, and the JSON object of those that have some. */
function asObject(names: string[]): { columns: string; line: string } {
  const quoted = names.map((name) => `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``);
  const pairs = names.map((name, i) => `(${quoteString(name)}, ifNull(${quoted[i]}, ''))`);
  return {
    columns: quoted.map((name) => `${name} Nullable(String)`).join(", "),
    line:
      `toJSONString(mapFromArrays(arrayMap(pair -> pair.1, arrayFilter(pair -> pair.2 != '', [${pairs}]) AS pairs), ` +
      `arrayMap(pair -> pair.2, pairs)))`,
  };
}

async function* textChunks(path: string, kind: Kind, size: number, insert: Insert): AsyncGenerator<Chunk> {
  const isCsv = kind === "csv";
  let shape = { columns: "line String", line: "line" };
  let format = "LineAsString";
  let first = 1;
  let isFirst = true;
  for await (
    let { text, count, bytes } of readLines(path, { linesPerPiece: linesPerChunk, hasQuotes: isCsv })
  ) {
    if (isCsv && isFirst) {
      const { header, rest } = csvHeader(path, text);
      [shape, format, text] = [asObject(header), "CSV", rest];
    }
    isFirst = false;
    const [firstLine, body] = [first, new TextEncoder().encode(text)];
    first = count + 1;
    yield {
      isLast: bytes >= size,
      share: bytes / size,
      async store({ id }) {
        await insert(id, firstLine, { ...shape, format, body });
        return isCsv ? count - 1 : count;
      },
    };
  }
}

/** The names in the first line, and what is behind it. Throws when there are none, or two are alike. */
function csvHeader(path: string, text: string): { header: string[]; rest: string } {
  const end = text.indexOf("\n");
  const line = (end < 0 ? text : text.slice(0, end)).replace(/\r$/, "");
  const header = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
    .map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain).trim());
  if (header.some((name) => name === "") || new Set(header).size < header.length) {
    throw new Error(`Cannot read ${path}: its first line must name each column, each differently`);
  }
  return { header, rest: end < 0 ? "" : text.slice(end + 1) };
}

async function* parquetChunk(path: string, insert: Insert): AsyncGenerator<Chunk> {
  const { columns, rows } = await parquetShape(path);
  yield {
    isLast: true,
    share: 1,
    async store({ id }) {
      using file = await Deno.open(path);
      await insert(id, 1, { ...asObject(columns), format: "Parquet", body: file.readable });
      return rows;
    },
  };
}
