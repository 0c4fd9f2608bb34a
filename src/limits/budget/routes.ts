import { type Context, Hono } from "hono";
import { type AuthEnv, tenantIdFault } from "../../auth/credential.ts";
import { requireScope } from "../../auth/scope.ts";
import { checked } from "../../http/checked.ts";
import { readJsonBody } from "../../http/json_body.ts";
import { onlyMethods } from "../../http/only_methods.ts";
import { Problem } from "../../base/problem.ts";
import type { Budgets } from "./budgets.ts";
import { limitsChange } from "./limits.ts";

/**
 * `GET /budget`: the tenant's own budgets. `GET` and `PUT /admin/tenants/{tenantId}/budget` and
 * `POST /admin/tenants/{tenantId}/budget/reset`: any tenant's, for an admin.
 */
export function budgetRoutes({ budgets }: { budgets: Budgets }): Hono<AuthEnv> {
  const path = "/admin/tenants/:tenantId/budget";
  return new Hono<AuthEnv>()
    .get("/budget", async (c) => c.json({ data: await describe(budgets, c.var.credential.tenantId) }))
    .all("/budget", onlyMethods("GET, HEAD"))
    .use("/admin/tenants/*", requireScope("admin"))
    .get(path, async (c) => c.json({ data: await describe(budgets, tenantOf(c)) }))
    .put(path, async (c) => {
      const tenantId = tenantOf(c);
      await budgets.set(tenantId, checked(limitsChange, await readJsonBody(c.req.raw)));
      return c.json({ data: await describe(budgets, tenantId) });
    })
    .all(path, onlyMethods("GET, HEAD, PUT"))
    .post(`${path}/reset`, async (c) => {
      const tenantId = tenantOf(c);
      await budgets.reset(tenantId);
      return c.json({ data: await describe(budgets, tenantId) });
    })
    .all(`${path}/reset`, onlyMethods("POST"));
}

/** A tenant's budgets as they are answered. */
async function describe(budgets: Budgets, tenantId: string) {
  const { own, limits, budgets: states } = await budgets.status(tenantId);
  return {
    tenantId,
    ...Object.fromEntries(states.map(({ name, limit, used, remaining, resetsAt }) => [name, {
      limit,
      used,
      remaining,
      resetsAt: new Date(resetsAt).toISOString(),
      isDefault: own[name] === null,
    }])),
    perSecond: { limit: limits.perSecond, isDefault: own.perSecond === null },
  };
}

/** The tenant that the path names. Throws Problem. */
function tenantOf(c: Context<AuthEnv>): string {
  const tenantId = c.req.param("tenantId") ?? "";
  const fault = tenantIdFault(tenantId);
  if (!fault) return tenantId;
  throw new Problem("invalid-parameter", { detail: `tenantId ${fault}`, parameter: "tenantId" });
}
