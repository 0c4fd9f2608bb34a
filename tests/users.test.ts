import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { ClickHouseError } from "../src/clickhouse/exception.ts";
import { engineOptions, newTenant } from "./gateway.ts";

const options = engineOptions();
const as = (role: string) => createClickHouse({ ...options, user: `${options.user}_${role}` });
const [reader, ingester, gateway] = [as("reader"), as("ingest"), as("gateway")];

const denied = 497; // ACCESS_DENIED
const overLimit = 452; // SETTING_CONSTRAINT_VIOLATION

/** The engine's code for refusing; 0 when it did not refuse. */
async function refusal(work: Promise<unknown>): Promise<number> {
  try {
    await work;
    return 0;
  } catch (error) {
    if (error instanceof ClickHouseError) return error.code;
    throw error;
  }
}

Deno.test("the user of the named queries reads the tables of its database, and nothing else", async () => {
  assert.equal(await refusal(readRows(reader, { sql: "SELECT count() AS n FROM outreach_events" })), 0);
  for (
    const sql of [
      "INSERT INTO outreach_landing (tenant_id, line) VALUES ('a', '{}')",
      "INSERT INTO rejected_events (tenant_id) VALUES ('a')",
      "ALTER TABLE outreach_events DELETE WHERE 1",
      "DROP TABLE outreach_events",
      "CREATE TABLE reader_table (a UInt8) ENGINE = Memory",
      "SELECT * FROM system.parts",
      "SELECT * FROM system.processes",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'c String')",
      "SELECT * FROM file('/etc/passwd', 'LineAsString', 'c String')",
      "SELECT * FROM remote('127.0.0.1', 'sluice', 'outreach_events')",
      "SYSTEM SHUTDOWN",
    ]
  ) assert.equal(await refusal(run(reader, { sql })), denied, sql);
});

Deno.test("the user of the named queries cannot raise the limits it is given", async () => {
  const setting = (name: string, value: number) =>
    refusal(run(reader, { sql: "SELECT 1", settings: { [name]: value } }));
  assert.equal(await setting("max_execution_time", 300), 0);
  assert.equal(await setting("max_execution_time", 301), overLimit);
  assert.equal(await setting("max_execution_time", 0), overLimit);
  assert.equal(await setting("max_memory_usage", 9e9), overLimit);
});

Deno.test("the user of ingestion inserts into each landing table, and reads nothing", async () => {
  const tables = await readRows<{ name: string }>(gateway, {
    sql:
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(name, '_landing') AND name NOT LIKE 't%'",
  });
  assert.ok(tables.length > 0);
  for (const { name } of tables) {
    const sql = `INSERT INTO ${name} (tenant_id, line) VALUES ('${newTenant()}', 'not an event')`;
    assert.equal(
      await refusal(run(ingester, { sql })),
      0,
      `${name} is not granted in deploy/clickhouse/users.d`,
    );
  }
  for (const table of ["outreach_events", "rejected_events", "api_keys", "tenant_budgets"]) {
    assert.equal(await refusal(run(ingester, { sql: `SELECT count() FROM ${table}` })), denied, table);
    assert.equal(
      await refusal(run(ingester, { sql: `INSERT INTO ${table} SELECT * FROM ${table}` })),
      denied,
      table,
    );
  }
});

Deno.test("the user of the gateway's own state reads no tenant's events", async () => {
  for (
    const sql of [
      "SELECT count() FROM outreach_events",
      "SELECT count() FROM outreach_names",
      "DROP TABLE api_keys",
    ]
  ) {
    assert.equal(await refusal(run(gateway, { sql })), denied, sql);
  }
});
