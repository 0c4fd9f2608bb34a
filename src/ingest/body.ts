import { contentCoding } from "../http/content_coding.ts";
import { Problem } from "../problem.ts";

/** The request's body unpacked, with its first bytes looked at. */
export interface EventBody {
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Whether values may span lines: a JSON list, or anything sent as application/json. */
  isJson: boolean;
}

/** How long a body is read on end before other requests have their turn. */
const turnMs = 10;
const byteOrderMark = [0xef, 0xbb, 0xbf];
/** Beyond so much white space at its beginning, a body is no longer looked at for what it is. */
const headBytes = 65_536;

/** Opens the body of a request for events; a gzip body may unpack to `maxUnpackedBytes`. Throws Problem. */
export async function openBody(request: Request, maxUnpackedBytes: number): Promise<EventBody> {
  const packed = contentCoding(request.headers) === "gzip";
  const source = packed ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
  const chunks = readChunks(source ?? null, packed ? maxUnpackedBytes : Infinity, packed);
  const head = withoutMark(await readHead(chunks));
  const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  const isJson = /^application\/(json|.*\+json)$/.test(type) || head.find(isVisible) === 0x5b;
  return { chunks: prepend(head, chunks), isJson };
}

async function* readChunks(
  source: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  packed: boolean,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let total = 0;
  let turnedAt = performance.now();
  try {
    for await (const chunk of source ?? []) {
      // chunks that are there already come without a turn of the event loop, in which all others would wait
      if (performance.now() - turnedAt > turnMs) {
        await new Promise((resolve) => setTimeout(resolve));
        turnedAt = performance.now();
      }
      total += chunk.length;
      if (total > maxBytes) {
        throw new Problem("body-too-large", {
          detail: `The body unpacks to more than ${maxBytes} bytes`,
          limit: maxBytes,
        });
      }
      yield chunk as Uint8Array<ArrayBuffer>;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    const detail = packed ? "The body is not valid gzip, or was cut" : "The body breaks off";
    throw new Problem("invalid-request", { detail }, error);
  }
}

/** The first chunks, until they tell a byte order mark and the first visible byte behind it. */
async function readHead(chunks: AsyncIterator<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  let head = new Uint8Array();
  while (head.length < headBytes && !(head.length >= 3 && withoutMark(head).some(isVisible))) {
    const next = await chunks.next();
    if (next.done) break;
    const longer = new Uint8Array(head.length + next.value.length);
    longer.set(head);
    longer.set(next.value, head.length);
    head = longer;
  }
  return head;
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
