/** Hashes a body of any length, piece by piece. */
export interface Fingerprint {
  add(bytes: Uint8Array): Promise<void>;
  /** The hash in hexadecimal; it depends on the bytes alone, not on how they were cut. */
  end(): Promise<string>;
}

const blockBytes = 1_048_576;

/**
 * `crypto.subtle` hashes only what is whole in memory, so the body is chained in blocks of 1 MiB:
 * h(n) = SHA-256(h(n−1) ‖ block n), with an empty h(0).
 */
export function createFingerprint(): Fingerprint {
  let hash = new Uint8Array();
  const block = new Uint8Array(blockBytes);
  let filled = 0;

  async function chain(): Promise<void> {
    const input = new Uint8Array(hash.length + filled);
    input.set(hash);
    input.set(block.subarray(0, filled), hash.length);
    hash = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
    filled = 0;
  }

  return {
    async add(bytes) {
      for (let offset = 0; offset < bytes.length;) {
        const part = bytes.subarray(offset, offset + blockBytes - filled);
        block.set(part, filled);
        filled += part.length;
        offset += part.length;
        if (filled === blockBytes) await chain();
      }
    },
    async end() {
      await chain();
      return hash.toHex();
    },
  };
}

/** A UUID that is a function of the texts (the first 128 bits of their SHA-256, marked as version 8, RFC 9562). */
export async function uuidOf(...texts: string[]): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(texts))),
  );
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.subarray(0, 16).toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
