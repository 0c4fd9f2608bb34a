import type { MiddlewareHandler } from "hono";
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

/** Refuses codings that no route takes, also where the body is not read. Throws Problem. */
export function checkCoding(): MiddlewareHandler {
  return async function checkCoding(c, next) {
    // a GET has no body that means anything
    if (c.req.method !== "GET" && c.req.method !== "HEAD") contentCoding(c.req.raw.headers);
    await next();
  };
}
