import { parseJson, RepeatedKey } from "../parse_json.ts";
import { Problem } from "../problem.ts";

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

/** The body of a request as text, of so many bytes at most. Throws Problem. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new Problem("body-too-large", {
          detail: `The body has more than ${maxBytes} bytes`,
          limit: maxBytes,
        });
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid-request", { detail: "The body breaks off or is not valid UTF-8" }, error);
  }
}
