import { type ClickHouse, readRows, run } from "../../src/clickhouse/client.ts";

const settings = { insert_deduplicate: 0, max_partitions_per_insert_block: 1000 };
const days = 90;

/** The first instant of the rows of ticketing, a midnight; the last one is now. */
export function firstInstant(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 86_400_000 - days) * 86_400_000);
}

/**
 * Ninety days of interactions and of sales until now, of twenty shows of three organizers; what they are of is the same however
 * many there are.
 */
export async function fillTicketing(
  clickHouse: ClickHouse,
  tenantId: string,
  now: Date,
  rows: { events: number; sales: number },
): Promise<void> {
  const first = firstInstant(now);
  const seconds = Math.floor((now.getTime() - first.getTime()) / 1000);
  const parameters = { tenantId, first: first.toISOString().slice(0, 19).replace("T", " ") };
  await run(clickHouse, {
    sql:
      `INSERT INTO ticketing_events (tenant_id, id, event_type, occurred_at, session_id, show_id, organizer_id, user_id,
        device, browser, os, country, city, updated_at, deleted)
      SELECT {tenantId:String}, concat('event_', toString(number)),
        ['view', 'view', 'view', 'view', 'view', 'click', 'add_to_cart', 'add_to_cart', 'checkout', 'purchase', 'check_in'][sipHash64(number) % 11 + 1],
        {first:DateTime64(3, 'UTC')} + number * ${seconds / rows.events} AS at,
        concat('session_', toString(intDiv(number, 6))), concat('show_', toString(sipHash64(number, 1) % 20) AS show),
        concat('organizer_', toString(toUInt8(show) % 3)), if(number % 3 = 0, '', concat('user_', toString(sipHash64(intDiv(number, 6)) % ${
        rows.events / 20
      }))),
        ['phone', 'desktop', 'tablet'][sipHash64(number, 2) % 3 + 1], concat('browser ', toString(sipHash64(number, 3) % 4)),
        concat('os ', toString(sipHash64(number, 4) % 4)), concat('country ', toString(sipHash64(number, 5) % 5) AS country),
        concat('city ', country, toString(sipHash64(number, 6) % 6)), at, false
      FROM numbers(${rows.events})`,
    parameters,
    settings,
  });
  await run(clickHouse, {
    sql:
      `INSERT INTO ticketing_sales (tenant_id, id, kind, order_id, occurred_at, user_id, show_id, organizer_id, ticket_type_id,
        quantity, unit_price_minor, fee_minor, discount_minor, currency, channel, country, city, updated_at, deleted)
      SELECT {tenantId:String}, concat('line_', toString(number)), if(number % 20 = 0, 'refund', 'sale'),
        concat('order_', toString(intDiv(number, 2))), {first:DateTime64(3, 'UTC')} + intDiv(number, 2) * 2 * ${
        seconds / rows.sales
      } AS at,
        concat('user_', toString(intDiv(number, 4))), concat('show_', toString(sipHash64(number, 1) % 20) AS show),
        concat('organizer_', toString(toUInt8(show) % 3)), concat('show_', show, '_standard'), 1 + number % 4, 1000 + sipHash64(number) % 9000,
        100, number % 50, ['EUR', 'GBP', 'USD'][intDiv(number, 2) % 3 + 1], ['web', 'app', 'box_office'][intDiv(number, 2) % 7 % 3 + 1],
        concat('country ', toString(sipHash64(number, 5) % 5) AS country), concat('city ', country, toString(sipHash64(number, 6) % 6)), at, false
      FROM numbers(${rows.sales})`,
    parameters,
    settings,
  });
  await run(clickHouse, {
    sql:
      `INSERT INTO ticketing_page_views (tenant_id, id, occurred_at, visitor_id, session_id, url, show_id, organizer_id, updated_at, deleted)
      SELECT tenant_id, id, occurred_at, concat('visitor of ', session_id), session_id, concat('/shows/', show_id), show_id, organizer_id,
        updated_at, false
      FROM ticketing_events
      WHERE tenant_id = {tenantId:String} AND event_type = 'click'`,
    parameters,
    settings,
  });
  const [{ count }] = await readRows<{ count: number }>(clickHouse, {
    sql: "SELECT count() AS count FROM ticketing_events WHERE tenant_id = {tenantId:String}",
    parameters,
  });
  if (Number(count) !== rows.events) throw new Error(`Expected ${rows.events} events, got ${count}`);
}

/** Has everything merged, and rolled up as the database does it by itself. */
export async function rollUpTicketing(clickHouse: ClickHouse): Promise<void> {
  for (const table of ["ticketing_events", "ticketing_sales", "ticketing_page_views"]) {
    await run(clickHouse, { sql: `OPTIMIZE TABLE ${table} FINAL` });
  }
  // what changed a minute ago is rolled up, and then read from there
  await run(clickHouse, {
    sql: "ALTER TABLE ticketing_changes UPDATE changed_at = changed_at - INTERVAL 10 MINUTE WHERE 1",
    settings: { mutations_sync: 2 },
  });
  for (
    const view of [
      "ticketing_events_rollup_refresh",
      "ticketing_sales_rollup_refresh",
      "ticketing_changes_refresh",
    ]
  ) {
    await run(clickHouse, { sql: `SYSTEM REFRESH VIEW ${view}` });
    await run(clickHouse, { sql: `SYSTEM WAIT VIEW ${view}` });
  }
  for (const table of ["ticketing_events_rollup", "ticketing_sales_rollup", "ticketing_changes"]) {
    await run(clickHouse, { sql: `OPTIMIZE TABLE ${table} FINAL` });
  }
}
