import { type ClickHouse, run } from "../src/clickhouse/client.ts";

/** Has a view do now what it does on a schedule, with all that is there by now; a run that is under way is followed by another. */
export async function refreshView(clickHouse: ClickHouse, view: string): Promise<void> {
  await refreshViews(clickHouse, [view]);
}

/** Has views that do not depend on each other do so at once. */
export async function refreshViews(clickHouse: ClickHouse, views: string[]): Promise<void> {
  for (const view of views) await run(clickHouse, { sql: `SYSTEM REFRESH VIEW ${view}` });
  for (const view of views) await run(clickHouse, { sql: `SYSTEM WAIT VIEW ${view}` });
}

/** Views of the warehouse, in the order of what they depend on. */
export const warehouseViews = {
  histories: ["warehouse_user_histories_refresh", "warehouse_organizer_histories_refresh"],
  facts: ["warehouse_sales_refresh", "warehouse_interactions_refresh"],
  factsByDay: [
    "warehouse_show_performance_refresh",
    "warehouse_organizer_performance_refresh",
    "warehouse_user_engagement_refresh",
  ],
  aggregates: ["warehouse_monthly_summary_refresh", "warehouse_user_cohorts_refresh"],
};

/**
 * Makes times of a tenant two minutes older, in tables that note when something changed. Not those that are 0: `max()` of a
 * DateTime64 takes one of before 1970 for the greatest when threads put theirs together.
 */
export async function passTwoMinutes(
  clickHouse: ClickHouse,
  tenant: string,
  columnsOf: Record<string, string[]>,
): Promise<void> {
  for (const [table, columns] of Object.entries(columnsOf)) {
    const earlier = columns.map((name) => `${name} = if(${name} = 0, ${name}, ${name} - INTERVAL 2 MINUTE)`);
    await run(clickHouse, {
      sql:
        `ALTER TABLE ${table} UPDATE ${earlier} WHERE tenant_id = {tenant:String} SETTINGS mutations_sync = 1`,
      parameters: { tenant },
    });
  }
}
