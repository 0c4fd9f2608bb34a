// What a page prints below a command, and what the command really prints. "…" stands for anything.

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Ids that a page shows, and those that they are this time. */
export type Ids = Map<string, string>;

/** Puts this time's ids in place of the page's. */
export function withIds(text: string, ids: Ids): string {
  return text.replaceAll(uuid, (id) => ids.get(id) ?? id);
}

/**
 * Whether `actual` is what is `shown`, whatever the white space; ids that the page shows for the first time, and that were in
 * no command before, are put into `ids`.
 */
export function isShown(shown: string, actual: string, ids: Ids): boolean {
  const found: string[] = [];
  const pattern = plain(shown).split("…").map((part) =>
    part.split(/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/).map((piece, i) => {
      if (i % 2 === 0) return escape(piece);
      const known = ids.get(piece);
      if (known !== undefined) return known;
      if (found.includes(piece)) return `\\${found.indexOf(piece) + 1}`;
      found.push(piece);
      return `(${uuid.source})`;
    }).join("")
  ).join("[^]*?");
  const match = new RegExp(`^${pattern}$`).exec(plain(actual));
  found.forEach((id, i) => match && ids.set(id, match[i + 1]));
  return match !== null;
}

/** Without white space that says nothing: all of it outside of the strings of a JSON text; else runs of it are one space. */
function plain(text: string): string {
  const isJson = /^\s*[[{]/.test(text);
  if (!isJson) return text.replaceAll(/\s+/g, " ").trim();
  return text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string) => string ?? "");
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
