import { createLine, skipSpace } from "./line.ts";
import type { RowEncoder } from "./row_encoder.ts";

/** Cuts a body into its lines, chunk by chunk, and adds each to an encoder. */
export interface Splitter {
  push(chunk: Uint8Array): void;
  /** The body ended: what is left is its last line. */
  end(): void;
}

/** The engine reads no deeper JSON (simdjson's limit is 1024). */
const maxDepth = 1024;

const newline = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** Lines end with `\n` or `\r\n`; blank ones are skipped. */
export function splitLines(rows: Pick<RowEncoder, "add">, maxLineBytes: number): Splitter {
  const line = createLine(rows, maxLineBytes);
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        line.finish(chunk, start, end);
        start = skipSpace(chunk, end + 1, chunk.length);
      }
      line.keep(chunk, start, chunk.length);
    },
    end: () => line.finish(new Uint8Array(), 0, 0),
  };
}

/**
 * Top-level values of JSON text: the elements of an array, or objects one after the other, over as many lines as
 * they like. Nothing is parsed: it looks for brackets outside strings. A newline within a string, or an object
 * that opens where none can, means that the value before was cut; it is passed on as it is, to be rejected,
 * and the next begins there.
 */
export function splitJson(rows: Pick<RowEncoder, "add">, maxLineBytes: number): Splitter {
  const line = createLine(rows, maxLineBytes);
  /** The brackets that are open within the value. */
  let open: number[] = [];
  let inArray = false;
  let inString = false;
  let escaped = false;
  let inScalar = false;
  let seen = 0; // last byte that is not white space

  /** Whether this byte cannot belong to the value that is open. */
  function isCutAt(byte: number): boolean {
    if (byte !== openObject && byte !== openList) return false;
    if (open.length === maxDepth) return true;
    const canOpen = open.at(-1) === openObject ? seen === colon : seen === comma || seen === openList;
    return byte === openObject && !canOpen;
  }

  function push(chunk: Uint8Array): void {
    let start = 0;
    const finish = (end: number) => {
      line.finish(chunk, start, end);
      start = end;
      open = [];
      inString = inScalar = escaped = false;
    };
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
        if (byte === newline) finish(i);
        seen = byte;
        continue;
      }
      if (byte === newline && inScalar) finish(i);
      if (byte <= 0x20) continue;
      if (inScalar) {
        if (byte === comma || (byte === closeList && inArray)) finish(i);
      } else if (open.length > 0 && isCutAt(byte)) finish(i);

      if (inScalar) {
        if (byte === quote) inString = true;
      } else if (open.length === 0) {
        if (byte === openList && !inArray && seen === 0) inArray = true;
        else if (byte === closeList && inArray) inArray = false;
        else if (byte !== comma) {
          start = i;
          if (byte === openObject || byte === openList) open.push(byte);
          else inScalar = true;
          inString = byte === quote;
        }
      } else if (byte === quote) inString = true;
      else if (byte === openObject || byte === openList) open.push(byte);
      else if (byte === closeObject || byte === closeList) {
        open.pop();
        if (open.length === 0) finish(i + 1);
      }
      seen = byte;
    }
    if (open.length > 0 || inScalar) line.keep(chunk, start, chunk.length);
  }

  return {
    push,
    end() {
      line.finish(new Uint8Array(), 0, 0);
      if (inArray) rows.add(new Uint8Array(), 0, 0, "The list has no end: the body was cut");
    },
  };
}
