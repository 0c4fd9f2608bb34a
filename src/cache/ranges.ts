/** Bytes of a body, the last one included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * The bytes that a `Range` asks for, of a body of so many; `unsatisfiable` when it has none of them. Undefined for what may be
 * ignored (RFC 9110, section 14.2): another unit, several ranges, or a text that is none.
 */
export function readRange(field: string, length: number): ByteRange | "unsatisfiable" | undefined {
  const [, from, to] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(field) ?? [];
  if (from === undefined || (from === "" && to === "")) return;
  if (from === "") {
    const count = Math.min(Number(to), length);
    return count === 0 ? "unsatisfiable" : { first: length - count, last: length - 1 };
  }
  const first = Number(from);
  const last = to === "" ? Infinity : Number(to);
  if (last < first) return;
  return first >= length ? "unsatisfiable" : { first, last: Math.min(last, length - 1) };
}
