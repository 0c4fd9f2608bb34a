import { isSame, type Node } from "./node.ts";

/** Limits, and the value that is as good as none. */
const upper = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
const lower: Record<string, number> = {
  minimum: -Infinity,
  exclusiveMinimum: -Infinity,
  minLength: 0,
  minItems: 0,
  minProperties: 0,
};
/** Rules of which nobody can say which of two takes more. */
const rules = ["pattern", "multipleOf", "uniqueItems"];

/** A limit that became another. */
export interface LimitChange {
  becomes: "wider" | "narrower" | "other";
  what: string;
}

/** The limits that differ between two schemas of one type. */
export function limitChanges(before: Node, after: Node): LimitChange[] {
  const changes: LimitChange[] = [];
  const change = (name: string, becomes: LimitChange["becomes"]) =>
    changes.push({
      becomes,
      what: `\`${name}\` was ${before[name] ?? "none"} and is ${after[name] ?? "none"}`,
    });
  for (const name of upper) {
    const [old, now] = [before[name] ?? Infinity, after[name] ?? Infinity];
    if (old !== now) change(name, now > old ? "wider" : "narrower");
  }
  for (const [name, none] of Object.entries(lower)) {
    const [old, now] = [before[name] ?? none, after[name] ?? none];
    if (old !== now) change(name, now < old ? "wider" : "narrower");
  }
  for (const name of rules) {
    // `uniqueItems: false` is as good as none
    const [old, now] = [before[name] || undefined, after[name] || undefined];
    if (!isSame(old, now)) {
      change(name, old === undefined ? "narrower" : now === undefined ? "wider" : "other");
    }
  }
  return changes;
}
