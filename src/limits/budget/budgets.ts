// The room limits: how much a tenant may ask (budget/), how many run at once and who is next (queue/).

import { ClickHouseUnreachable } from "../../clickhouse/exception.ts";
import type { Log } from "../../base/log.ts";
import { type Account, isOver, isSpent, isUnwritten, newAccount, turnDay, type UsageRow } from "./account.ts";
import { type Bucket, newBucket, takeToken } from "./burst.ts";
import { grant, isWriteDue, leaseMs, want, warmMs } from "./lease.ts";
import { effectiveLimits, type Limits, type LimitsChange, noOwnLimits } from "./limits.ts";
import { type BudgetName, budgetStates, type Refusal, refusalOfHeld, refusalOfSpent } from "./refusal.ts";
import type { BudgetStore } from "./store.ts";
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
/** Syncs without success, and the pause before each, until a query is refused because others hold what remains. */
const maxVainSyncs = 24;
const vainPauseMs = 50;
const heartbeatMs = 900;
const stopAttempts = 3;

/**
 * Counts queries and bytes of each tenant in memory, and shares them with the other gateways through the store: each
 * second, and when a request needs to know more (see lease.ts). While the store is away, counting goes on by what was
 * last known, and nothing counted is lost. A gateway that is killed loses what it counted since its last sync.
 */
export function createBudgets(options: BudgetOptions) {
  const { store, instance, clock, defaults, log, maxAccounts = 10_000 } = options;
  const { monotonic = () => performance.now(), wait = pause } = options;
  const accounts = new Map<string, Account>();
  /** Last rows of days that are over, by key, until they are written. */
  const closing = new Map<string, UsageRow>();
  const buckets = new Map<string, Bucket>();
  let generation = 0;
  let version = 0;
  let instances = 1;
  let heartbeatAt = -Infinity;
  let isAway = false;
  let isStopping = false;
  let waits = 0;
  const refusals: Record<BudgetName, number> = { daily: 0, monthly: 0, dailyBytes: 0, perSecond: 0 };
  let timer: ReturnType<typeof setInterval> | undefined;
  const requestSync = createSingleFlight(sync, gapMs, monotonic, wait);

  /** The tenant's account, on today's page. */
  function open(tenantId: string): Account {
    let account = accounts.get(tenantId);
    if (!account) {
      account = newAccount(tenantId, clock(), generation, noOwnLimits, defaults);
      accounts.set(tenantId, account);
    }
    account.usedAt = monotonic();
    turn(account, clock());
    return account;
  }

  function turn(account: Account, now: Date): void {
    if (!isOver(account, now)) return;
    // a clock that goes back comes to a day that was counted already
    if (now.getTime() < account.period.starts) generation++;
    const last = turnDay(account, now, generation);
    if (last) closing.set(JSON.stringify([last.tenantId, last.day, last.generation]), last);
  }

  function isFresh(account: Account): boolean {
    return monotonic() - account.readAt <= leaseMs;
  }

  /** Accepts and counts a query, or refuses it; undefined when a sync must come first. */
  function decide(account: Account): Refusal | "accepted" | undefined {
    turn(account, clock());
    if (!isAway && !isFresh(account)) return;
    if (isSpent(account)) return refusalOfSpent(account);
    if (!isAway && account.used.queries >= account.ceiling) return;
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

  /** One exchange with the store; returns whether it went well. */
  async function sync(): Promise<boolean> {
    const startedAt = monotonic();
    const isHeartbeat = startedAt - heartbeatAt >= heartbeatMs;
    const now = clock();
    const warm: Account[] = [];
    const rows: UsageRow[] = [...closing.values()];
    const claims = new Map<Account, UsageRow>();
    for (const account of accounts.values()) {
      turn(account, now);
      const isWarm = account.waiting > 0 || startedAt - account.usedAt < warmMs;
      const held = want(account, instances, isStopping || !isWarm);
      account.isWanted = account.waiting > 0;
      account.yields = false;
      if (isWriteDue(account, held)) {
        account.ceiling = Math.min(account.ceiling, account.used.queries + held);
        const { tenantId, period: { day }, generation } = account;
        const row = { tenantId, day, generation, ...account.used, held };
        rows.push(row);
        claims.set(account, row);
        account.written = undefined;
      }
      if (isWarm) warm.push(account);
    }
    // nobody has asked for a minute and nothing is held: others need not know of this gateway until somebody asks
    if (warm.length === 0 && rows.length === 0 && !isAway) {
      evict();
      return true;
    }
    const last = [...closing.keys()];
    const day = warm[0]?.period.day;
    try {
      await store.write(rows, ++version, isHeartbeat);
      if (isHeartbeat) heartbeatAt = startedAt;
      for (const key of last) closing.delete(key);
      for (const [account, { generation, ...written }] of claims) {
        if (account.period.day === written.day && account.generation === generation) {
          account.written = written;
        }
      }
      if (warm.length) {
        apply(
          warm,
          day,
          await store.read(warm.map(({ tenantId }) => tenantId), day),
          startedAt,
        );
      }
    } catch (error) {
      if (!isAway) logAway(error);
      isAway = true;
      return false;
    }
    if (isAway) log({ level: "info", message: "Budgets are shared again" });
    isAway = false;
    evict();
    return true;
  }

  function apply(
    warm: Account[],
    day: string,
    read: Awaited<ReturnType<BudgetStore["read"]>>,
    startedAt: number,
  ): void {
    instances = read.instances;
    for (const account of warm) {
      const { written } = account;
      // the day may have turned while the store answered
      if (account.period.day !== day || !written) continue;
      const totals = read.totals.get(account.tenantId);
      account.own = totals?.own ?? noOwnLimits;
      account.limits = effectiveLimits(account.own, defaults);
      account.others = {
        dayQueries: (totals?.dayQueries ?? 0) - written.queries,
        dayBytes: (totals?.dayBytes ?? 0) - written.bytes,
        monthQueries: (totals?.monthQueries ?? 0) - written.queries,
      };
      grant(account, written, totals?.holders ?? [], instance);
      account.readAt = startedAt;
    }
  }

  function logAway(error: unknown): void {
    log({
      level: "warn",
      message: "Budgets are counted by this gateway alone: they cannot be written or read",
      cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }

  /** Keeps the number of accounts and buckets bounded. */
  function evict(): void {
    // a bucket that is full again is as good as a new one
    const nowMs = clock().getTime();
    for (const [tenantId, bucket] of buckets) {
      if (Math.abs(nowMs - bucket.filledAt) > 1_000) buckets.delete(tenantId);
    }
    if (accounts.size <= maxAccounts) return;
    const idle = [...accounts.values()].filter((account) =>
      account.waiting === 0 && !isUnwritten(account) && account.written?.held === 0
    ).toSorted((a, b) => a.usedAt - b.usedAt).slice(0, accounts.size - maxAccounts);
    for (const account of idle) accounts.delete(account.tenantId);
    if (idle.length) generation++;
  }

  /** Counts a refusal by the budget that stands longest. */
  function counted<Decision extends Refusal | "accepted">(decision: Decision): Decision {
    if (decision !== "accepted") refusals[decision.budgets[0]]++;
    return decision;
  }

  return {
    /** Accepts and counts a query of the tenant, or says why not. Waits only when a sync must come first. */
    spend(tenantId: string): Refusal | "accepted" | Promise<Refusal | "accepted"> {
      const account = open(tenantId);
      account.isWanted = true;
      const decision = decide(account);
      return decision ? counted(decision) : decideAfterSync(account).then(counted);
    },

    /** Counts bytes that a query of the tenant read. */
    addBytes(tenantId: string, bytes: number): void {
      open(tenantId).used.bytes += bytes;
    },

    /** Takes a token for a request; the refusal when the tenant sends too many a second. */
    admit(tenantId: string): Refusal | undefined {
      const now = clock().getTime();
      const { perSecond } = accounts.get(tenantId)?.limits ?? defaults;
      let bucket = buckets.get(tenantId);
      if (!bucket) buckets.set(tenantId, bucket = newBucket(perSecond, now));
      const waitMs = takeToken(bucket, perSecond, now);
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
      const account = open(tenantId);
      return isFresh(account) || isAway ? account : requestSync().then(() => account);
    },

    /** What the tenant used and may use, by the store if it can be reached. */
    async status(tenantId: string) {
      const account = open(tenantId);
      await requestSync();
      turn(account, clock());
      return { own: account.own, limits: account.limits, budgets: budgetStates(account) };
    },

    /** Changes limits of the tenant; a key that is absent stays. Other gateways follow with their next sync. */
    async set(tenantId: string, change: LimitsChange): Promise<void> {
      const { totals } = await store.read([tenantId], open(tenantId).period.day);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      await store.setLimits(tenantId, { ...noOwnLimits, ...totals.get(tenantId)?.own, ...given });
      await requestSync();
    },

    /**
     * Takes the tenant's use of the day and of the month back to 0. What other gateways counted since their last sync
     * stays.
     */
    async reset(tenantId: string): Promise<void> {
      const account = open(tenantId);
      if (!await requestSync()) throw new ClickHouseUnreachable("Cannot write what was counted");
      await store.reset(tenantId, account.period.day, crypto.randomUUID());
      await requestSync();
    },

    /** Refusals by budget, queries that waited for an exchange, tenants in memory, and whether the store is away. */
    stats: () => ({ refusals: { ...refusals }, waits, accounts: accounts.size, isAway }),

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
      isStopping = true;
      for (let attempt = 0; attempt < stopAttempts && !await requestSync(); attempt++) await wait(200);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
