import { quoteString } from "../clickhouse/string_literal.ts";

/** A table of the database, as `tables.sql` tells. */
export interface Table {
  /** With its database, such as `sluice.outreach_events`. */
  name: string;
  /** Whether it has a column `tenant_id`. */
  hasTenant: boolean;
  /** Whether it is a view, or of another engine whose rows come from other tables. */
  handsOn: boolean;
}

/**
 * The tables of which a query may see one tenant's rows only: those that it reads and that have a tenant; or, when it
 * reads a view, all that have one, since what a view reads is not looked into.
 */
export function tablesToFilter(read: string[], tables: Table[]): string[] {
  const own = tables.filter(({ name }) => read.includes(name));
  const seen = own.some(({ handsOn }) => handsOn) ? tables : own;
  return seen.filter(({ hasTenant }) => hasTenant).map(({ name }) => name);
}

/**
 * The value of ClickHouse's setting `additional_table_filters` by which the engine shows a query the rows of these
 * tenants alone, usually one, whatever its SQL says: a map from table to condition. The tenants are quoted twice, as
 * literals of the condition and as parts of the map's literal.
 */
export function tenantFilter(tables: string[], ...tenantIds: [string, ...string[]] | string[]): string {
  const [first, ...others] = tenantIds.map(quoteString);
  if (first === undefined) throw new RangeError("Cannot filter by tenant without a tenant");
  const condition = quoteString(
    others.length ? `tenant_id IN (${[first, ...others].join(", ")})` : `tenant_id = ${first}`,
  );
  return `{${tables.map((table) => `${quoteString(table)}:${condition}`).join(",")}}`;
}
