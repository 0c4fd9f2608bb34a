// The room limits: how much a tenant may ask (budget/), how many run at once and who is next (queue/).

import { ClickHouseUnreachable } from "../../clickhouse/exception.ts";
import type { Log } from "../../base/log.ts";
import type { Account } from "./account.ts";
import { createAccounts } from "./accounts.ts";
import { createBuckets } from "./buckets.ts";
import { createDecisions } from "./decisions.ts";
import { createExchange } from "./exchange.ts";
import { type Limits, type LimitsChange, noOwnLimits } from "./limits.ts";
import { type BudgetName, budgetStates, type Refusal } from "./refusal.ts";
import type { BudgetStore } from "./store.ts";
import { pause } from "../../base/async/pause.ts";
import { createSingleFlight } from "../../base/async/single_flight.ts";

/** What budgets use. */
export interface BudgetOptions {
  store: BudgetStore;
  /** Id of this gateway: a new one for each start of the process. */
  instance: string;
  /** Tells the day and the month. */
  clock: () => Date;
  /** Limits of a tenant for which no admin decided anything. */
  defaults: Limits;
  log: Log;
  /** Accounts kept; of more, those unused for longest are dropped, but none that was used in the last minute. */
  maxAccounts?: number;
  /** Milliseconds that pass whatever becomes of the clock. */
  monotonic?: () => number;
  wait?: (ms: number) => Promise<void>;
}

/** The budgets of all tenants, as one gateway sees them. */
export type Budgets = ReturnType<typeof createBudgets>;

const syncEveryMs = 1_000;
/** A sync that a request waits for begins at least so long after the last one. */
const gapMs = 15;
const stopAttempts = 3;

/**
 * Counts queries and bytes of each tenant in memory, and shares them with the other gateways through the store: each
 * second, and when a request needs to know more (see lease.ts). While the store is away, counting goes on by what was
 * last known, and nothing counted is lost. A gateway that is killed loses what it counted since its last sync.
 */
export function createBudgets(options: BudgetOptions) {
  const { store, instance, clock, defaults, log, maxAccounts = 10_000 } = options;
  const { monotonic = () => performance.now(), wait = pause } = options;
  const accounts = createAccounts({ clock, monotonic, defaults, maxAccounts });
  const buckets = createBuckets();
  const { exchange, isAway, release } = createExchange({
    store,
    instance,
    accounts,
    defaults,
    clock,
    monotonic,
    log,
  });
  const requestSync = createSingleFlight(sync, gapMs, monotonic, wait);
  const { decide, decideAfterSync, isKnown, waits } = createDecisions({
    accounts,
    isAway,
    requestSync,
    clock,
    monotonic,
    wait,
  });
  const refusals: Record<BudgetName, number> = { daily: 0, monthly: 0, dailyBytes: 0, perSecond: 0 };
  let timer: ReturnType<typeof setInterval> | undefined;

  async function sync(): Promise<boolean> {
    const isGood = await exchange();
    if (isGood) {
      buckets.evict(clock().getTime());
      accounts.evict();
    }
    return isGood;
  }

  /** Counts a refusal by the budget that stands longest. */
  function counted<Decision extends Refusal | "accepted">(decision: Decision): Decision {
    if (decision !== "accepted") refusals[decision.budgets[0]]++;
    return decision;
  }

  return {
    /** Accepts and counts a query of the tenant, or says why not. Waits only when a sync must come first. */
    spend(tenantId: string): Refusal | "accepted" | Promise<Refusal | "accepted"> {
      const account = accounts.open(tenantId);
      account.isWanted = true;
      const decision = decide(account);
      return decision ? counted(decision) : decideAfterSync(account).then(counted);
    },

    /** Counts bytes that a query of the tenant read. */
    addBytes(tenantId: string, bytes: number): void {
      accounts.open(tenantId).used.bytes += bytes;
    },

    /** Takes a token for a request; the refusal when the tenant sends too many a second. */
    admit(tenantId: string): Refusal | undefined {
      const now = clock().getTime();
      const { perSecond } = accounts.limitsOf(tenantId);
      const waitMs = buckets.take(tenantId, perSecond, now);
      if (waitMs === 0) return;
      return counted({
        budgets: ["perSecond"],
        limit: perSecond,
        used: perSecond,
        resetsAt: new Date(now + waitMs),
        isSpent: false,
      });
    },

    /** The tenant's account once something is known of it; at once if that is so, or the store is away. */
    load(tenantId: string): Account | Promise<Account> {
      const account = accounts.open(tenantId);
      return isKnown(account) ? account : requestSync().then(() => account);
    },

    /** What the tenant used and may use, by the store if it can be reached. */
    async status(tenantId: string) {
      const account = accounts.open(tenantId);
      await requestSync();
      accounts.turn(account, clock());
      return { own: account.own, limits: account.limits, budgets: budgetStates(account) };
    },

    /** Changes limits of the tenant; a key that is absent stays. Other gateways follow with their next sync. */
    async set(tenantId: string, change: LimitsChange): Promise<void> {
      const { totals } = await store.read([tenantId], accounts.open(tenantId).period.day);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      await store.setLimits(tenantId, { ...noOwnLimits, ...totals.get(tenantId)?.own, ...given });
      await requestSync();
    },

    /**
     * Takes the tenant's use of the day and of the month back to 0. What other gateways counted since their last sync
     * stays.
     */
    async reset(tenantId: string): Promise<void> {
      const account = accounts.open(tenantId);
      if (!await requestSync()) throw new ClickHouseUnreachable("Cannot write what was counted");
      await store.reset(tenantId, account.period.day, crypto.randomUUID());
      await requestSync();
    },

    /** Refusals by budget, queries that waited for an exchange, tenants in memory, and whether the store is away. */
    stats: () => ({ refusals: { ...refusals }, waits: waits(), accounts: accounts.size(), isAway: isAway() }),

    /** Exchanges counts with the store now; returns whether that went well. */
    sync: requestSync,

    /** Begins to sync each second. */
    start(): void {
      timer ??= setInterval(requestSync, syncEveryMs);
    },

    /** Writes what is counted and gives back what is held. */
    async stop(): Promise<void> {
      clearInterval(timer);
      timer = undefined;
      release();
      for (let attempt = 0; attempt < stopAttempts && !await requestSync(); attempt++) await wait(200);
    },
  };
}
