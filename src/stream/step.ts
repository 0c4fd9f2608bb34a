import type { LiveEvent } from "./source.ts";

/** Of a burst so much is handed on at once: clients who read get all of it, though no more than 100 events may wait. */
const stepLimit = { events: 50, bytes: 262_144 };

/** The events from a place on that are handed on at once: one at least. */
export function nextStep(events: LiveEvent[], from: number): LiveEvent[] {
  let [end, bytes] = [from, 0];
  while (end < events.length && end - from < stepLimit.events && (end === from || bytes < stepLimit.bytes)) {
    bytes += events[end++].data.length;
  }
  return events.slice(from, end);
}
