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
 * The value of ClickHouse's setting `additional_table_filters` by which the engine shows a query one tenant's rows
 * alone, whatever its SQL says: a map from table to condition. The tenant is quoted twice, as a literal of the
 * condition and as a part of the map's literal.
 */
export function tenantFilter(tables: string[], tenantId: string): string {
  const condition = quoteString(`tenant_id = ${quoteString(tenantId)}`);
  return `{${tables.map((table) => `${quoteString(table)}:${condition}`).join(",")}}`;
}
