import { Problem } from "../problem.ts";

/** The request's body unpacked, with its first bytes looked at. */
export interface EventBody {
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Whether values may span lines: a JSON list, or anything sent as application/json. */
  isJson: boolean;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Opens the body of a request for events; a gzip body may unpack to `maxUnpackedBytes`. Throws Problem. */
export async function openBody(request: Request, maxUnpackedBytes: number): Promise<EventBody> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (!["identity", "gzip", "x-gzip"].includes(encoding)) {
    throw new Problem("unsupported-media-type", {
      detail: `Content-Encoding must be gzip or absent, not "${encoding}"`,
    });
  }
  const packed = encoding !== "identity";
  const source = packed ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
  const iterator = readChunks(source ?? null, packed ? maxUnpackedBytes : Infinity, packed);
  const head = await iterator.next();
  const first = head.done ? new Uint8Array() : withoutMark(head.value);
  const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  const isJson = /^application\/(json|.*\+json)$/.test(type) || first.find((byte) => byte > 0x20) === 0x5b;
  return { chunks: prepend(first, iterator), isJson };
}

async function* readChunks(
  source: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  packed: boolean,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let total = 0;
  try {
    for await (const chunk of source ?? []) {
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
    if (packed && error instanceof TypeError) {
      throw new Problem("invalid-request", { detail: "The body is not valid gzip, or was cut" }, error);
    }
    throw error;
  }
}

async function* prepend<Chunk>(first: Chunk, rest: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
  yield first;
  yield* rest;
}

function withoutMark(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return byteOrderMark.every((byte, i) => bytes[i] === byte) ? bytes.subarray(3) : bytes;
}
