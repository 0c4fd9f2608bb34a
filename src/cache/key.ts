import type { Ask } from "./ask.ts";

/**
 * What an answer depends on besides data and clock. The bound texts are canonical: defaults filled in, equal instants and
 * numbers written alike, in the order of the query; they, and a tenant's id, have no NUL.
 */
export function cacheKey(
  { query, bound, tenantId, format }: Pick<Ask, "query" | "bound" | "tenantId" | "format">,
): string {
  const { page } = bound;
  let key = `${query.name}\0${query.version}\0${tenantId}\0${format.name}\0`;
  if (format.table !== undefined) key += `table:${format.table}\0`;
  if (format.escapesFormulas) key += "escaped\0";
  if (page) key += `${page.number},${page.size}`;
  if (bound.now) key += `,${bound.now.getTime()}`;
  for (const name in bound.parameters) key += `\0${bound.parameters[name]}`;
  return key;
}
