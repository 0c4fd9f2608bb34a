import type { FrontMatter, ParameterEntry } from "./front_matter.ts";

/** The parameter by which a caller of a query with `tenant: compare` names tenants. */
export const comparing = "tenantIds";

const maxTenants = 10;

/** How the parameter is checked and described unless the front matter says otherwise. */
export function comparingEntry(frontMatter: FrontMatter): ParameterEntry {
  return {
    description: "Tenants to set side by side; without it, one's own. Others than one's own need the scope " +
      "`tenants:compare` and must be named in the claim `tenants`",
    minItems: 1,
    maxItems: maxTenants,
    ...frontMatter.params[comparing],
  };
}
