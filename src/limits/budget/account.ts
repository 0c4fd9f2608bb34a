import type { Limits, OwnLimits } from "./limits.ts";
import { type Period, periodOf } from "./period.ts";

/** Counts of a tenant on a day. */
export interface Usage {
  queries: number;
  bytes: number;
}

/** The row of `tenant_usage` that this gateway keeps for a tenant and a day; counts are absolute. */
export interface UsageRow extends Usage {
  tenantId: string;
  day: string;
  generation: number;
  /** Queries that may be accepted beyond `queries` before the row is written again. */
  held: number;
}

/** What this gateway knows of a tenant's budgets. */
export interface Account {
  readonly tenantId: string;
  period: Period;
  /** Tells apart rows of the day when counting began again, from 0. */
  generation: number;
  own: OwnLimits;
  limits: Limits;
  /** Accepted and read here on the day. */
  used: Usage;
  /** By all others, and here on the month's earlier days, as of the last reading. */
  others: { dayQueries: number; dayBytes: number; monthQueries: number };
  /** `used.queries` may rise to this without asking the others. */
  ceiling: number;
  /** What the database holds of `used` and claims; undefined when that is not known. */
  written: Pick<UsageRow, "queries" | "bytes" | "held"> | undefined;
  /** When the last reading began, in milliseconds of a monotonic clock. */
  readAt: number;
  /** When a request last met the account, on the same clock. */
  usedAt: number;
  /** A query was accepted, or waits, since the last sync. */
  isWanted: boolean;
  /** What remains is held by others, one of whom goes first: claim nothing once. */
  yields: boolean;
  /** Requests that wait for a sync. */
  waiting: number;
}

/** An account that nothing is known of yet. */
export function newAccount(
  tenantId: string,
  now: Date,
  generation: number,
  own: OwnLimits,
  limits: Limits,
): Account {
  return {
    tenantId,
    generation,
    own,
    limits,
    period: periodOf(now),
    used: { queries: 0, bytes: 0 },
    others: { dayQueries: 0, dayBytes: 0, monthQueries: 0 },
    ceiling: 0,
    written: { queries: 0, bytes: 0, held: 0 },
    readAt: -Infinity,
    usedAt: -Infinity,
    isWanted: false,
    yields: false,
    waiting: 0,
  };
}

/** Queries that may still be accepted on the day and in the month, by what is known here; may be negative. */
export function remaining({ limits, others, used }: Account): number {
  return Math.min(limits.daily - others.dayQueries, limits.monthly - others.monthQueries) - used.queries;
}

/** Whether a budget has nothing left, by what is known here. */
export function isSpent(account: Account): boolean {
  const { limits: { dailyBytes }, others, used } = account;
  return remaining(account) <= 0 || dailyBytes !== null && others.dayBytes + used.bytes >= dailyBytes;
}

/** Whether the database lacks something of the day's counts. */
export function isUnwritten({ used, written }: Account): boolean {
  return used.queries !== (written?.queries ?? 0) || used.bytes !== (written?.bytes ?? 0);
}

/** Whether the clock has left the account's day. */
export function isOver({ period }: Account, now: Date): boolean {
  const at = now.getTime();
  return at >= period.dayEnds || at < period.starts;
}

/**
 * Opens the account again for the day of `now`; returns the last row of the day that is over, if it is still to be
 * written.
 */
export function turnDay(account: Account, now: Date, generation: number): UsageRow | undefined {
  const { period, used, others, tenantId } = account;
  const last = isUnwritten(account) || account.written?.held !== 0
    ? { tenantId, day: period.day, generation: account.generation, ...used, held: 0 }
    : undefined;
  account.period = periodOf(now);
  account.generation = generation;
  account.others = {
    dayQueries: 0,
    dayBytes: 0,
    monthQueries: account.period.month === period.month ? others.monthQueries + used.queries : 0,
  };
  account.used = { queries: 0, bytes: 0 };
  account.written = { queries: 0, bytes: 0, held: 0 };
  account.ceiling = 0;
  account.readAt = -Infinity;
  return last;
}
