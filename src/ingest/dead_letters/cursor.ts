import { fnv1a } from "../../base/bytes/fnv1a.ts";
import { Problem } from "../../base/problem.ts";

const version = 1;
const maxLength = 4_000;

/**
 * A place in a list of dead letters as text that says nothing to its reader. It holds no right: whose letters are seen is a
 * matter of the caller's credential alone.
 */
export function printCursor(filter: object, place: string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify([version, hashOf(filter), ...place]));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The place, of so many texts, each of which its pattern matches. Throws Problem. */
export function readCursor(filter: object, patterns: RegExp[], cursor: string): string[] {
  const content = decode(cursor);
  const [, hash, ...place] = Array.isArray(content) ? content : [];
  const isWhole = Array.isArray(content) && content[0] === version && place.length === patterns.length &&
    place.every((text, i) => typeof text === "string" && patterns[i].test(text));
  if (!isWhole) throw fault("is no cursor of an earlier answer");
  if (hash !== hashOf(filter)) throw fault("belongs to other parameters");
  return place;
}

/** Instants and ids as a place holds them. */
export const placePatterns = {
  instant: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/,
  id: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  text: /^[^]{0,512}$/,
};

function decode(cursor: string): unknown {
  if (cursor.length > maxLength) return;
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // not base64, UTF-8 or JSON
  }
}

/** Keeps a mistake from being answered, and nothing more. */
function hashOf(filter: object): number {
  return fnv1a(JSON.stringify(Object.entries(filter).filter(([, value]) => value !== undefined).sort()));
}

function fault(detail: string): Problem {
  return new Problem("invalid-parameter", { detail: `cursor ${detail}`, parameter: "cursor" });
}
