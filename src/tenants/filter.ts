/**
 * The value of ClickHouse's setting `additional_table_filters` by which the engine shows a query one tenant's rows
 * alone, whatever its SQL says: a map from each table with a `tenant_id` to a condition. The tenant is quoted twice,
 * as a literal of the condition and as a part of the map's literal.
 */
export function tenantFilter(database: string, tables: string[], tenantId: string): string {
  const condition = quote(`tenant_id = ${quote(tenantId)}`);
  return `{${tables.map((table) => `${quote(`${database}.${table}`)}:${condition}`).join(",")}}`;
}

/** A ClickHouse string literal. Source: "Syntax", section String, of ClickHouse's SQL reference. */
function quote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
