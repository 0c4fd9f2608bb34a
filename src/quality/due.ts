import type { Claim } from "./store.ts";

/** A check that is due: since when, and which attempt at it this would be. */
export interface Due {
  slot: Date;
  attempt: number;
  /** Whether the turn has been taken by this very instance, whose earlier attempt did not end. */
  isOurs: boolean;
}

/** A check as far as its turns go. */
export interface Scheduled {
  name: string;
  scheduleMs: number;
  /** After so long a turn whose run has left no trace is void: who took it is dead. */
  leaseMs: number;
}

/**
 * Whether a check is to run now. It runs once in each slot, the stretches of its schedule since 1970; so a new check runs at once, and
 * after an outage it runs once, not as often as it was missed.
 */
export function dueNow(
  { scheduleMs, leaseMs }: Scheduled,
  now: Date,
  lastRunMs: number | undefined,
  claim: Claim | undefined,
  instance: string,
): Due | undefined {
  const slotMs = Math.floor(now.getTime() / scheduleMs) * scheduleMs;
  if (lastRunMs !== undefined && lastRunMs >= slotMs) return;
  const slot = new Date(slotMs);
  if (!claim || claim.slotMs < slotMs) return { slot, attempt: 0, isOurs: false };
  if (claim.instance === instance) {
    return { slot: new Date(claim.slotMs), attempt: claim.attempt, isOurs: true };
  }
  if (claim.ageMs < leaseMs) return;
  return { slot: new Date(claim.slotMs), attempt: claim.attempt + 1, isOurs: false };
}
