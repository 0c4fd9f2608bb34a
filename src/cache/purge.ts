import { z } from "zod";

/** Which answers to forget: those that match all that is named; an empty text names nothing. */
export interface Purge {
  /** Name of a query, such as `outreach/overview`. */
  query: string;
  tenantId: string;
  /** A table that the answer was read from, with its database. */
  table: string;
}

const text = z.string().max(512, "must have at most 512 characters");

/** The parameters of a purge as a caller sends them. */
export const purgeParameters = z.strictObject({
  query: text.default(""),
  tenantId: text.default(""),
  table: text.default(""),
});

/** What a purge is compared with. */
export interface Purgeable {
  query: string;
  tenantId: string;
  tables: string[];
}

/** Whether the purge means this answer; a table may be named without its database. */
export function matchesPurge(purge: Purge, { query, tenantId, tables }: Purgeable): boolean {
  return (purge.query === "" || purge.query === query) &&
    (purge.tenantId === "" || purge.tenantId === tenantId) &&
    (purge.table === "" ||
      tables.some((table) => table === purge.table || table.endsWith(`.${purge.table}`)));
}
