import { closest, distance } from "fastest-levenshtein";

/** `; did you mean "x"?` when a known name is near, otherwise nothing. */
export function suggestion(name: string, known: string[]): string {
  if (!known.length) return "";
  const lower = name.toLowerCase();
  const near = known.find((each) => each.toLowerCase() === lower) ?? closest(name, known);
  const isNear = near.toLowerCase() === lower || distance(name, near) <= Math.max(2, near.length / 3);
  return isNear ? `; did you mean "${near}"?` : "";
}
