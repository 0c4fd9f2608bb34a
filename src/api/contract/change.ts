/** What a change of the API does to those who use it. */
export type Effect = "breaking" | "additive" | "documentation";

/** A change, with the operations that it is of, such as `GET /v1/outreach/overview`. */
export interface Change {
  effect: Effect;
  operations: string[];
  /** What changed, such as `the field "data.summary.openRate" is gone`. */
  what: string;
}

/** Told of each change of one operation. */
export type Tell = (effect: Effect, what: string) => void;

/** The order in which changes are told. */
export const effects: Effect[] = ["breaking", "additive", "documentation"];

/** Collects changes; the same change of several operations is one. */
export function createChanges() {
  const changes = new Map<string, Change>();
  return {
    of: (operation: string): Tell => (effect, what) => {
      const key = `${effect}\0${what}`;
      const known = changes.get(key);
      if (!known) changes.set(key, { effect, operations: [operation], what });
      else if (!known.operations.includes(operation)) known.operations.push(operation);
    },
    /** Those that break something first. */
    list: (): Change[] =>
      effects.flatMap((effect) => [...changes.values()].filter((change) => change.effect === effect)),
  };
}

const maxOperations = 8;

/** A change as a sentence. */
export function sentenceOf({ operations, what }: Change): string {
  const rest = operations.length - maxOperations;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `${operations.slice(0, maxOperations).join(", ")}${more}: ${what}`;
}
