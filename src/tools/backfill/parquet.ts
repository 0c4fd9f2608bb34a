import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  type ParquetParsers,
  parquetScan,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { RowEncoder } from "../../ingest/row_encoder.ts";

/** Some rows of a Parquet file. */
export interface ParquetRows {
  /** Of the first, from 0. */
  firstRow: number;
  /** After the last. */
  endRow: number;
  /** Of the whole file. */
  rowCount: number;
  /** Reads them and adds each as a JSON object of what is not null. */
  add(rows: RowEncoder): Promise<void>;
}

const text = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text whose bytes are not UTF-8, with those replaced. */
class BrokenText {
  constructor(readonly text: string) {}
}

/** JSON as the file has it: read and printed again, long numbers would lose digits and keys that come twice. */
class JsonText {
  constructor(readonly json: string) {}
}

/** Times as ISO 8601 in UTC with all their digits, which a Date has not; texts that tell whether they are some. */
const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value) => isoInstant(BigInt(value), 3),
  timestampFromMicroseconds: (value) => isoInstant(BigInt(value), 6),
  timestampFromNanoseconds: (value) => isoInstant(BigInt(value), 9),
  dateFromDays: (days) => isoInstant(BigInt(days) * 86_400_000n, 3).slice(0, -"T00:00:00.000Z".length),
  stringFromBytes: (bytes) => bytes && textOf(bytes),
  jsonFromBytes(bytes) {
    const json = bytes && textOf(bytes);
    try {
      if (typeof json === "string") JSON.parse(json);
      return typeof json === "string" ? new JsonText(json) : json;
    } catch {
      return json;
    }
  },
};

/**
 * A Parquet file in pieces of so many rows, none across two row groups. Each is read by itself, so that little of the file
 * is in memory at a time. Throws when it is none, or when it is packed in a way that nobody here unpacks.
 */
export async function* readParquet(path: string, rowsPerPiece: number): AsyncGenerator<ParquetRows> {
  const file = await fileBuffer(path);
  const scan = await readable(path, async () => {
    const { metadata, decimals } = withoutDecimals(await parquetMetadataAsync(file));
    const columns = parquetSchema(metadata).children.map(({ element }) => ({
      element,
      key: `${JSON.stringify(element.name)}:`,
      scale: decimals.get(element.name),
    }));
    return { columns, ...await parquetScan({ file, metadata, compressors, parsers, utf8: false }) };
  });
  for (const { rowStart, rowEnd } of scan.ranges) {
    for (let firstRow = rowStart; firstRow < rowEnd; firstRow += rowsPerPiece) {
      const endRow = Math.min(firstRow + rowsPerPiece, rowEnd);
      yield {
        firstRow,
        endRow,
        rowCount: Number(scan.metadata.num_rows),
        async add(rows) {
          const columns = await readable(path, () =>
            Promise.all(scan.columns.map(async (column) => ({
              ...column,
              values: await scan.readColumn({
                column: column.element.name,
                rowStart: firstRow,
                rowEnd: endRow,
              }),
            }))));
          for (let row = 0; row < endRow - firstRow; row++) addRow(rows, columns, row);
        },
      };
    }
  }
}

interface Column {
  element: SchemaElement;
  /** The name as JSON has it, with the colon. */
  key: string;
  /** Digits after the point, of a decimal. */
  scale?: number;
  values: ArrayLike<unknown>;
}

function addRow(rows: RowEncoder, columns: Column[], row: number): void {
  let object = "";
  let isBroken = false;
  for (const { key, element, scale, values } of columns) {
    const value = values[row];
    if (value === null || value === undefined) continue;
    isBroken ||= scale === undefined && typeof value === "object" && holdsBrokenText(value);
    object += `${object ? "," : "{"}${key}${
      scale === undefined ? jsonOf(value, element) : decimal(value, scale)
    }`;
  }
  const line = text.encode(object ? `${object}}` : "{}");
  rows.add(line, 0, line.length, isBroken ? "Line is not valid UTF-8" : "");
}

function holdsBrokenText(value: unknown): boolean {
  if (value === null || typeof value !== "object" || value instanceof BrokenText) {
    return value instanceof BrokenText;
  }
  if (value instanceof Uint8Array) return textOf(value) instanceof BrokenText;
  return Object.values(value).some(holdsBrokenText);
}

function jsonOf(value: unknown, element?: SchemaElement): string {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return `"${value}"`;
    return element?.type === "FLOAT" ? shortest(value) : String(value);
  }
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) value = textOf(value);
  if (value instanceof BrokenText) return JSON.stringify(value.text);
  if (value instanceof JsonText) return value.json;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `[${Array.from(value as ArrayLike<unknown>, (each) => jsonOf(each ?? null)).join(",")}]`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) =>
    `${JSON.stringify(name)}:${jsonOf(each ?? null)}`
  );
  return `{${members.join(",")}}`;
}

/** A number of 32 bits with no more digits than tell it from others: 0.1, not 0.10000000149011612. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/**
 * Takes the mark off top-level decimals, so that they are read as the whole numbers that they are stored as: as decimals they
 * would be read as floats, which have 15 digits. Returns their scales by name.
 */
function withoutDecimals(metadata: FileMetaData): { metadata: FileMetaData; decimals: Map<string, number> } {
  const decimals = new Map<string, number>();
  for (const { element } of parquetSchema(metadata).children) {
    if (element.converted_type !== "DECIMAL" && element.logical_type?.type !== "DECIMAL") continue;
    decimals.set(element.name, element.scale ?? 0);
    delete element.converted_type;
    delete element.logical_type;
  }
  return { metadata, decimals };
}

function decimal(value: unknown, scale: number): string {
  const whole = value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number | bigint);
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${whole < 0n ? "-" : ""}${digits.slice(0, point)}${scale ? `.${digits.slice(point)}` : ""}`;
}

/** A whole number of so many bytes in two's complement. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value << 8n | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** An instant since 1970 with so many digits after the second; beyond what a Date holds, the number. */
function isoInstant(value: bigint, digits: 3 | 6 | 9): string {
  const perMillisecond = 10n ** BigInt(digits - 3);
  const rest = (value % perMillisecond + perMillisecond) % perMillisecond;
  const date = new Date(Number((value - rest) / perMillisecond));
  if (Number.isNaN(date.getTime())) return String(value);
  const iso = date.toISOString();
  return digits === 3 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(digits - 3, "0")}Z`;
}

function textOf(bytes: Uint8Array): string | BrokenText {
  try {
    return strict.decode(bytes);
  } catch {
    return new BrokenText(lenient.decode(bytes));
  }
}

/** What a step returns; what it throws, as a sentence about the file. */
async function readable<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A file of which parts are read, opened for each: it is not left open by who stops half-way. */
async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { size } = await Deno.stat(path);
  return {
    byteLength: size,
    async slice(start, end = size) {
      using file = await Deno.open(path);
      await file.seek(start, Deno.SeekMode.Start);
      const bytes = new Uint8Array(end - start);
      let length = 0;
      while (length < bytes.length) {
        const read = await file.read(bytes.subarray(length));
        if (read === null) break;
        length += read;
      }
      return bytes.buffer;
    },
  };
}
