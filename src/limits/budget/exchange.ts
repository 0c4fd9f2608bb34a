import type { Log } from "../../base/log.ts";
import type { Account, UsageRow } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { grant, isWriteDue, want, warmMs } from "./lease.ts";
import { effectiveLimits, type Limits, noOwnLimits } from "./limits.ts";
import type { BudgetStore } from "./store.ts";

/** What `createExchange` uses. */
export interface ExchangeOptions {
  store: BudgetStore;
  /** Id of this gateway: a new one for each start of the process. */
  instance: string;
  accounts: Accounts;
  defaults: Limits;
  clock: () => Date;
  monotonic: () => number;
  log: Log;
}

const heartbeatMs = 900;

/** Tells the other gateways through the store what was counted and is claimed here, and learns the same of them. */
export function createExchange(options: ExchangeOptions) {
  const { store, instance, accounts, defaults, clock, monotonic, log } = options;
  let version = 0;
  let instances = 1;
  let heartbeatAt = -Infinity;
  let isAway = false;
  let isReleasing = false;

  /** The row that claims queries for the account, if one must be written; the ceiling is lowered to it first. */
  function claim(account: Account, isWarm: boolean): UsageRow | undefined {
    const held = want(account, instances, isReleasing || !isWarm);
    account.isWanted = account.waiting > 0;
    account.yields = false;
    if (!isWriteDue(account, held)) return;
    account.ceiling = Math.min(account.ceiling, account.used.queries + held);
    account.written = undefined;
    const { tenantId, period: { day }, generation } = account;
    return { tenantId, day, generation, ...account.used, held };
  }

  /** Takes over what the others wrote of the warm accounts, whose day it was when the exchange began. */
  async function readOthers(warm: Account[], day: string, startedAt: number): Promise<void> {
    const read = await store.read(warm.map(({ tenantId }) => tenantId), day);
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

  return {
    /** One exchange with the store; returns whether it went well. */
    async exchange(): Promise<boolean> {
      const startedAt = monotonic();
      const isHeartbeat = startedAt - heartbeatAt >= heartbeatMs;
      const now = clock();
      const warm: Account[] = [];
      const claims = new Map<Account, UsageRow>();
      for (const account of accounts.all()) {
        accounts.turn(account, now);
        const isWarm = account.waiting > 0 || startedAt - account.usedAt < warmMs;
        const row = claim(account, isWarm);
        if (row) claims.set(account, row);
        if (isWarm) warm.push(account);
      }
      const last = [...accounts.closing];
      const day = warm[0]?.period.day;
      const rows = [...last.map(([, row]) => row), ...claims.values()];
      // nobody has asked for a minute and nothing is held: others need not know of this gateway until somebody asks
      if (warm.length === 0 && rows.length === 0 && !isAway) return true;
      try {
        await store.write(rows, ++version, isHeartbeat);
        if (isHeartbeat) heartbeatAt = startedAt;
        for (const [key] of last) accounts.closing.delete(key);
        for (const [account, { generation, ...written }] of claims) {
          if (account.period.day === written.day && account.generation === generation) {
            account.written = written;
          }
        }
        if (warm.length) await readOthers(warm, day, startedAt);
      } catch (error) {
        if (!isAway) logAway(error);
        isAway = true;
        return false;
      }
      if (isAway) log({ level: "info", message: "Budgets are shared again" });
      isAway = false;
      return true;
    },

    /** Whether the last exchange failed. */
    isAway: () => isAway,

    /** Has the next exchange give back what is held. */
    release(): void {
      isReleasing = true;
    },
  };
}
