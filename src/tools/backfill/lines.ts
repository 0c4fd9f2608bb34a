import { concat } from "../../base/bytes/concat.ts";

/** Some lines of a file, each whole, and how far it has been read with them. */
export interface Lines {
  bytes: Uint8Array<ArrayBuffer>;
  /** Number of the first of them in the file, from 1. */
  firstLine: number;
  /** Bytes of the file up to their end. */
  readBytes: number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const comma = 0x2c;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Where in a record of CSV a byte is (RFC 4180): a quote opens a field only at its beginning. */
type Place = "field" | "plain" | "quoted" | "after quote";

/** Follows the bytes of CSV: whether the last one was the end of a record. */
export function csvRecords() {
  let place: Place = "field";
  return {
    /** Whether a record ends with this byte. */
    endsWith(byte: number): boolean {
      if (place === "quoted") {
        if (byte === quote) place = "after quote";
        return false;
      }
      if (byte === newline || byte === comma) place = "field";
      else if (byte === quote && place !== "plain") place = "quoted";
      else if (byte !== carriageReturn || place === "field") place = "plain";
      return byte === newline;
    },
    /** Whether a quoted field has not ended. */
    isOpen: () => place === "quoted",
  };
}

/** A piece ends after the line that brings it to so many bytes. */
const pieceBytes = 32 * 1_048_576;
/** A longer line is not held in memory. */
const maxLineBytes = 64 * 1_048_576;

/**
 * A file in pieces of so many lines, fewer where they are long; of CSV so many records: such a line goes on after a line
 * break within quotes. The same file comes in the same pieces each time. Throws when a line is longer than 64 MiB, or when
 * a quote has no end: what is behind it would be one field.
 */
export async function* readLines(
  path: string,
  { linesPerPiece, isCsv }: { linesPerPiece: number; isCsv: boolean },
): AsyncGenerator<Lines> {
  using file = await Deno.open(path);
  const records = isCsv ? csvRecords() : undefined;
  let kept: Uint8Array[] = [];
  let [size, inPiece, readBytes, newlines] = [0, 0, 0, 0];
  let [firstLine, recordLine] = [1, 1];
  const take = (): Lines => {
    let bytes = concat(kept);
    if (readBytes === 0 && byteOrderMark.every((byte, i) => bytes[i] === byte)) bytes = bytes.subarray(3);
    readBytes += size;
    [kept, size, inPiece] = [[], 0, 0];
    const piece = { bytes, firstLine, readBytes };
    firstLine = newlines + 1;
    return piece;
  };
  for await (const chunk of file.readable) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const isNewline = chunk[i] === newline;
      if (isNewline) newlines++;
      if (records ? !records.endsWith(chunk[i]) : !isNewline) continue;
      recordLine = newlines + 1;
      if (++inPiece < linesPerPiece && size + i + 1 - start < pieceBytes) continue;
      kept.push(chunk.subarray(start, i + 1));
      size += i + 1 - start;
      start = i + 1;
      yield take();
    }
    kept.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > pieceBytes + maxLineBytes) {
      throw new Error(
        records?.isOpen()
          ? endless(path, recordLine)
          : `Cannot read ${path}: line ${recordLine} is longer than ${maxLineBytes} bytes`,
      );
    }
  }
  if (records?.isOpen()) throw new Error(endless(path, recordLine));
  if (size > 0) yield take();
}

function endless(path: string, line: number): string {
  return `Cannot read ${path}: a quote that opens in line ${line} has no end`;
}
