import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { ClickHouseError } from "../src/clickhouse/exception.ts";
import { starTables } from "../src/isolation/bi_user.ts";
import { biPassword, biUsers } from "./engine_config.ts";
import { createGateway, engineOptions } from "./gateway.ts";
import { refreshViews, warehouseViews } from "./refresh_view.ts";

// The users of BI tools, as `deno task bi-user` writes them: they read the star of their own tenant, and can do nothing else.

const owner = createClickHouse(engineOptions());
const [one, odd] = biUsers.map(({ name }) =>
  createClickHouse({ ...engineOptions(), user: name, password: biPassword })
);
const gateway = await createGateway();

async function send(stream: string, tenant: string, rows: unknown[]): Promise<void> {
  const { status, body } = await gateway.send(stream, tenant, rows);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
}

/** The engine's code for refusing; 0 when it did not refuse. */
async function refusal(sql: string, settings?: Record<string, string | number>): Promise<number> {
  try {
    await run(one, { sql, settings });
    return 0;
  } catch (error) {
    if (error instanceof ClickHouseError) return error.code;
    throw error;
  }
}

await Promise.all(biUsers.map(async ({ tenantId }) => {
  const at = "2026-03-05T10:00:00Z";
  const keys = { showId: "show-1", organizerId: "org-aurora" };
  const told = { id: "c1", changedAt: "2026-01-01T00:00:00Z", name: tenantId };
  await send("ticketing_users", tenantId, [{ ...told, userId: "u1" }]);
  await send("ticketing_organizers", tenantId, [{ ...told, organizerId: "org-aurora" }]);
  await send("ticketing_shows", tenantId, [{ ...told, showId: "show-1" }]);
  await send("ticketing_ticket_types", tenantId, [{ ...told, ticketTypeId: "tt-1" }]);
  await send("ticketing_events", tenantId, [
    { id: "e1", eventType: "view", occurredAt: at, sessionId: "x1", userId: "u1", device: "phone", ...keys },
  ]);
  await send("ticketing_sales", tenantId, [{
    ...{ id: "s1", kind: "sale", orderId: "o1", occurredAt: at, userId: "u1", ticketTypeId: "tt-1", ...keys },
    ...{ quantity: 1, unitPriceMinor: 100, currency: "EUR", channel: "web", country: "DE", city: "Bonn" },
  }]);
}));
const { histories, facts, factsByDay, aggregates } = warehouseViews;
for (const views of [[...histories, ...facts], factsByDay, [...aggregates, "warehouse_dates_refresh"]]) {
  await refreshViews(owner, views);
}

Deno.test("the star is every table and view of the warehouse that facts and dimensions are read from", async () => {
  const rows = await readRows<{ name: string }>(owner, {
    sql: `SELECT name FROM system.tables
      WHERE database = currentDatabase() AND startsWith(name, 'warehouse_')
        AND (engine = 'View' OR engine LIKE '%MergeTree')
        AND name NOT IN ('warehouse_calendars', 'warehouse_changed_days')
        AND NOT endsWith(name, '_histories')
      ORDER BY name`,
  });
  assert.deepEqual(rows.map(({ name }) => name), starTables.toSorted());
});

Deno.test("a BI tool's user reads each table of the star, and the rows of its own tenant alone", async () => {
  for (const table of starTables) {
    for (const [client, tenantId] of [[one, biUsers[0].tenantId], [odd, biUsers[1].tenantId]] as const) {
      const tenants = await readRows(client, { sql: `SELECT DISTINCT tenant_id FROM ${table}` });
      assert.deepEqual(tenants, [{ tenant_id: tenantId }], table);
    }
  }
});

Deno.test("no setting, table function or tenant in a condition shows it another tenant's rows", async () => {
  const [{ tenantId }, other] = biUsers;
  for (
    const [sql, settings] of [
      ["SELECT DISTINCT tenant_id FROM warehouse_sales", { log_comment: other.tenantId }],
      ["SELECT DISTINCT tenant_id FROM warehouse_sales", { log_comment: "*" }],
      ["SELECT DISTINCT tenant_id FROM warehouse_sales FINAL", { additional_table_filters: "{}" }],
      ["SELECT DISTINCT tenant_id FROM merge(currentDatabase(), '^warehouse_sales$')", {}],
      ["SELECT DISTINCT tenant_id FROM warehouse_sales PREWHERE tenant_id != ''", {}],
      [
        "SELECT DISTINCT a.tenant_id AS tenant_id FROM warehouse_sales AS a CROSS JOIN warehouse_users AS b",
        {},
      ],
      ["SELECT DISTINCT tenant_id FROM warehouse_users SETTINGS log_comment = '*'", {}],
    ] as const
  ) {
    assert.deepEqual(await readRows(one, { sql, settings }), [{ tenant_id: tenantId }], sql);
  }
  const sql = "SELECT count() AS rows FROM warehouse_sales WHERE tenant_id = {other:String}";
  assert.deepEqual(await readRows(one, { sql, parameters: { other: other.tenantId } }), [{ rows: 0 }]);
});

Deno.test("it reads nothing beside the star, writes nothing, and cannot raise its limits", async () => {
  const denied = 497;
  for (
    const sql of [
      "SELECT count() FROM outreach_events",
      "SELECT count() FROM ticketing_sales",
      "SELECT count() FROM ticketing_users",
      "SELECT count() FROM rejected_events",
      "SELECT count() FROM api_keys",
      "SELECT count() FROM etl_job_log",
      "SELECT count() FROM warehouse_sales_refresh",
      "SELECT count() FROM warehouse_changed_days_sales_mv",
      "SELECT count() FROM merge(currentDatabase(), '^ticketing_sales$')",
      "SELECT count() FROM system.query_log",
      "SELECT count() FROM system.parts",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'c String')",
      "SELECT * FROM file('/etc/passwd', 'LineAsString', 'c String')",
      "SELECT * FROM remote('127.0.0.1', currentDatabase(), 'warehouse_sales')",
      "SYSTEM REFRESH VIEW warehouse_sales_refresh",
    ]
  ) {
    const code = await refusal(sql);
    // a table function whose table cannot be seen finds none
    assert.ok([denied, 36, 60, 636].includes(code), `${sql}: ${code}`);
  }
  const readonly = 164;
  for (
    const sql of [
      "INSERT INTO warehouse_calendars (tenant_id) VALUES ('a')",
      "ALTER TABLE warehouse_sales DELETE WHERE 1",
      "DROP TABLE warehouse_sales",
      "CREATE TABLE bi_table (a UInt8) ENGINE = Memory",
    ]
  ) assert.ok([denied, readonly].includes(await refusal(sql)), sql);
  const overLimit = 452;
  const raised: Record<string, number>[] = [
    { max_execution_time: 3_600 },
    { max_execution_time: 0 },
    { max_memory_usage: 0 },
    { max_memory_usage: 8_000_000_000 },
    { max_concurrent_queries_for_user: 100 },
    { readonly: 0 },
  ];
  for (const settings of raised) {
    const code = await refusal("SELECT 1", settings);
    assert.ok(code === overLimit || code === readonly, `${JSON.stringify(settings)}: ${code}`);
  }
});

Deno.test("it finds the star where BI tools look for tables, and no other", async () => {
  const rows = await readRows<{ name: string }>(one, {
    sql: "SELECT DISTINCT table AS name FROM system.columns WHERE database = currentDatabase()",
  });
  const seen = rows.map(({ name }) => name);
  assert.deepEqual(starTables.filter((table) => !seen.includes(table)), []);
  assert.deepEqual(seen.filter((name) => /outreach|csr|api_key|rejected|_mv$|_refresh$/.test(name)), []);
});
