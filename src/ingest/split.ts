import type { RowEncoder } from "./row_encoder.ts";

/** Cuts a body into its lines, chunk by chunk, and adds each to an encoder. */
export interface Splitter {
  push(chunk: Uint8Array): void;
  /** The body ended: what is left is its last line. */
  end(): void;
}

/** How much of a line that is too long is kept for the dead letter. */
const keptBytes = 1024;

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;

/** Lines end with `\n` or `\r\n`; blank ones are skipped. */
export function splitLines(rows: RowEncoder, maxLineBytes: number): Splitter {
  const carry = createCarry(rows, maxLineBytes);
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        carry.finish(chunk, start, end);
        start = end + 1;
      }
      carry.keep(chunk, start, chunk.length);
    },
    end: () => carry.finish(new Uint8Array(), 0, 0),
  };
}

/**
 * Top-level values of JSON text: the elements of an array, or objects one after the other, over as many lines as
 * they like. Nothing is parsed: it looks for brackets outside strings. A newline within a string, or an object
 * that opens where none can, means that the value before was cut; it is passed on as it is, to be rejected,
 * and the next begins there.
 */
export function splitJson(rows: RowEncoder, maxLineBytes: number): Splitter {
  const carry = createCarry(rows, maxLineBytes);
  let depth = 0;
  let inArray = false;
  let inString = false;
  let escaped = false;
  let inScalar = false;
  let seen = 0; // last byte that is not white space

  function scan(chunk: Uint8Array): void {
    let start = 0;
    const finish = (end: number) => {
      carry.finish(chunk, start, end);
      start = end;
      depth = 0;
      inString = inScalar = escaped = false;
    };
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
        else if (byte === newline) finish(i);
        seen = byte;
        continue;
      }
      if (byte === newline && inScalar) finish(i);
      if (byte <= 0x20) continue;
      if (depth === 0 && !inScalar) {
        if (byte === 0x5b && !inArray && seen === 0) inArray = true; // [ opens the list
        else if (byte === 0x5d && inArray) inArray = false; // ] closes it
        else if (byte !== 0x2c) { // a comma only separates
          start = i;
          if (byte === 0x7b || byte === 0x5b) depth = 1;
          else inScalar = true;
        }
        if (depth === 0 && !inScalar) start = i + 1;
        if (byte === quote) inString = true;
      } else if (inScalar) {
        if (byte === quote) inString = true;
        else if (byte === 0x2c || (byte === 0x5d && inArray)) {
          finish(i);
          i--;
          continue;
        }
      } else if (byte === quote) inString = true;
      else if (byte === 0x7b || byte === 0x5b) {
        if (byte === 0x7b && seen !== 0x3a && seen !== 0x2c && seen !== 0x5b) {
          finish(i);
          i--;
          continue;
        }
        depth++;
      } else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) finish(i + 1);
      seen = byte;
    }
    if (depth > 0 || inScalar) carry.keep(chunk, start, chunk.length);
  }

  return {
    push: scan,
    end() {
      carry.finish(new Uint8Array(), 0, 0);
      if (inArray) rows.add(new Uint8Array(), 0, 0, "The list has no end: the body was cut");
    },
  };
}

/** Joins the piece of a line that a chunk ended in with its continuation in the next. */
function createCarry(rows: RowEncoder, maxLineBytes: number) {
  let kept: Uint8Array[] = [];
  let keptLength = 0;
  let dropped = 0;

  function keep(chunk: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    // beyond the limit only the count matters: the dead letter shows the beginning
    const room = Math.max(0, maxLineBytes + 1 - keptLength);
    const take = Math.min(room, end - start);
    if (take > 0) kept.push(chunk.slice(start, start + take));
    keptLength += take;
    dropped += end - start - take;
  }

  function finish(chunk: Uint8Array, start: number, end: number): void {
    if (keptLength === 0) return add(chunk, start, end);
    keep(chunk, start, end);
    const line = new Uint8Array(keptLength);
    let offset = 0;
    for (const piece of kept) {
      line.set(piece, offset);
      offset += piece.length;
    }
    const length = keptLength + dropped;
    kept = [];
    keptLength = dropped = 0;
    add(line, 0, line.length, length);
  }

  function add(bytes: Uint8Array, start: number, end: number, length = end - start): void {
    while (end > start && bytes[end - 1] <= 0x20) end--;
    while (end > start && bytes[start] <= 0x20) start++;
    if (end === start) return;
    if (length <= maxLineBytes) return rows.add(bytes, start, end);
    rows.add(bytes, start, Math.min(end, start + keptBytes), `The line is longer than ${maxLineBytes} bytes`);
  }

  return { keep, finish };
}
