import type { LiveEvent } from "./source.ts";

/** Of a burst so much is handed on at once: clients who read get all of it, though no more than 100 events may wait. */
export const stepLimit = { events: 50, bytes: 262_144 };

/** The items from a place on that are handed on at once: one at least. */
export function nextStep<Item>(items: Item[], from: number, bytesOf: (item: Item) => number): Item[] {
  let [end, bytes] = [from, 0];
  while (end < items.length && end - from < stepLimit.events && (end === from || bytes < stepLimit.bytes)) {
    bytes += bytesOf(items[end++]);
  }
  return items.slice(from, end);
}

/** About what an event takes. */
export function bytesOfEvent({ data }: LiveEvent): number {
  return data.length;
}

/** Tells when so much was handed on in one or more steps that it is time to wait for those who read. */
export function createPace() {
  let [events, bytes] = [0, 0];
  return {
    isFull(step: LiveEvent[]): boolean {
      events += step.length;
      for (const event of step) bytes += bytesOfEvent(event);
      if (events < stepLimit.events && bytes < stepLimit.bytes) return false;
      [events, bytes] = [0, 0];
      return true;
    },
  };
}
