import { decodeText, encode, type Encoding, type Entry } from "./entry.ts";
import type { Kept } from "./kept.ts";

/** Other forms of kept answers' bodies, each made once and kept with its answer if there is room. */
export function createBodies(kept: Kept) {
  async function encodeAndKeep(entry: Entry, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await encode(entry.body, encoding);
    const latest = kept.peek(entry.key);
    if (latest?.body !== entry.body) return bytes;
    const larger = { ...latest, encoded: { ...latest.encoded, [encoding]: bytes } };
    if (kept.fits(larger)) kept.set(larger);
    return bytes;
  }

  return {
    /** The entry's body as text; null when it is none, or has no room. Deno sends it in half the time. */
    text(entry: Entry): string | null {
      if (entry.text !== undefined) return entry.text;
      const text = decodeText(entry.body);
      // an answer that takes more room is kept again, as another object: that its room counts
      const larger = { ...entry, text };
      if (text === null || kept.peek(entry.key) !== entry || !kept.fits(larger)) entry.text = null;
      else kept.set(larger);
      return text;
    },

    /** The entry's body in an encoding. */
    encoded(
      entry: Entry,
      encoding: Encoding,
    ): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
      return entry.encoded[encoding] ?? encodeAndKeep(entry, encoding);
    },
  };
}
