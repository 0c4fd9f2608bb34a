import { quoteString } from "../clickhouse/string_literal.ts";

/** A table of the database, as `tables.sql` tells. */
export interface Table {
  /** With its database, such as `sluice.outreach_events`. */
  name: string;
  /** Whether it has a column `tenant_id`. */
  hasTenant: boolean;
  /** Whether it is a view, or another engine whose rows come from other tables. */
  handsOn: boolean;
}

/**
 * The tables that a query which reads `read` must see one tenant's rows of: those of them that have a tenant, or, when
 * it reads a view, all that have one. A table that is not known counts as a view.
 */
export function tablesToFilter(read: string[], tables: Table[]): string[] {
  const known = new Map(tables.map((table) => [table.name, table]));
  const handsOn = read.some((name) => known.get(name)?.handsOn ?? true);
  const names = handsOn ? tables.map(({ name }) => name) : read;
  return names.filter((name) => known.get(name)?.hasTenant);
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
