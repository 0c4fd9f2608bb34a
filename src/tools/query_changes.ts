import { type QueryFile, queryName } from "../catalog/query.ts";

/** Tells which queries are new, changed or gone since it was last asked, such as `outreach/channels is new`. */
export function createQueryChanges(before: QueryFile[]): (now: QueryFile[]) => string {
  let texts = textsOf(before);
  return function describeChanges(files) {
    const [old, current] = [texts, textsOf(files)];
    texts = current;
    const changes = [...new Set([...current.keys(), ...old.keys()])]
      .filter((path) => old.get(path) !== current.get(path))
      .map((path) => {
        const change = !old.has(path) ? "is new" : current.has(path) ? "has changed" : "is gone";
        return `${queryName(path)} ${change}`;
      });
    return changes.join("; ") || "nothing has changed";
  };
}

function textsOf(files: QueryFile[]): Map<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}
