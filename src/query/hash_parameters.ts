import { fnv1a } from "../base/bytes/fnv1a.ts";

/** A hash of bound parameters, equal for equal ones in any order; 0 for none. Two FNV-1a, from different beginnings. */
export function hashParameters(parameters: Record<string, string>): bigint {
  const names = Object.keys(parameters).sort();
  if (names.length === 0) return 0n;
  let [high, low] = [0x811c9dc5, 0x9dc5811c];
  for (const name of names) {
    // names are identifiers and values have their NUL escaped, so the text reads in one way only
    const pair = `${name}\0${parameters[name]}\0`;
    high = fnv1a(pair, high);
    low = fnv1a(pair, low);
  }
  return BigInt(high) << 32n | BigInt(low);
}
