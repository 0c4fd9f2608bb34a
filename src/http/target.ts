import type { MiddlewareHandler } from "hono";
import { getPath } from "hono/utils/url";
import { Problem } from "../base/problem.ts";

/** The path of a request whose Host or target is none. */
const noPath = "";
/** A name or an address and perhaps a port: nothing that could end the authority of an address (RFC 9110, section 7.2). */
const hostForm = /^(?:\[[\dA-Fa-f:.]+\]|[A-Za-z\d._~!$&'()*+,;=-]*)(?::\d{0,5})?$/;
/** What a byte outside of ASCII is written as. */
const encodedBytes = /(?:%[\dA-Fa-f]{2})+/g;

/**
 * The path of a request, by which its route is found. The server makes `request.url` of the field Host and the request's
 * target, so a Host such as `localhost/metrics?` would be another path: without a fault both are told apart by the first slash.
 */
export function pathOf(request: Request): string {
  return targetFault(request) === undefined ? getPath(request) : noPath;
}

/** Refuses requests whose Host or target is none, whatever their route. Throws Problem. */
export function checkTarget(): MiddlewareHandler {
  return async function checkTarget(c, next) {
    if (c.req.path === noPath) throw new Problem("invalid-request", { detail: targetFault(c.req.raw) });
    await next();
  };
}

/** The parameters of a request's address; the rest of it, which a caller's Host is part of, is not parsed. */
export function searchOf({ url }: Request): URLSearchParams {
  const end = url.indexOf("#");
  const start = url.indexOf("?");
  const hasSearch = start >= 0 && (end < 0 || start < end);
  return new URLSearchParams(hasSearch ? url.slice(start, end < 0 ? undefined : end) : "");
}

/** Why a request's target cannot be taken, as a sentence. */
function targetFault({ url, headers }: Request): string | undefined {
  const host = headers.get("host");
  if (host !== null && !hostForm.test(host)) {
    return "Host must be a name or an address, with or without a port";
  }
  const start = url.indexOf("/", url.indexOf("://") + "://".length);
  if (start < 0 || !url.includes("://")) return "The target of the request must be a path";
  if (!url.includes("%", start)) return;
  const path = url.slice(start).split(/[?#]/, 1)[0];
  // a stray % is one in the parameters of an address, as in a form
  if (/%(?![\dA-Fa-f]{2})/.test(path) || url.slice(start).match(encodedBytes)?.every(isUtf8) === false) {
    return "The address is not validly percent-encoded UTF-8";
  }
}

function isUtf8(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}
