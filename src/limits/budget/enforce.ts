import { createMiddleware } from "hono/factory";
import type { AuthEnv } from "../../auth/credential.ts";
import { Problem } from "../../base/problem.ts";
import type { Budgets } from "./budgets.ts";
import { rateLimit, rateLimitPolicy, secondsUntil } from "./fields.ts";
import type { BudgetName, Refusal } from "./refusal.ts";

/** What these middlewares use. */
export interface EnforceDeps {
  budgets: Budgets;
  clock: () => Date;
}

/** Says on every answer to an authenticated tenant what its budgets are and what remains of them. */
export function rateLimitFields({ budgets, clock }: EnforceDeps) {
  return createMiddleware<AuthEnv>(async function rateLimitFields(c, next) {
    const { tenantId } = c.get("credential");
    // read while the request runs, if it is not known yet
    const loading = budgets.load(tenantId);
    await next();
    const account = loading instanceof Promise ? await loading : loading;
    const isBurst = c.error instanceof Problem && c.error.details.budget === "perSecond";
    c.res.headers.append("ratelimit-policy", rateLimitPolicy(account));
    c.res.headers.append("ratelimit", rateLimit(account, clock(), isBurst));
  });
}

/** Refuses a tenant's requests above its requests a second, so that others are served, too. Throws Problem. */
export function limitBurst({ budgets, clock }: EnforceDeps) {
  return createMiddleware<AuthEnv>(async function limitBurst(c, next) {
    const refusal = budgets.admit(c.get("credential").tenantId);
    if (refusal) throw refusalProblem(refusal, clock());
    await next();
  });
}

/**
 * Counts a query of the tenant, which is valid and about to be answered, from the cache or not. Throws
 * Problem when a budget does not allow it.
 */
export function spendQuery({ budgets, clock }: EnforceDeps, tenantId: string): Promise<void> | undefined {
  const accept = (decision: "accepted" | Refusal) => {
    if (decision !== "accepted") throw refusalProblem(decision, clock());
  };
  const decision = budgets.spend(tenantId);
  if (decision instanceof Promise) return decision.then(accept);
  accept(decision);
}

const names: Record<BudgetName, string> = {
  daily: "daily budget of queries",
  monthly: "monthly budget of queries",
  dailyBytes: "daily budget of bytes that queries read",
  perSecond: "limit of requests a second",
};

/** The 429 problem; `violated-policies` is that of draft-ietf-httpapi-ratelimit-headers-10, section 5. */
function refusalProblem({ budgets, limit, used, resetsAt, isSpent }: Refusal, now: Date): Problem {
  const [budget] = budgets;
  const detail = isSpent
    ? `The ${names[budget]} is spent: ${used} of ${limit}. It resets at ${resetsAt.toISOString()}`
    : budget === "perSecond"
    ? `The ${names[budget]} is ${limit}: send requests more slowly. No budget was charged`
    : `What remains of the ${names[budget]} is held by other gateways: try again`;
  return new Problem(isSpent ? "budget-spent" : "too-many-requests", {
    detail,
    budget,
    limit,
    used,
    resetsAt: resetsAt.toISOString(),
    retryAfterSeconds: secondsUntil(resetsAt.getTime(), now),
    "violated-policies": budgets,
  });
}
