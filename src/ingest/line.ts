import type { RowEncoder } from "./row_encoder.ts";

/** How much of a line that is too long is kept for the dead letter. */
export const keptBytes = 1024;

/** A line that comes in pieces: white space around it is dropped, and a blank one skipped. */
export interface Line {
  /** The line goes on after this piece. */
  keep(chunk: Uint8Array, start: number, end: number): void;
  /** The line ends with this piece. */
  finish(chunk: Uint8Array, start: number, end: number): void;
}

/** Joins the piece of a line that a chunk ended in with its continuation in the next, and adds the whole. */
export function createLine(rows: Pick<RowEncoder, "add">, maxBytes: number): Line {
  /** The line's beginning, of as many bytes as `kept` says: one buffer, since a line may come byte by byte. */
  let buffer = new Uint8Array();
  let kept = 0;
  /** Length of the line so far, without white space before it. */
  let length = 0;
  /** The same without white space after it. */
  let trimmedLength = 0;

  function keep(chunk: Uint8Array, start: number, end: number): void {
    if (length === 0) start = skipSpace(chunk, start, end);
    if (start >= end) return;
    const trimmedEnd = skipSpaceBack(chunk, start, end);
    if (trimmedEnd > start) trimmedLength = length + trimmedEnd - start;
    length += end - start;
    // beyond the limit only the length matters: the dead letter shows the beginning
    const taken = Math.min(maxBytes - kept, end - start);
    if (taken <= 0) return;
    if (kept + taken > buffer.length) {
      const larger = new Uint8Array(Math.min(maxBytes, Math.max(2 * buffer.length, kept + taken)));
      larger.set(buffer.subarray(0, kept));
      buffer = larger;
    }
    buffer.set(chunk.subarray(start, start + taken), kept);
    kept += taken;
  }

  function finish(chunk: Uint8Array, start: number, end: number): void {
    if (length === 0) {
      start = skipSpace(chunk, start, end);
      return add(chunk, start, skipSpaceBack(chunk, start, end) - start);
    }
    keep(chunk, start, end);
    add(buffer, 0, trimmedLength);
    buffer = new Uint8Array();
    kept = length = trimmedLength = 0;
  }

  function add(bytes: Uint8Array, start: number, length: number): void {
    if (length === 0) return;
    if (length <= maxBytes) return rows.add(bytes, start, start + length);
    const shown = Math.min(maxBytes, keptBytes);
    rows.add(bytes, start, start + shown, tooLong(maxBytes));
  }

  return { keep, finish };
}

/** What is wrong with a line of more bytes. */
export function tooLong(maxBytes: number): string {
  return `The line is longer than ${maxBytes} bytes`;
}

/** Where white space that begins at `start` ends. */
export function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && bytes[start] <= 0x20) start++;
  return start;
}

/** Where white space begins that ends at `end`. */
export function skipSpaceBack(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && bytes[end - 1] <= 0x20) end--;
  return end;
}
