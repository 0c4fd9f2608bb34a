/** A key that comes twice in one object of a JSON text. */
export class RepeatedKey extends Error {
  /** `top` is whether the object is the whole text. */
  constructor(readonly key: string, readonly isTop: boolean) {
    super(`"${key.slice(0, 64)}" comes twice in one object`);
  }
}

/** Strings, with the colon when they are keys, and what opens and closes; escapes in pairs, not one character at a time. */
const token = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\]]/g;

/**
 * The value of a JSON text in which no key comes twice in one object: which of the two counts is a matter of who reads
 * it, and JSON.parse does not tell. Throws SyntaxError and RepeatedKey.
 */
export function parseJson(text: string): unknown {
  const value = JSON.parse(text);
  const open: (Set<string> | undefined)[] = [];
  for (const [whole, string, colon] of text.matchAll(token)) {
    if (whole === "{") open.push(new Set());
    else if (whole === "[") open.push(undefined);
    else if (whole === "}" || whole === "]") open.pop();
    else if (colon) {
      const keys = open.at(-1)!;
      const key = string.includes("\\") ? JSON.parse(`"${string}"`) : string;
      if (keys.has(key)) throw new RepeatedKey(key, open.length === 1);
      keys.add(key);
    }
  }
  return value;
}
