import type { Account } from "./account.ts";
import { budgetStates } from "./refusal.ts";

/*
 * The fields of draft-ietf-httpapi-ratelimit-headers-10: structured fields (RFC 9651), lists of strings with
 * parameters. A policy has its quota `q`, the unit `qu` (by default requests) and the window `w` in seconds; a limit
 * has what remains, `r`, and the seconds until there is more, `t`.
 */

const daySeconds = 86_400;

/** `RateLimit-Policy`: every budget of the account. Bytes that a query reads are no unit of the draft. */
export function rateLimitPolicy({ limits, period }: Account): string {
  const policies = [
    `"daily";q=${limits.daily};w=${daySeconds}`,
    `"monthly";q=${limits.monthly};w=${period.monthSeconds}`,
    `"perSecond";q=${limits.perSecond};w=1`,
  ];
  if (limits.dailyBytes !== null) {
    policies.push(`"dailyBytes";q=${limits.dailyBytes};qu="bytes-read";w=${daySeconds}`);
  }
  return policies.join(", ");
}

/** `RateLimit`: what remains of each budget that counts up; of a burst only when it made the refusal. */
export function rateLimit(account: Account, now: Date, isBurst: boolean): string {
  const limits = budgetStates(account).filter(({ limit }) => limit !== null).map((
    { name, remaining, resetsAt },
  ) => `"${name}";r=${remaining};t=${secondsUntil(resetsAt, now)}`);
  // a token of the bucket comes within a second
  if (isBurst) limits.push(`"perSecond";r=0;t=1`);
  return limits.join(", ");
}

/** Whole seconds until the instant, rounded up, at least 1. */
export function secondsUntil(instant: number, now: Date): number {
  return Math.max(1, Math.ceil((instant - now.getTime()) / 1000));
}
