import { type ClickHouse, run } from "../src/clickhouse/client.ts";

/** Has a view do now what it does on a schedule, with all that is there by now; a run that is under way is followed by another. */
export async function refreshView(clickHouse: ClickHouse, view: string): Promise<void> {
  await run(clickHouse, { sql: `SYSTEM REFRESH VIEW ${view}` });
  await run(clickHouse, { sql: `SYSTEM WAIT VIEW ${view}` });
}

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
