import type { Effect } from "./change.ts";
import { isSame, type Node } from "./node.ts";

const all = ["null", "boolean", "integer", "number", "string", "array", "object"];

/** The types of JSON that a schema takes; a number may be an integer. */
export function typesOf({ type, nullable }: Node): Set<string> {
  if (type === undefined) return new Set(all);
  const types = new Set<string>([type].flat());
  if (types.has("number")) types.add("integer");
  if (nullable === true) types.add("null");
  return types;
}

/** How the type and format became another; `isOther` when no value of the old type is left, so that nothing below compares. */
export function typeChange(
  before: Node,
  after: Node,
  direction: "sent" | "answered",
): { effect: Effect; what: string; isOther: boolean } | undefined {
  const [old, now] = [typesOf(before), typesOf(after)];
  const lost = [...old].filter((type) => !now.has(type));
  const gained = [...now].filter((type) => !old.has(type));
  const isReformatted = !isSame(before.format, after.format);
  if (!lost.length && !gained.length && !isReformatted) return;
  const isNarrower = lost.length > 0 || isReformatted && after.format !== undefined;
  const isWider = gained.length > 0 || isReformatted && before.format !== undefined;
  const breaks = direction === "sent" ? isNarrower : isWider;
  const isOther = [...old].every((type) => type === "null" || !now.has(type));
  const isNullNow = gained.join() === "null" && !lost.length && !isReformatted;
  return {
    effect: breaks ? "breaking" : "additive",
    what: isNullNow ? "may now be null" : `was ${textOf(before)} and is ${textOf(after)}`,
    isOther,
  };
}

/** A schema's type in a word or two, such as `string (date-time) or null`. */
function textOf({ type, format, nullable }: Node): string {
  const types: string[] = [type ?? "any", ...nullable === true ? ["null"] : []].flat();
  return types.map((name) => name !== "null" && format ? `${name} (${format})` : name).join(" or ");
}
