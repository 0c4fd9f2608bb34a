import type { Account } from "./account.ts";
import { budgetStates } from "./refusal.ts";

/*
 * The fields of draft-ietf-httpapi-ratelimit-headers-10: structured fields (RFC 9651), lists of strings with
 * parameters. A policy has its quota `q`, the unit `qu` (by default requests) and the window `w` in seconds; a limit
 * has what remains, `r`, and the seconds until there is more, `t`.
 */

const daySeconds = 86_400;

/** Policies that were printed, by the limits that they print: most requests meet the same. */
const policies = new WeakMap<Account["limits"], { monthSeconds: number; text: string }>();

/** `RateLimit-Policy`: every budget of the account. Bytes that a query reads are no unit of the draft. */
export function rateLimitPolicy({ limits, period: { monthSeconds } }: Account): string {
  const known = policies.get(limits);
  if (known?.monthSeconds === monthSeconds) return known.text;
  const bytes = limits.dailyBytes === null
    ? ""
    : `, "dailyBytes";q=${limits.dailyBytes};qu="bytes-read";w=${daySeconds}`;
  const text =
    `"daily";q=${limits.daily};w=${daySeconds}, "monthly";q=${limits.monthly};w=${monthSeconds}, ` +
    `"perSecond";q=${limits.perSecond};w=1${bytes}`;
  policies.set(limits, { monthSeconds, text });
  return text;
}

/** `RateLimit`: what remains of each budget that counts up; of a burst only when it made the refusal. */
export function rateLimit(account: Account, now: Date, isBurst: boolean): string {
  let text = "";
  for (const { name, limit, remaining, resetsAt } of budgetStates(account)) {
    if (limit !== null) text += `${text && ", "}"${name}";r=${remaining};t=${secondsUntil(resetsAt, now)}`;
  }
  // a token of the bucket comes within a second
  return isBurst ? `${text}, "perSecond";r=0;t=1` : text;
}

/** Whole seconds until the instant, rounded up, at least 1. */
export function secondsUntil(instant: number, now: Date): number {
  return Math.max(1, Math.ceil((instant - now.getTime()) / 1000));
}
