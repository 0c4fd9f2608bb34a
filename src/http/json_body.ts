import { parseJson, RepeatedKey } from "../base/parse_json.ts";
import { Problem } from "../base/problem.ts";
import { contentCoding } from "./content_coding.ts";
import { unpack } from "./unpack.ts";

const maxBytes = 65_536;

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
  const body = isPacked && request.body ? unpack(request.body, boundedBy(maxBytes)) : request.body;
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

/** Counts bytes as they come packed: they may unpack to nothing. Throws Problem. */
function boundedBy(maxBytes: number): (bytes: number) => void {
  let size = 0;
  return (bytes) => {
    size += bytes;
    if (size > maxBytes) throw tooLarge(maxBytes);
  };
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", {
    detail: `The body has more than ${maxBytes} bytes`,
    limit: maxBytes,
  });
}
