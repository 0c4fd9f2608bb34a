import { decodeLines, parseField } from "./http_field.ts";

/** How the length of a body is told (RFC 9112, section 6): in bytes, in chunks, or by the connection's end. */
export type Framing = number | "chunked" | "close";

/** Where an answer's bytes come from: reads into `rest`, returns how many came, or null at the end. */
export type ReadInto = (rest: Uint8Array<ArrayBuffer>) => Promise<number | null>;

/** Longest line of a chunk's size with its extensions, and most bytes of all trailers. */
const maxLineBytes = 4_096;
const [tab, lf, cr, space, semicolon] = [9, 10, 13, 32, 59];

/** What is where: bytes of data to come, the line of a size, the line end after a chunk, trailers, nothing more. */
type State = "data" | "size" | "chunkEnd" | "trailer" | "done";

/** The data of a body, piece by piece. */
export interface BodyReader {
  /** The next piece, a copy; null at the end. Throws when the connection ends before the body does, or its framing is broken. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Whether the body has ended, just where the bytes that came do: the connection may serve another request. */
  isDone(): boolean;
}

/** Reads the body that begins with what lies in `buffer` from `start` to `end` and goes on with what `read` brings. */
export function createBodyReader(
  buffer: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
  framing: Framing,
  read: ReadInto,
): BodyReader {
  const isChunked = framing === "chunked";
  let state: State = isChunked ? "size" : framing === 0 ? "done" : "data";
  let left = isChunked ? 0 : framing === "close" ? Infinity : framing;
  let trailerBytes = 0;

  /** Takes all that there is; the data of several chunks is moved together, so that tiny ones do not become many pieces. */
  function advance(): Uint8Array<ArrayBuffer> {
    let from = start;
    let to = start;
    while (start < end && state !== "done") {
      if (state !== "data") {
        const lineEnd = endOfLine();
        if (lineEnd < 0) break;
        takeLine(lineEnd);
        continue;
      }
      const length = Math.min(end - start, left);
      if (from === to) from = to = start;
      else buffer.copyWithin(to, start, start + length);
      to += length;
      start += length;
      left -= length;
      if (left === 0) state = isChunked ? "chunkEnd" : "done";
    }
    return buffer.slice(from, to);
  }

  /** Where the line's CRLF is; -1 while it has not come. */
  function endOfLine(): number {
    const bytes = buffer.subarray(start, end);
    const length = bytes.indexOf(lf);
    if ((length < 0 ? bytes.length : length) > maxLineBytes) throw new Error("A chunk's line is too long");
    if (length < 0) return -1;
    if (length === 0 || bytes.indexOf(cr) !== length - 1) {
      throw new Error("A chunk's line does not end in CRLF");
    }
    return start + length - 1;
  }

  function takeLine(lineEnd: number): void {
    const isEmpty = lineEnd === start;
    if (state === "size") {
      left = readSize(lineEnd);
      state = left === 0 ? "trailer" : "data";
    } else if (state === "chunkEnd") {
      if (!isEmpty) throw new Error("A chunk is longer than it says");
      state = "size";
    } else if (isEmpty) {
      state = "done";
    } else {
      trailerBytes += lineEnd - start;
      if (trailerBytes > maxLineBytes) throw new Error("The trailers are too long");
      decodeLines(buffer.subarray(start, lineEnd)).forEach(parseField);
    }
    start = lineEnd + 2;
  }

  /** The hexadecimal size of a chunk; extensions after a semicolon are ignored. */
  function readSize(lineEnd: number): number {
    let size = 0;
    let at = start;
    for (let digit; at < lineEnd && (digit = hexDigit(buffer[at])) >= 0; at++) size = size * 16 + digit;
    if (at === start || size > Number.MAX_SAFE_INTEGER) throw new Error("A chunk's size is none");
    while (buffer[at] === space || buffer[at] === tab) at++;
    if (at < lineEnd && buffer[at] !== semicolon) throw new Error("A chunk's size is followed by other text");
    return size;
  }

  return {
    async next() {
      for (;;) {
        const piece = advance();
        if (piece.length) return piece;
        if (state === "done") return null;
        buffer.copyWithin(0, start, end);
        end -= start;
        start = 0;
        const count = await read(buffer.subarray(end));
        if (count !== null) end += count;
        else if (framing === "close") state = "done";
        else throw new Error("The connection ended before the body did");
      }
    },

    isDone: () => state === "done" && start === end && framing !== "close",
  };
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
