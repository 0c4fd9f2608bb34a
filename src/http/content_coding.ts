import { Problem } from "../base/problem.ts";

/** The codings that a body may come in. */
export type ContentCoding = "identity" | "gzip";

/**
 * The coding of a request's body. `Content-Encoding` lists codings in the order in which they were applied (RFC 9110, section
 * 8.4); one of them is enough for anybody. Throws Problem.
 */
export function contentCoding(headers: Headers): ContentCoding {
  const field = headers.get("content-encoding") ?? "";
  const codings = field.split(",").map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length === 0) return "identity";
  if (codings.length === 1 && ["gzip", "x-gzip"].includes(codings[0])) return "gzip";
  throw new Problem("unsupported-media-type", {
    detail: `Content-Encoding must be gzip or absent, not "${field.slice(0, 64)}"`,
    headers: { "accept-encoding": "gzip" },
  });
}
