import { Problem } from "../base/problem.ts";
import type { Outcome } from "./ask.ts";
import { chooseEncoding, readAccepted } from "./encoding.ts";
import type { Cache } from "./cache.ts";
import type { Encoding, Entry } from "./entry.ts";
import { type ByteRange, readRange } from "./ranges.ts";

/** What the answer depends on besides the URL. */
const vary = "Authorization, X-Api-Key, Accept, Accept-Encoding";

/** What `respond` reads of the request: its conditions are those of a GET or HEAD, its range is that of a GET. */
export interface Conditions {
  ifMatch?: string;
  ifNoneMatch?: string;
  range?: string;
  ifRange?: string;
  acceptEncoding: string | undefined;
  /** Whether the answer is an export, which may be asked for in ranges. */
  isExport: boolean;
  /** Seconds for which a CDN may give the same caller the same answer, as far as the request goes. */
  shareSeconds: number;
}

/**
 * The response for an answer: with the fields of RFC 9111 and RFC 9211 that say how it came and how long it holds, 304 when
 * the caller has it, 206 with the part that the caller wants, in an encoding that the caller takes. Throws Problem.
 */
export function respond(
  { answer, status, forwarded, isShared, entry, ttlSeconds }: Outcome,
  now: Date,
  conditions: Conditions,
  cache: Pick<Cache, "encoded" | "text" | "cdn">,
): Response | Promise<Response> {
  const { isExport } = conditions;
  const headers: Record<string, string> = {
    ...answer.headers,
    vary,
    "cache-status": cacheStatus(status, forwarded, isShared, entry ? ttlSeconds : undefined),
    "cache-control": entry ? cacheControl(entry) : "no-store",
    // of what is not kept, the next request would get another computation's bytes
    ...(isExport && { "accept-ranges": entry ? "bytes" : "none" }),
  };
  if (!entry) {
    const { body } = answer;
    if (body instanceof Uint8Array) headers["content-length"] = String(body.length);
    else if (!isMatched(conditions)) return body.cancel().then(() => Promise.reject(unmatched()));
    checkMatch(conditions);
    return responseOf(body, headers);
  }
  const range = rangeOf(entry, conditions);
  const encoding = range
    ? undefined
    : chooseEncoding(readAccepted(conditions.acceptEncoding), entry.body.length);
  headers.etag = sentTag(entry, isExport, encoding);
  const age = Math.max(0, Math.floor((now.getTime() - entry.madeAt) / 1000));
  headers.age = String(age);
  if (cache.cdn) {
    Object.assign(headers, cache.cdn.fields(entry, age, Math.min(ttlSeconds, conditions.shareSeconds)));
  }
  checkMatch(conditions, headers.etag);
  if (conditions.ifNoneMatch && matchesTag(conditions.ifNoneMatch, entry.etag)) {
    delete headers["content-type"];
    return responseOf(null, headers, 304);
  }
  if (range) return partOf(entry, range, headers);
  headers["content-length"] = String(entry.body.length);
  if (!encoding) return responseOf(status === "hit" ? cache.text(entry) ?? entry.body : entry.body, headers);
  headers["content-encoding"] = encoding;
  const send = (body: Uint8Array<ArrayBuffer>) => {
    headers["content-length"] = String(body.length);
    return responseOf(body, headers);
  };
  const encoded = cache.encoded(entry, encoding);
  return encoded instanceof Promise ? encoded.then(send) : send(encoded);
}

/** A response with these fields: to append them to it costs Deno a quarter of what it takes to make it with them. */
function responseOf(
  body: BodyInit | null,
  { "content-type": type, ...others }: Record<string, string>,
  status = 200,
): Response {
  // a body that is text would otherwise be given a type
  const response = new Response(body, type ? { status, headers: { "content-type": type } } : { status });
  for (const name in others) response.headers.append(name, others[name]);
  return response;
}

/** The part that is asked for, if what the caller has of the rest, by `If-Range`, is of the same bytes. */
function rangeOf(
  entry: Entry,
  { isExport, range, ifRange }: Conditions,
): ByteRange | "unsatisfiable" | undefined {
  if (!isExport || range === undefined) return;
  if (ifRange !== undefined && ifRange.trim() !== sentTag(entry, isExport, undefined)) return;
  return readRange(range, entry.body.length);
}

function partOf(
  { body }: Entry,
  range: ByteRange | "unsatisfiable",
  headers: Record<string, string>,
): Response {
  if (range === "unsatisfiable") {
    throw new Problem("range-not-satisfiable", {
      detail: `The answer has ${body.length} bytes`,
      headers: { "content-range": `bytes */${body.length}` },
    });
  }
  const part = body.subarray(range.first, range.last + 1);
  headers["content-range"] = `bytes ${range.first}-${range.last}/${body.length}`;
  headers["content-length"] = String(part.length);
  return responseOf(part, headers, 206);
}

/**
 * The entity tag as it is sent. Of an export it is that of the body's very bytes, so a strong one, with which ranges can be
 * put together; of JSON the body also tells how it was computed, and an encoding makes other bytes of the same.
 */
function sentTag({ etag }: Entry, isExport: boolean, encoding: Encoding | undefined): string {
  return isExport && !encoding ? etag.slice("W/".length) : etag;
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
function matchesTag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === "*") return true;
  const opaque = etag.slice("W/".length);
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === opaque);
}

/** Throws a Problem unless `If-Match` names the entity tag, by strong comparison (RFC 9110, section 13.1.1). */
function checkMatch(conditions: Conditions, etag?: string): void {
  if (!isMatched(conditions, etag)) throw unmatched();
}

function unmatched(): Problem {
  return new Problem("precondition-failed", {
    detail: "If-Match names no entity tag of this answer; a weak one never matches",
    parameter: "If-Match",
  });
}

function isMatched({ ifMatch }: Conditions, etag?: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === "*") return true;
  return etag !== undefined && !etag.startsWith("W/") &&
    ifMatch.split(",").some((tag) => tag.trim() === etag);
}
