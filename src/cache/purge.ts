/** Which answers to forget: those that match all that is named; an empty text names nothing. */
export interface Purge {
  /** Name of a query, such as `outreach/overview`. */
  query: string;
  tenantId: string;
  /** A table that the answer was read from, with its database. */
  table: string;
}

/** What a purge is compared with: an answer, or a run that makes one. */
export interface Purgeable {
  query: string;
  /** Who is answered, and whose rows the answer holds; `all` when it holds those of all tenants. */
  tenantIds: string[] | "all";
  tables: string[];
  /** When its run began, in milliseconds of a clock that nobody sets. */
  beganAt: number;
}

/** Whether the purge means what began before an instant; a table may be named without its database. */
export function matchesPurge(
  purge: Purge,
  { query, tenantIds, tables, beganAt }: Purgeable,
  begunBefore = Infinity,
): boolean {
  return beganAt < begunBefore &&
    (purge.query === "" || purge.query === query) &&
    (purge.tenantId === "" || tenantIds === "all" || tenantIds.includes(purge.tenantId)) &&
    (purge.table === "" ||
      tables.some((table) => table === purge.table || table.endsWith(`.${purge.table}`)));
}
