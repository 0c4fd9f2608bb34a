import type { Outcome } from "./ask.ts";
import { chooseEncoding, readAccepted } from "./encoding.ts";
import type { Encoding, Entry } from "./entry.ts";

/** What makes a caller's answer another one than the next caller's. */
const vary = "Authorization, X-Api-Key, Accept, Accept-Encoding";

/** What `respond` reads of the request. */
export interface Conditions {
  /** Of a GET or HEAD; it is not meant for other methods (RFC 9110, section 13.1.2). */
  ifNoneMatch: string | undefined;
  acceptEncoding: string | undefined;
}

/**
 * The response for an answer: with the fields of RFC 9111 and RFC 9211 that say how it came and how long it holds, 304 when
 * the caller has it, in an encoding that the caller takes.
 */
export async function respond(
  { answer, status, forwarded, isShared, entry, ttlSeconds }: Outcome,
  now: Date,
  conditions: Conditions,
  encoded: (entry: Entry, encoding: Encoding) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Response> {
  const headers: Record<string, string> = {
    ...answer.headers,
    vary,
    "cache-status": cacheStatus(status, forwarded, isShared, entry ? ttlSeconds : undefined),
    "cache-control": entry ? cacheControl(entry) : "no-store",
  };
  if (!entry) {
    if (answer.body instanceof Uint8Array) headers["content-length"] = String(answer.body.length);
    return new Response(answer.body, { headers });
  }
  headers.etag = entry.etag;
  headers.age = String(Math.max(0, Math.floor((now.getTime() - entry.madeAt) / 1000)));
  if (conditions.ifNoneMatch && matchesTag(conditions.ifNoneMatch, entry.etag)) {
    delete headers["content-type"];
    return new Response(null, { status: 304, headers });
  }
  const encoding = chooseEncoding(readAccepted(conditions.acceptEncoding), entry.body.length);
  const body = encoding ? await encoded(entry, encoding) : entry.body;
  if (encoding) headers["content-encoding"] = encoding;
  headers["content-length"] = String(body.length);
  return new Response(body, { headers });
}

/** `Cache-Status` (RFC 9211). An outdated answer is a hit whose time is over. */
function cacheStatus(
  status: Outcome["status"],
  forwarded: Outcome["forwarded"],
  isShared: boolean,
  ttlSeconds: number | undefined,
): string {
  const ttl = ttlSeconds === undefined ? "" : `; ttl=${ttlSeconds}`;
  if (!forwarded) return `sluice; hit${ttl}${status === "stale" ? "; detail=stale" : ""}`;
  return `sluice; fwd=${forwarded}${ttlSeconds === undefined ? "" : "; stored"}${ttl}${
    isShared ? "; collapsed" : ""
  }`;
}

/**
 * Who keeps the answer asks again after `fresh`, and mostly gets a 304. What callers write they must see at once, so that a
 * browser asks each time.
 */
function cacheControl({ policy: { freshMs, staleMs }, writtenTables }: Entry): string {
  if (writtenTables.length > 0) return "private, no-cache";
  const stale = staleMs ? `, stale-while-revalidate=${staleMs / 1000}` : "";
  return `private, max-age=${freshMs / 1000}${stale}`;
}

/** Whether `If-None-Match` names the entity tag, by weak comparison (RFC 9110, section 13.1.2). */
export function matchesTag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === "*") return true;
  const opaque = etag.slice("W/".length);
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === opaque);
}
