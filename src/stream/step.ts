import type { LiveEvent } from "./source.ts";

/** Of a burst so much is handed on at once: clients who read get all of it, though no more than 100 events may wait. */
export const stepLimit = { events: 50, bytes: 262_144 };

/** The events from a place on that are handed on at once: one at least. */
export function nextStep(events: LiveEvent[], from: number): LiveEvent[] {
  let [end, bytes] = [from, 0];
  while (end < events.length && end - from < stepLimit.events && (end === from || bytes < stepLimit.bytes)) {
    bytes += events[end++].data.length;
  }
  return events.slice(from, end);
}

/** Tells when so much was handed on in one or more steps that it is time to wait for those who read. */
export function createPace() {
  let [events, bytes] = [0, 0];
  return {
    isFull(step: LiveEvent[]): boolean {
      events += step.length;
      for (const { data } of step) bytes += data.length;
      if (events < stepLimit.events && bytes < stepLimit.bytes) return false;
      [events, bytes] = [0, 0];
      return true;
    },
  };
}
