import { LRUCache } from "lru-cache";
import { readQualities } from "../http/qualities.ts";
import type { Encoding } from "./entry.ts";

/** Smaller bodies go out as they are. */
const minEncodedBytes = 1_024;
/** Larger bodies are not made into br, which would take seconds. */
const maxBrotliBytes = 524_288;

/** How much a caller wants each coding: from 1 down to 0, which refuses it. */
export interface Accepted {
  br: number;
  gzip: number;
  /** The body as it is; 0 when it is not named, which still allows it. */
  identity: number;
}

/** Fields that were read: callers send few different ones. */
const accepted = new LRUCache<string, Accepted>({ max: 100 });
const maxKnownLength = 256;

/** What `Accept-Encoding` says (RFC 9110, section 12.5.3); `*` stands for the codings that it does not name. */
export function readAccepted(header = ""): Accepted {
  const known = accepted.get(header);
  if (known) return known;
  const read = parseAccepted(header);
  if (header.length <= maxKnownLength) accepted.set(header, read);
  return read;
}

function parseAccepted(header: string): Accepted {
  const qualities = readQualities(header);
  const others = qualities.get("*") ?? 0;
  return {
    br: qualities.get("br") ?? others,
    gzip: qualities.get("gzip") ?? others,
    identity: qualities.get("identity") ?? 0,
  };
}

/** The encoding to send a body of so many bytes in, or undefined to send it as it is; of equals br, which is smaller. */
export function chooseEncoding({ br, gzip, identity }: Accepted, bytes: number): Encoding | undefined {
  if (bytes < minEncodedBytes) return;
  const brotli = bytes <= maxBrotliBytes && makesBrotli() ? br : 0;
  if (Math.max(brotli, gzip) === 0 || identity > Math.max(brotli, gzip)) return;
  return brotli >= gzip ? "br" : "gzip";
}

let hasBrotli: boolean | undefined;

/** Whether this runtime packs in Brotli, which the Compression Standard has since 2025; Node does since 24, and workerd does not. */
function makesBrotli(): boolean {
  try {
    return hasBrotli ??= Boolean(new CompressionStream("brotli" as CompressionFormat));
  } catch {
    return hasBrotli = false;
  }
}
