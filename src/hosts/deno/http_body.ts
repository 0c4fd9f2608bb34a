/** How the length of a body is told (RFC 9112, section 6). */
export type Framing = { kind: "length"; bytes: number } | { kind: "chunked" } | { kind: "close" };

/** Where a body's bytes come from: reads into the buffer's rest, returns how many came, or null at the end. */
export type ReadInto = (buffer: Uint8Array<ArrayBuffer>) => Promise<number | null>;

/** Longest line of a chunk's size or of a trailer, in bytes. */
const maxLineBytes = 4_096;
const [cr, lf] = [13, 10];

/** What is where: bytes of data to come, the line of a size, the line end after a chunk, trailers, nothing more. */
type State = "data" | "size" | "chunkEnd" | "trailer" | "done";

/**
 * A body's data, piece by piece, each a copy: what lies in `buffer` from `start` to `end`, then what `read` brings. `next`
 * returns null at the end and throws when the connection ends before the body does, or its framing is broken.
 */
export function createBodyReader(
  buffer: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
  framing: Framing,
  read: ReadInto,
): { next(): Promise<Uint8Array<ArrayBuffer> | null>; isDone(): boolean } {
  let state: State = framing.kind === "chunked" ? "size" : "data";
  let left = framing.kind === "length" ? framing.bytes : framing.kind === "close" ? Infinity : 0;
  if (framing.kind === "length" && left === 0) state = "done";

  /** Goes on until there is data, the end, or need of more bytes. */
  function advance(): Uint8Array<ArrayBuffer> | undefined {
    while (start < end && state !== "done") {
      if (state === "data") {
        const piece = buffer.slice(start, Math.min(end, start + left));
        start += piece.length;
        left -= piece.length;
        if (left === 0) state = framing.kind === "chunked" ? "chunkEnd" : "done";
        return piece;
      }
      const lineEnd = buffer.indexOf(lf, start);
      if (lineEnd < 0 || lineEnd >= end) {
        if (end - start > maxLineBytes) throw new Error("The line of a chunk is too long");
        return;
      }
      takeLine(lineEnd);
    }
  }

  function takeLine(lineEnd: number): void {
    const isEmpty = lineEnd === start || (lineEnd === start + 1 && buffer[start] === cr);
    if (state === "size") {
      left = readSize(lineEnd);
      state = left === 0 ? "trailer" : "data";
    } else if (state === "chunkEnd") {
      if (!isEmpty) throw new Error("A chunk is longer than it says");
      state = "size";
    } else if (isEmpty) {
      state = "done";
    }
    start = lineEnd + 1;
  }

  /** The hexadecimal size of a chunk; extensions after it are ignored. */
  function readSize(lineEnd: number): number {
    let size = 0;
    let at = start;
    for (; at < lineEnd; at++) {
      const digit = hexDigit(buffer[at]);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (at === start || size > Number.MAX_SAFE_INTEGER) throw new Error("The size of a chunk is none");
    return size;
  }

  return {
    async next() {
      for (;;) {
        const piece = advance();
        if (piece) return piece;
        if (state === "done") return null;
        if (start > 0) {
          buffer.copyWithin(0, start, end);
          end -= start;
          start = 0;
        }
        const count = await read(buffer.subarray(end));
        if (count !== null) end += count;
        else if (framing.kind === "close") state = "done";
        else throw new Error("The connection ended before the body did");
      }
    },

    /** Whether the body has ended just where the connection's bytes do. */
    isDone: () => state === "done" && start === end && framing.kind !== "close",
  };
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
