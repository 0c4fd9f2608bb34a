const text = new TextEncoder();

/**
 * Writes values in ClickHouse's format RowBinary: strings after their length in LEB128, numbers little-endian, a UUID as its two
 * halves, each little-endian. Room is made by `reserve`; the others do not look whether there is some.
 */
export interface RowBinary {
  /** Makes room for so many bytes. */
  reserve(bytes: number): void;
  /** Takes three bytes for each UTF-16 unit at most, and five more. */
  string(value: string): void;
  /** A string of these bytes; takes five more. */
  stringOf(bytes: Uint8Array, start: number, end: number): void;
  uuid(value: string): void;
  uint16(value: number): void;
  uint32(value: number): void;
  uint64(value: number | bigint): void;
  float32(value: number): void;
  /** Bytes as they are. */
  raw(bytes: Uint8Array): void;
  /** Bytes written since the last `take`. */
  size(): number;
  take(): Uint8Array<ArrayBuffer>;
  /** The same without a copy; nothing may be written afterwards. */
  end(): Uint8Array<ArrayBuffer>;
}

/** A writer that begins with room for so many bytes. */
export function createRowBinary(firstBytes = 65_536): RowBinary {
  let buffer = new Uint8Array(firstBytes);
  let view = new DataView(buffer.buffer);
  let at = 0;

  function length(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) buffer[at++] = (rest & 127) | 128;
    buffer[at++] = rest;
  }

  return {
    reserve(bytes) {
      if (at + bytes <= buffer.length) return;
      const larger = new Uint8Array(Math.max(buffer.length * 2, at + bytes));
      larger.set(buffer.subarray(0, at));
      buffer = larger;
      view = new DataView(buffer.buffer);
    },
    string(value) {
      // nearly all are short and ASCII: a call of the encoder takes longer than to copy them
      if (value.length < 128) {
        let end = at + 1;
        let unit = 0;
        for (let i = 0; i < value.length && unit < 128; i++) buffer[end++] = unit = value.charCodeAt(i);
        if (unit < 128) {
          buffer[at] = value.length;
          at = end;
          return;
        }
      }
      const bytes = text.encode(value);
      length(bytes.length);
      buffer.set(bytes, at);
      at += bytes.length;
    },
    stringOf(bytes, start, end) {
      length(end - start);
      buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
      at += end - start;
    },
    uuid(value) {
      for (let half = 0; half < 2; half++) {
        for (let i = 7; i >= 0; i--) {
          // 8-4-4-4-12 digits: bytes 4, 6, 8 and 10 follow a hyphen
          const byte = half * 8 + i;
          const place = byte * 2 + (byte > 9 ? 4 : byte > 7 ? 3 : byte > 5 ? 2 : byte > 3 ? 1 : 0);
          buffer[at++] = digit(value.charCodeAt(place)) << 4 | digit(value.charCodeAt(place + 1));
        }
      }
    },
    uint16(value) {
      view.setUint16(at, value, true);
      at += 2;
    },
    uint32(value) {
      view.setUint32(at, value, true);
      at += 4;
    },
    uint64(value) {
      if (typeof value === "bigint") view.setBigUint64(at, value, true);
      else {
        view.setUint32(at, value >>> 0, true);
        view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
      }
      at += 8;
    },
    float32(value) {
      view.setFloat32(at, value, true);
      at += 4;
    },
    raw(bytes) {
      buffer.set(bytes, at);
      at += bytes.length;
    },
    size: () => at,
    take() {
      const taken = buffer.slice(0, at);
      at = 0;
      return taken;
    },
    end: () => buffer.subarray(0, at),
  };
}

function digit(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}
