import { type Account, isOver, isUnwritten, newAccount, turnDay, type UsageRow } from "./account.ts";
import { type Limits, noOwnLimits } from "./limits.ts";

/** What `createAccounts` uses. */
export interface AccountsOptions {
  /** Tells the day and the month. */
  clock: () => Date;
  monotonic: () => number;
  /** Limits of a tenant for which no admin decided anything. */
  defaults: Limits;
  /** Accounts kept; of more, those unused for longest are dropped, but none that was used in the last minute. */
  maxAccounts: number;
}

/** The accounts of the tenants that asked lately. */
export type Accounts = ReturnType<typeof createAccounts>;

/** Keeps an account for each tenant, and turns its pages with the days. */
export function createAccounts({ clock, monotonic, defaults, maxAccounts }: AccountsOptions) {
  const accounts = new Map<string, Account>();
  /** Last rows of days that are over, by key, until they are written. */
  const closing = new Map<string, UsageRow>();
  let generation = 0;

  function turn(account: Account, now: Date): void {
    if (!isOver(account, now)) return;
    // a clock that goes back comes to a day that was counted already
    if (now.getTime() < account.period.starts) generation++;
    const last = turnDay(account, now, generation);
    if (last) closing.set(JSON.stringify([last.tenantId, last.day, last.generation]), last);
  }

  return {
    /** The tenant's account, on today's page. */
    open(tenantId: string): Account {
      let account = accounts.get(tenantId);
      if (!account) {
        account = newAccount(tenantId, clock(), generation, noOwnLimits, defaults);
        accounts.set(tenantId, account);
      }
      account.usedAt = monotonic();
      turn(account, clock());
      return account;
    },

    /** Opens the account for the day of `now`, if that is another. */
    turn,

    /** The limits that hold for a tenant, as far as they are known here. */
    limitsOf: (tenantId: string): Limits => accounts.get(tenantId)?.limits ?? defaults,

    all: () => accounts.values(),
    size: () => accounts.size,
    closing,

    /** Keeps the number of accounts bounded. */
    evict(): void {
      if (accounts.size <= maxAccounts) return;
      const idle = [...accounts.values()].filter((account) =>
        account.waiting === 0 && !isUnwritten(account) && account.written?.held === 0
      ).toSorted((a, b) => a.usedAt - b.usedAt).slice(0, accounts.size - maxAccounts);
      for (const account of idle) accounts.delete(account.tenantId);
      if (idle.length) generation++;
    },
  };
}
