/** Checked parameters of one request. */
export interface Bound {
  /** Text for ClickHouse by placeholder name; without the reserved ones. */
  parameters: Record<string, string>;
  /** Without a number, it begins after the row that the cursor names, or is the first one. */
  page?: { number: number | null; size: number };
  /** The instant to take as now, when a cursor says it. */
  now?: Date;
  /** The tenants whose rows a query with `tenant: compare` reads. */
  tenantIds?: string[];
}
