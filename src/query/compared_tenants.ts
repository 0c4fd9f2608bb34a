import { forbidden } from "../auth/challenge.ts";
import { checkScope } from "../auth/scope.ts";
import type { Credential } from "../auth/credential.ts";
import type { Input } from "./bind.ts";
import type { Header, ParameterHeader } from "../catalog/header.ts";
import { Problem } from "../base/problem.ts";

/** The parameter by which a caller of a query with `tenant: compare` names tenants. */
export const comparing = "tenantIds";

const compareScope = "tenants:compare";
const maxTenants = 10;

/** How the parameter is checked and described unless the header says otherwise. */
export function comparingHeader(header: Header): ParameterHeader {
  return {
    description: "Tenants to set side by side; without it, one's own. Others than one's own need the scope " +
      "`tenants:compare` and must be named in the claim `tenants`",
    minItems: 1,
    maxItems: maxTenants,
    ...header.params[comparing],
  };
}

/**
 * The tenants whose rows a query with `tenant: compare` may read for this request: those that the caller names and the
 * credential allows, by default its own. The default is added to the input. Undefined for other queries. Throws Problem.
 */
export function comparedTenants(
  header: Header,
  input: Input,
  credential: Credential,
): string[] | undefined {
  if (header.tenant !== "compare") return;
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
