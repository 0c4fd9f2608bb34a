import { forbidden } from "../auth/challenge.ts";
import { checkScope } from "../auth/scope.ts";
import type { Credential } from "../auth/credential.ts";
import type { Input } from "../http/input.ts";
import { comparing } from "../catalog/comparison.ts";
import type { FrontMatter } from "../catalog/front_matter.ts";
import { Problem } from "../base/problem.ts";

const compareScope = "tenants:compare";

/**
 * The tenants whose rows a query with `tenant: compare` may read for this request: those that the caller names and the
 * credential allows, by default its own. The default is added to the input. Undefined for other queries. Throws Problem.
 */
export function comparedTenants(
  frontMatter: FrontMatter,
  input: Input,
  credential: Credential,
): string[] | undefined {
  if (frontMatter.tenant !== "compare") return;
  const values = input.get(comparing);
  if (!values) {
    input.set(comparing, [[credential.tenantId]]);
    return [credential.tenantId];
  }
  // the query string repeats a list's name, a JSON body has a list
  const named = values.length === 1 && Array.isArray(values[0]) ? values[0] : values;
  if (!named.every((tenantId) => typeof tenantId === "string")) {
    throw new Problem("invalid-parameter", {
      detail: `${comparing} must be a list of strings`,
      parameter: comparing,
    });
  }
  checkCompared(named.filter((tenantId) => tenantId !== credential.tenantId), credential);
  return named;
}

/** Whether such tenants exist plays no part: who may not compare one does not learn it. Throws Problem. */
function checkCompared(others: string[], credential: Credential): void {
  if (others.length === 0 || credential.scopes.includes("admin")) return;
  checkScope(credential, compareScope);
  const foreign = others.find((tenantId) => !credential.tenants.includes(tenantId));
  if (foreign === undefined) return;
  const { headers } = forbidden([compareScope]).details;
  throw new Problem("forbidden", {
    detail: `The credential's claim "tenants" does not name the tenant ${
      JSON.stringify(foreign.slice(0, 64))
    }`,
    parameter: comparing,
    headers,
  });
}
