import { concat } from "../base/bytes/concat.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a host's zlib does. */
export interface Zlib {
  /** Blocks of RFC 1951 that end at a byte, none of them the last one, and refer to nothing before them. */
  deflate(bytes: Bytes): Bytes;
  /** The checksum of RFC 1952, section 8, of what came before and these bytes. */
  crc32(bytes: Bytes, before: number): number;
}

/** One answer's gzip stream. */
export interface GzipStream {
  /** The next bytes of the answer; the parts are those that were not packed. */
  write(parts: Bytes[]): Bytes;
  /** Its last bytes. */
  end(): Bytes;
}

/** RFC 1952, section 2.3: deflate, no name, no time, of an unknown system. */
const head = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty block, which is the last one. */
const lastBlock = [3, 0];

/**
 * Packs answers that have parts in common, such as the frames of a tenant's streams: each part is packed once for all of them, and
 * an answer keeps nothing but its checksum and length.
 */
export function createGzip({ deflate, crc32 }: Zlib): () => GzipStream {
  const packed = new WeakMap<Bytes, Bytes>();

  function pack(part: Bytes): Bytes {
    const known = packed.get(part);
    if (known) return known;
    const made = deflate(part);
    packed.set(part, made);
    return made;
  }

  return function createStream() {
    let [checksum, length, isBegun] = [0, 0, false];

    function begin(): Bytes[] {
      if (isBegun) return [];
      isBegun = true;
      return [head];
    }

    return {
      write(parts) {
        for (const part of parts) {
          checksum = crc32(part, checksum);
          length += part.length;
        }
        return concat([...begin(), ...parts.map(pack)]);
      },

      end() {
        const tail = new DataView(new ArrayBuffer(8));
        tail.setUint32(0, checksum, true);
        tail.setUint32(4, length % 2 ** 32, true);
        return concat([...begin(), new Uint8Array(lastBlock), new Uint8Array(tail.buffer)]);
      },
    };
  };
}
