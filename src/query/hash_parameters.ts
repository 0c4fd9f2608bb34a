/** A hash of bound parameters, equal for equal ones in any order; 0 for none. FNV-1a of UTF-16 units, in two lanes. */
export function hashParameters(parameters: Record<string, string>): bigint {
  const names = Object.keys(parameters).sort();
  if (names.length === 0) return 0n;
  let [high, low] = [0x811c9dc5, 0x9dc5811c];
  for (const name of names) {
    // names are identifiers and values have their NUL escaped, so the text reads in one way only
    const pair = `${name}\0${parameters[name]}\0`;
    for (let i = 0; i < pair.length; i++) {
      const unit = pair.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ (unit + 1), 0x01000193);
    }
  }
  return BigInt(high >>> 0) << 32n | BigInt(low >>> 0);
}
