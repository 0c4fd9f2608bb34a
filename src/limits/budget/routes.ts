import { z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { type AuthEnv, tenantId } from "../../auth/credential.ts";
import { needs, requires } from "../../auth/security.ts";
import { createRoute } from "../../http/create_route.ts";
import { dataAnswer, jsonBody, problemRefs, usualProblems } from "../../http/answers.ts";
import { serve } from "../../http/serve.ts";
import type { Budgets } from "./budgets.ts";
import { limitsChange } from "./limits.ts";
import type { BudgetState } from "./refusal.ts";

const state = () =>
  z.object({
    limit: z.int(),
    used: z.int(),
    remaining: z.int(),
    resetsAt: z.iso.datetime(),
    isDefault: z.boolean(),
  });

const tenantBudgets = () =>
  z.object({
    tenantId: z.string(),
    daily: state(),
    monthly: state(),
    dailyBytes: state().extend({ limit: z.int().nullable(), remaining: z.int().nullable() })
      .describe("Null is no limit"),
    perSecond: z.object({ limit: z.int(), isDefault: z.boolean() }),
  });

type TenantBudgets = z.infer<ReturnType<typeof tenantBudgets>>;

const responses = () => ({ 200: dataAnswer("The budgets", tenantBudgets()), ...usualProblems });
const ofTenant = { tags: ["budgets"], ...requires("admin") };
const params = () => z.object({ tenantId });
const path = "/v1/admin/tenants/{tenantId}/budget";

/** The tenant's own budgets; and any tenant's, for an admin. */
export const budgetRoutes = {
  getBudget: createRoute({
    method: "get",
    path: "/v1/budget",
    tags: ["budgets"],
    security: needs(),
    summary: "The tenant's own budgets, and what is left of them",
    description: "Needs no scope.",
    get responses() {
      return responses();
    },
  }),
  getTenantBudget: createRoute({
    method: "get",
    path,
    ...ofTenant,
    summary: "A tenant's budgets",
    get request() {
      return { params: params() };
    },
    get responses() {
      return responses();
    },
  }),
  putTenantBudget: createRoute({
    method: "put",
    path,
    ...ofTenant,
    summary: "Change a tenant's budgets",
    description:
      "What is not named stays as it is; null goes back to the default. Holds on every gateway within a second.",
    get request() {
      return { params: params(), body: jsonBody(limitsChange()) };
    },
    get responses() {
      return { ...responses(), ...problemRefs("TooLarge") };
    },
  }),
  postTenantBudgetReset: createRoute({
    method: "post",
    path: `${path}/reset`,
    ...ofTenant,
    summary: "Take the use of the day and of the month back to zero",
    get request() {
      return { params: params() };
    },
    get responses() {
      return responses();
    },
  }),
};

/** Tells, changes and resets budgets. */
export function serveBudgets({ budgets }: { budgets: Budgets }): Hono<AuthEnv> {
  return serve(budgetRoutes, {
    getBudget: async (c) => c.json({ data: await describe(budgets, c.var.credential.tenantId) }, 200),
    getTenantBudget: async (c, { params }) => c.json({ data: await describe(budgets, params.tenantId) }, 200),
    async putTenantBudget(c, { params: { tenantId }, body }) {
      await budgets.set(tenantId, body);
      return c.json({ data: await describe(budgets, tenantId) }, 200);
    },
    async postTenantBudgetReset(c, { params: { tenantId } }) {
      await budgets.reset(tenantId);
      return c.json({ data: await describe(budgets, tenantId) }, 200);
    },
  });
}

/** A tenant's budgets as they are answered. */
async function describe(budgets: Budgets, tenantId: string): Promise<TenantBudgets> {
  const { own, limits, budgets: states } = await budgets.status(tenantId);
  const shown = states.map(({ name, resetsAt, ...state }) => [
    name,
    { ...state, resetsAt: new Date(resetsAt).toISOString(), isDefault: own[name] === null },
  ]);
  return {
    tenantId,
    ...Object.fromEntries(shown) as Pick<TenantBudgets, BudgetState["name"]>,
    perSecond: { limit: limits.perSecond, isDefault: own.perSecond === null },
  };
}
