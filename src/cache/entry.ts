import type { CachePolicy } from "../catalog/cache_policy.ts";
import type { Purgeable } from "./purge.ts";

/** An encoding that a kept answer can go out in. */
export type Encoding = "gzip" | "br";

/** A finished answer as it is kept; `tables` are all that it was read from. */
export interface Entry extends Purgeable {
  key: string;
  policy: CachePolicy;
  /** Those of its tables that callers write. */
  writtenTables: string[];
  /** Whether one of these changed: who has written it reads what was written, and not once more the outdated answer. */
  isOverwritten: boolean;
  /** Whether the answer depends on the clock. */
  bindsNow: boolean;
  /** Of the answer itself: its type, and how it is called as a file. */
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
  /** The body as text, once it was asked for so; null if it cannot be had. */
  text?: string | null;
  /** The body in other encodings, as far as one was asked for. */
  encoded: Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>;
  /** A weak entity tag, with its quotes. */
  etag: string;
  /** When it was made, in milliseconds since 1970. */
  madeAt: number;
  /** What `{now}` was, in milliseconds since 1970. */
  clock: number;
  /** When a change of its tables was noticed, in milliseconds since 1970; undefined while there is none. */
  changedAt: number | undefined;
  /** What a CDN knows it by, where there is one. */
  tags?: string[];
}

/** What a kept answer is good for at an instant. */
export interface Freshness {
  state: "fresh" | "outdated" | "expired";
  /** Seconds for which it goes on to be fresh if nothing changes; below 0 those since it is not. */
  ttlSeconds: number;
}

/**
 * Whether an entry may be served: `fresh` as it is, `outdated` only while a new answer is made, `expired` no more. `isVerified`
 * tells whether it is known that its tables have not changed.
 */
export function freshnessOf(entry: Entry, now: number, isVerified: boolean): Freshness {
  const { ttlMs, freshMs } = entry.policy;
  const staleMs = entry.isOverwritten ? 0 : entry.policy.staleMs;
  let endsAt = entry.madeAt + ttlMs;
  const changedAt = entry.changedAt ?? (isVerified ? Infinity : now);
  endsAt = Math.min(endsAt, Math.max(changedAt, entry.madeAt + freshMs));
  if (entry.bindsNow) endsAt = Math.min(endsAt, entry.clock + freshMs);
  // the clock of the machine was set back
  const isFuture = entry.bindsNow && entry.clock > now;
  const ttlSeconds = Math.floor((endsAt - now) / 1000);
  if (now < endsAt && !isFuture) return { state: "fresh", ttlSeconds };
  return { state: now < endsAt + staleMs && !isFuture ? "outdated" : "expired", ttlSeconds };
}

/** Bytes that an entry takes: its bodies as far as they are made, its key, and what stands around them. */
export function entryBytes({ key, body, text, encoded }: Entry): number {
  const { gzip, br } = encoded;
  // the engine of the language keeps a character in one byte while all are ASCII, and otherwise in up to two
  const textBytes = text ? (text.length === body.length ? 1 : 2) * text.length : 0;
  return body.length + textBytes + (gzip?.length ?? 0) + (br?.length ?? 0) + 2 * key.length + 1_024;
}

/** The body as the text whose UTF-8 it is, byte for byte, or null. */
export function decodeText(body: Uint8Array<ArrayBuffer>): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** The weak entity tag of what an answer says: equal for equal data in one format, whenever it was computed. */
export async function entityTag(data: Uint8Array<ArrayBuffer>, format: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).subarray(0, 16);
  const hash = digest.toBase64({ alphabet: "base64url", omitPadding: true });
  // an object as JSON and as a line of NDJSON has the same data
  return `W/"${hash}${format === "json" ? "" : `.${format}`}"`;
}

/** The body in an encoding. */
export async function encode(
  body: Uint8Array<ArrayBuffer>,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
  const format = encoding === "br" ? "brotli" as CompressionFormat : encoding;
  return await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream(format))).bytes();
}
