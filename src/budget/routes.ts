import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AppEnv } from "../app.ts";
import { requireScope } from "../auth/scope.ts";
import { Problem } from "../problem.ts";
import type { Budgets } from "./budgets.ts";
import { limitsChange } from "./limits.ts";

const maxBodyBytes = 65_536;

/**
 * `GET /budget`: the tenant's own budgets. `GET` and `PUT /admin/tenants/{tenantId}/budget` and
 * `POST /admin/tenants/{tenantId}/budget/reset`: any tenant's, for an admin.
 */
export function budgetRoutes({ budgets }: { budgets: Budgets }): Hono<AppEnv> {
  const path = "/admin/tenants/:tenantId/budget";
  return new Hono<AppEnv>()
    .get("/budget", async (c) => c.json({ data: await describe(budgets, c.var.credential.tenantId) }))
    .use("/admin/tenants/*", requireScope("admin"))
    .get(path, async (c) => c.json({ data: await describe(budgets, tenantOf(c)) }))
    .put(
      path,
      bodyLimit({
        maxSize: maxBodyBytes,
        onError() {
          throw new Problem("body-too-large", {
            detail: `The body has more than ${maxBodyBytes} bytes`,
            limit: maxBodyBytes,
          });
        },
      }),
      async (c) => {
        const tenantId = tenantOf(c);
        await budgets.set(tenantId, await readChange(c));
        return c.json({ data: await describe(budgets, tenantId) });
      },
    )
    .post(`${path}/reset`, async (c) => {
      const tenantId = tenantOf(c);
      await budgets.reset(tenantId);
      return c.json({ data: await describe(budgets, tenantId) });
    });
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
function tenantOf(c: Context<AppEnv>): string {
  const tenantId = c.req.param("tenantId") ?? "";
  if (tenantId !== "" && new TextEncoder().encode(tenantId).length <= 256 && !/\p{Cc}/u.test(tenantId)) {
    return tenantId;
  }
  throw new Problem("invalid-parameter", {
    detail: "tenantId must have 1 to 256 bytes and no control characters",
    parameter: "tenantId",
  });
}

async function readChange(c: Context<AppEnv>) {
  const json = await c.req.json().catch((error: unknown) => {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid-request", { detail: "The body is not valid JSON" }, error);
  });
  const parsed = limitsChange.safeParse(json);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ parameter: key, detail: `There is no limit "${key}"` }))
      : [{ parameter: issue.path.join("."), detail: issue.message }]
  );
  const [{ parameter, detail }] = errors;
  throw new Problem("invalid-parameter", { detail: `${parameter}: ${detail}`, parameter, errors });
}
