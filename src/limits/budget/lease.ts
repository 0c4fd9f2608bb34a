import { type Account, isUnwritten, remaining } from "./account.ts";

/*
 * How gateways share a budget without asking for each query.
 *
 * A gateway's row in the database says how many queries it accepted and how many more it holds. It accepts up to its
 * ceiling, which it sets so:
 *
 *   1. lower the ceiling to used + held, then write the row (used, held);
 *   2. read the others' rows;
 *   3. ceiling = used + min(held, limit - sum of the others' used and held - used), but not below used.
 *
 * A ceiling is never above what the row in the database claims, whether the old row or the new one is there: so of an
 * insert whose outcome is unknown, too. At each reading the new ceiling is at most the limit less all that the others
 * claim, so the sum of the ceilings never passes the limit: with any number of gateways, in any order of their steps,
 * NO query too many is accepted. That needs that a finished insert is seen by each later read (one ClickHouse server,
 * or replicas with insert_quorum and select_sequential_consistency), that a gateway stops using a ceiling older than
 * `leaseMs`, and that others void what a gateway holds only when it was silent for longer than that (`aliveMs`).
 *
 * While ClickHouse cannot be reached, each gateway goes on by what it last knew. n gateways may then accept up to n
 * times what remained, minus what each knew of the others.
 */

/** A ceiling is good for so long after the reading that gave it began. */
export const leaseMs = 5_000;
/** What a gateway holds is void when it was not seen for so long. */
export const aliveMs = 10_000;
/** A tenant that asks nothing for so long holds nothing, and is no longer read. */
export const warmMs = 60_000;

/**
 * Queries to hold next: half of an even share of what remains, so that others always find something; an eighth of that
 * where nobody asks.
 */
export function want(account: Account, instances: number, isReleasing: boolean): number {
  const left = remaining(account);
  if (isReleasing || account.yields || left <= 0) return 0;
  const share = left / (2 * instances);
  if (account.isWanted) return Math.max(1, Math.floor(share));
  return Math.max(0, Math.min(account.ceiling - account.used.queries, Math.floor(share / 8)));
}

/** Whether the row must be written: counts changed, more is wanted, or much less. */
export function isWriteDue(account: Account, wanted: number): boolean {
  const { written } = account;
  if (!written) return true;
  return isUnwritten(account) || wanted > written.held || wanted < written.held / 2;
}

/** What others hold. */
export interface Holder {
  instance: string;
  held: number;
}

/**
 * Sets the ceiling, given the row that the database has and the others' rows; `account.others` is already theirs.
 * When nothing could be had though something remains, the gateway with the least id keeps its claim and the others
 * yield theirs, so that one gets on.
 */
export function grant(
  account: Account,
  claim: { queries: number; held: number },
  holders: Holder[],
  instance: string,
): void {
  const { limits, others } = account;
  const held = holders.reduce((sum, holder) => sum + holder.held, 0);
  const free = Math.min(limits.daily - others.dayQueries, limits.monthly - others.monthQueries) - held -
    claim.queries;
  account.ceiling = claim.queries + Math.max(0, Math.min(claim.held, free));
  account.yields = free <= 0 && remaining(account) > 0 &&
    holders.some((holder) => holder.instance < instance);
}
