import { contentCoding } from "../http/content_coding.ts";
import { Problem } from "../base/problem.ts";
import { endTurn, takeTurn } from "./turn.ts";
import { unpack } from "../http/unpack.ts";

/** The request's body unpacked, with its first bytes looked at. */
export interface EventBody {
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Whether values may span lines: a JSON list, or anything sent as application/json. */
  isJson: boolean;
}

/** A body is worked on in pieces of so many bytes at most. */
const pieceBytes = 32_768;
/** Most white space on end; lines and values are not that far from each other. */
const blankBytes = 1_048_576;
/** A gzip body unpacks to so many times its size at most, once it has unpacked to `ratioFromBytes`. */
const maxRatio = 200;
const ratioFromBytes = 1_048_576;
const byteOrderMark = [0xef, 0xbb, 0xbf];
/** Beyond so much white space at its beginning, a body is no longer looked at for what it is. */
const headBytes = 65_536;

/** Opens the body of a request for events; a gzip body may unpack to `maxUnpackedBytes`. Throws Problem. */
export async function openBody(request: Request, maxUnpackedBytes: number): Promise<EventBody> {
  const chunks = contentCoding(request.headers) === "gzip"
    ? readGzip(request.body, maxUnpackedBytes)
    : readPieces(request.body, "The body breaks off", () => {});
  const head = withoutMark(await readHead(chunks));
  const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  const isJson = /^application\/(json|.*\+json)$/.test(type) || head.find(isVisible) === 0x5b;
  return { chunks: prepend(head, chunks), isJson };
}

function readGzip(body: Request["body"], maxUnpackedBytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let packed = 0;
  const unpacked = body && unpack(body, (bytes) => packed += bytes);
  return readPieces(unpacked, "The body is not valid gzip, or was cut", (bytes) => {
    if (bytes > maxUnpackedBytes) {
      throw new Problem("body-too-large", {
        detail: `The body unpacks to more than ${maxUnpackedBytes} bytes`,
        limit: maxUnpackedBytes,
      });
    }
    if (bytes > ratioFromBytes && bytes > packed * maxRatio) {
      throw new Problem("body-too-large", {
        detail: `The body unpacks to more than ${maxRatio} times its size`,
      });
    }
  });
}

/** The bytes of a source in pieces, each in its turn. `check` gets the bytes so far. Throws Problem. */
async function* readPieces(
  source: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  brokenDetail: string,
  check: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let total = 0;
  let blank = 0;
  try {
    for await (const chunk of source ?? []) {
      check(total += chunk.length);
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        await takeTurn();
        const piece = chunk.subarray(start, start + pieceBytes);
        blank = piece.some(isVisible) ? 0 : blank + piece.length;
        if (blank > blankBytes) {
          throw new Problem("invalid-request", {
            detail: `The body has more than ${blankBytes} bytes of white space on end`,
          });
        }
        yield piece;
        endTurn();
      }
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid-request", { detail: brokenDetail }, error);
  }
}

/** The first pieces, until they tell a byte order mark and the first visible byte after it. */
async function readHead(pieces: AsyncIterator<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  let head = new Uint8Array();
  let size = 0;
  let isTold = false;
  while (size < headBytes && !isTold) {
    const next = await pieces.next();
    if (next.done) break;
    const piece = next.value;
    if (size === 0) head = piece;
    else {
      // once, not for each: a body may come byte by byte
      if (head.length < headBytes + pieceBytes) head = widened(head, size, headBytes + pieceBytes);
      head.set(piece, size);
    }
    // the mark may have been cut: its bytes are looked at again
    const from = Math.max(0, size - byteOrderMark.length);
    size += piece.length;
    const isMarked = withoutMark(head.subarray(0, size)).length < size;
    const start = isMarked ? Math.max(from, byteOrderMark.length) : from;
    isTold = size >= byteOrderMark.length && head.subarray(start, size).some(isVisible);
  }
  return head.subarray(0, size);
}

function widened(bytes: Uint8Array<ArrayBuffer>, used: number, length: number): Uint8Array<ArrayBuffer> {
  const wide = new Uint8Array(length);
  wide.set(bytes.subarray(0, used));
  return wide;
}

async function* prepend<Chunk>(first: Chunk, rest: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
  yield first;
  yield* rest;
}

function isVisible(byte: number): boolean {
  return byte > 0x20;
}

function withoutMark(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return byteOrderMark.every((byte, i) => bytes[i] === byte) ? bytes.subarray(3) : bytes;
}
