import type { Framing, ReadInto } from "./http_body.ts";
import { decodeLines, parseField } from "./http_field.ts";

/** The beginning of an answer. */
export interface Head {
  status: number;
  /** By names in lower case; the values of a repeated one are joined by commas, as `fetch` does. */
  fields: Map<string, string>;
  framing: Framing;
  /** Whether the connection serves no request after this one. */
  isLast: boolean;
}

const [lf, cr] = [10, 13];

/**
 * Reads the head of an answer into `buffer`, which bounds it together with those of interim answers (1xx), which are skipped. The body
 * begins at `start` of the buffer, which is filled until `end`. Throws when the connection ends first, and what `parseHead` does.
 */
export async function readHead(
  method: string,
  buffer: Uint8Array<ArrayBuffer>,
  read: ReadInto,
): Promise<{ head: Head; start: number; end: number }> {
  let start = 0;
  let searched = 0;
  let end = 0;
  for (;;) {
    const headEnd = endOfHead(buffer.subarray(start, end), searched);
    if (headEnd > 0) {
      const head = parseHead(method, decodeLines(buffer.subarray(start, start + headEnd - 4)));
      start += headEnd;
      searched = 0;
      if (head.status >= 200) return { head, start, end };
      continue;
    }
    searched = end - start;
    if (end === buffer.length) throw new Error("The head of the answer is too long");
    const count = await read(buffer.subarray(end));
    if (count === null) throw new Error("The connection was closed before an answer came");
    end += count;
  }
}

/** Where the body begins, after an empty line; -1 while that is not there. What was searched before is not again. */
function endOfHead(bytes: Uint8Array, searched: number): number {
  for (let at = bytes.indexOf(lf, searched); at >= 0; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at - 1] === cr && bytes[at - 2] === lf && bytes[at - 3] === cr) return at + 1;
  }
  return -1;
}

/** Parses a head's lines. Throws what is not one of HTTP/1.1, or leaves open where its body ends. */
function parseHead(method: string, [first, ...lines]: string[]): Head {
  const [, minor, digits] = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(first) ?? [];
  const status = Number(digits);
  if (!digits || status === 101) throw new Error("The answer is not one of HTTP/1.1");
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [name, value] = parseField(line);
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  if ((fields.get("content-encoding") ?? "identity") !== "identity") {
    throw new Error("The answer is compressed, which nobody asked for");
  }
  const isKept = (fields.get("connection") ?? "keep-alive").toLowerCase() === "keep-alive";
  const isBodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  return {
    status,
    fields,
    framing: isBodiless ? 0 : framingOf(status, minor, fields),
    // a length where there is no body: who believes it sends one
    isLast: !isKept || minor === "0" ||
      isBodiless && (fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0"),
  };
}

/** Where the body ends (RFC 9112, section 6.3). In doubt it throws: a guess could take a part for the whole, or the next answer for this one. */
function framingOf(status: number, minor: string, fields: Map<string, string>): Framing {
  const coding = fields.get("transfer-encoding");
  const length = fields.get("content-length");
  if (coding !== undefined) {
    if (coding.toLowerCase() === "chunked" && length === undefined && minor === "1") return "chunked";
  } else if (length === undefined) {
    // ClickHouse tells so of an address that it does not know; of such a text the beginning will do
    if (status >= 400) return "close";
  } else if (/^\d{1,15}$/.test(length)) {
    return Number(length);
  }
  throw new Error(`The answer, of status ${status}, does not say where it ends`);
}
