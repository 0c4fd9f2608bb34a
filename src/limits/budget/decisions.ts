import { type Account, isSpent } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { leaseMs } from "./lease.ts";
import { type Refusal, refusalOfHeld, refusalOfSpent } from "./refusal.ts";

/** What `createDecisions` uses. */
export interface DecisionsOptions {
  accounts: Accounts;
  /** Whether the other gateways cannot be asked now. */
  isAway: () => boolean;
  /** Exchanges counts with the other gateways. */
  requestSync: () => Promise<boolean>;
  clock: () => Date;
  monotonic: () => number;
  wait: (ms: number) => Promise<void>;
}

/** Syncs without success, and the pause before each, until a query is refused because others hold what remains. */
const maxVainSyncs = 24;
const vainPauseMs = 50;

/** Decides whether a query of an account may run, at once where enough is known of the others. */
export function createDecisions(
  { accounts, isAway, requestSync, clock, monotonic, wait }: DecisionsOptions,
) {
  let waits = 0;

  /** Whether the account tells as much as can be known now. */
  function isKnown(account: Account): boolean {
    return isAway() || monotonic() - account.readAt <= leaseMs;
  }

  /** Accepts and counts a query, or refuses it; undefined when a sync must come first. */
  function decide(account: Account): Refusal | "accepted" | undefined {
    accounts.turn(account, clock());
    if (!isKnown(account)) return;
    if (isSpent(account)) return refusalOfSpent(account);
    if (!isAway() && account.used.queries >= account.ceiling) return;
    account.used.queries++;
    return "accepted";
  }

  /** Decides with fresh knowledge, syncing as often as some of the budget can be had. */
  async function decideAfterSync(account: Account): Promise<Refusal | "accepted"> {
    account.waiting++;
    waits++;
    try {
      for (let vain = 0; vain < maxVainSyncs;) {
        account.isWanted = true;
        const before = account.used.queries;
        await requestSync();
        const decision = decide(account);
        if (decision) return decision;
        // otherwise another request took what was granted, and the next sync may have more
        if (account.used.queries !== before) continue;
        vain++;
        await wait(vainPauseMs);
      }
      return refusalOfHeld(account, clock());
    } finally {
      account.waiting--;
    }
  }

  return { decide, decideAfterSync, isKnown, /** Queries that waited for a sync. */ waits: () => waits };
}
