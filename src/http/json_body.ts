import { parseJson, RepeatedKey } from "../parse_json.ts";
import { Problem } from "../problem.ts";
import { contentCoding } from "./content_coding.ts";

const maxBytes = 65_536;
/** Deno unpacks each piece as a whole, to a thousand times its size: so few bytes at once come to half a megabyte. */
const pieceBytes = 512;

/** The JSON body of a small request. Throws Problem. */
export async function readJsonBody(request: Request): Promise<unknown> {
  const text = await readText(request, maxBytes);
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof RepeatedKey) {
      throw new Problem("invalid-request", { detail: `The body is ambiguous: ${error.message}` });
    }
    throw new Problem("invalid-request", { detail: "The body is not valid JSON" }, error);
  }
}

/** The body of a request as text, unpacked, of so many bytes at most in either form. Throws Problem. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const isPacked = contentCoding(request.headers) === "gzip";
  // without a body there is nothing to unpack
  const packed = isPacked ? request.body?.pipeThrough(inPieces(maxBytes)) : request.body;
  const body = isPacked ? packed?.pipeThrough(new DecompressionStream("gzip")) : packed;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof Problem) throw error;
    const detail = isPacked
      ? "The body is not valid gzip of UTF-8, or was cut"
      : "The body breaks off or is not valid UTF-8";
    throw new Problem("invalid-request", { detail }, error);
  }
}

/** The same bytes in small pieces. A packed body is bounded itself, too: it may unpack to nothing. */
function inPieces(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        controller.enqueue(chunk.subarray(at, at + pieceBytes));
      }
    },
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", {
    detail: `The body has more than ${maxBytes} bytes`,
    limit: maxBytes,
  });
}
