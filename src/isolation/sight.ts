import type { Roles } from "../clickhouse/roles.ts";

/** What of the roles runs queries. */
export type Readers = Pick<Roles, "reader" | "comparer" | "operator">;

/** A query, of which the front matter's rule counts. */
interface Ruled {
  frontMatter: { tenant?: "none" | "compare" | "all" };
}

/** The role that runs a query: whose rows it may see is a matter of ClickHouse's user. */
export function readerFor({ frontMatter: { tenant } }: Ruled): keyof Readers {
  if (tenant === "compare") return "comparer";
  return tenant === "all" ? "operator" : "reader";
}

/**
 * The setting by which the row policies of the engine's users know whose rows a run of a query may see: one tenant's for
 * `reader` and `writer`, several tenants' for `comparer`, all for `operator`. Without it a statement sees none. ClickHouse
 * takes no settings of our own without a change of its configuration; this one has no other effect than to stand in its log.
 */
export function sightOf(
  { frontMatter: { tenant } }: Ruled,
  tenantId: string,
  tenantIds?: string[],
): { log_comment: string } {
  if (tenant === "all") return { log_comment: "*" };
  return { log_comment: tenant === "compare" ? JSON.stringify(tenantIds ?? []) : tenantId };
}
