import type { Account } from "./account.ts";
import type { Limits } from "./limits.ts";

/** The name of a budget, as in the limits, the routes and the RateLimit fields. */
export type BudgetName = keyof Limits;

/** Why a request may not run now. */
export interface Refusal {
  /** The budgets that refuse; first the one that stands longest. */
  budgets: BudgetName[];
  limit: number;
  used: number;
  /** When a repetition may succeed. */
  resetsAt: Date;
  /** False when the budget is not spent and a repetition is soon accepted. */
  isSpent: boolean;
}

/** What a budget that counts up to its reset has come to. */
export interface BudgetState {
  name: Exclude<BudgetName, "perSecond">;
  /** Null is no limit. */
  limit: number | null;
  used: number;
  remaining: number | null;
  /** Milliseconds since 1970. */
  resetsAt: number;
}

/** The state of each budget of the account, by what is known here. */
export function budgetStates({ limits, others, used, period }: Account): BudgetState[] {
  const state = (name: BudgetState["name"], used: number, resetsAt: number): BudgetState => {
    const limit = limits[name];
    return { name, limit, used, resetsAt, remaining: limit === null ? null : Math.max(0, limit - used) };
  };
  return [
    state("daily", others.dayQueries + used.queries, period.dayEnds),
    state("monthly", others.monthQueries + used.queries, period.monthEnds),
    state("dailyBytes", others.dayBytes + used.bytes, period.dayEnds),
  ];
}

/** The refusal of an account of which a budget is spent. */
export function refusalOfSpent(account: Account): Refusal {
  const spent = budgetStates(account).filter(({ remaining }) => remaining === 0)
    .toSorted((a, b) => b.resetsAt - a.resetsAt);
  const [{ limit, used, resetsAt }] = spent;
  return {
    budgets: spent.map(({ name }) => name),
    limit: limit!,
    used,
    resetsAt: new Date(resetsAt),
    isSpent: true,
  };
}

/** The refusal of a query whose budget has some left, which other gateways hold just now. */
export function refusalOfHeld(account: Account, now: Date): Refusal {
  const [{ name, limit, used }] = budgetStates(account).filter(({ name }) => name !== "dailyBytes")
    .toSorted((a, b) => a.remaining! - b.remaining!);
  return { budgets: [name], limit: limit!, used, resetsAt: new Date(now.getTime() + 1_000), isSpent: false };
}
