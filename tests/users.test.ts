import assert from "node:assert/strict";
import { createServing } from "../src/catalog/serving.ts";
import { type ClickHouse, createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { ClickHouseError } from "../src/clickhouse/exception.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import { deployedConfig, startEngine } from "../src/tools/engine/engine.ts";
import { checkIsolation } from "../src/isolation/policies.ts";
import { engineOptions, newTenant } from "./gateway.ts";
import { copyFolder } from "./program.ts";

const options = engineOptions();
const as = (role: string) => createClickHouse({ ...options, user: `${options.user}_${role}` });
const [reader, ingester, gateway] = [as("reader"), as("ingest"), as("gateway")];

const owner = createClickHouse(options);
/** A name that the users of the queries may read, in the tests' engine. */
const newTableName = () => `trial_${crypto.randomUUID().replaceAll("-", "")}`;

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

Deno.test("the user of the named queries reads the tables whose rows belong to tenants, and nothing else", async () => {
  for (const sql of ["SELECT count() FROM outreach_events", "SELECT sum(rows_told) FROM gateway_requests"]) {
    assert.equal(await refusal(readRows(reader, { sql })), 0, sql);
  }
  for (
    const sql of [
      "SELECT count() FROM api_keys",
      "SELECT count() FROM api_key_uses",
      "SELECT count() FROM idempotency_keys",
      "SELECT count() FROM tenant_usage",
      "SELECT count() FROM schema_migrations",
      "SELECT count() FROM sync_runs",
      "SELECT count() FROM outreach_events_mv",
      "SELECT max(rows_read) FROM gateway_requests",
      "SELECT max(bytes_read) FROM gateway_requests",
      "SELECT max(clickhouse_ms) FROM gateway_requests",
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

/** Rows of two tenants, in one part. */
async function tableOfTwo(name: string): Promise<void> {
  await run(owner, {
    sql: `CREATE TABLE ${name} (tenant_id String, n UInt8) ENGINE = MergeTree ORDER BY tenant_id`,
  });
  await run(owner, { sql: `INSERT INTO ${name} VALUES ('one', 1), ('two', 2), ('', 3), ('*', 4)` });
}

Deno.test("each user sees the rows of the tenants that are said, of a table made a moment ago, and none when no tenant is said", async () => {
  const name = newTableName();
  await tableOfTwo(name);
  const seenBy = async (client: ClickHouse, said?: string) => {
    const settings = said === undefined ? undefined : { log_comment: said };
    const rows = await readRows<{ n: number }>(client, { sql: `SELECT n FROM ${name} ORDER BY n`, settings });
    return rows.map(({ n }) => n);
  };
  try {
    for (const client of [reader, as("writer")]) {
      assert.deepEqual(await seenBy(client), []);
      assert.deepEqual(await seenBy(client, ""), []);
      assert.deepEqual(await seenBy(client, "one"), [1]);
      assert.deepEqual(await seenBy(client, '["one","two"]'), []);
      assert.deepEqual(await seenBy(client, "*"), [4]);
    }
    for (const said of [undefined, "", "one", "[]", '["none"]', "*"]) {
      assert.deepEqual(await seenBy(as("comparer"), said), [], said);
    }
    assert.deepEqual(await seenBy(as("comparer"), '["one","two"]'), [1, 2]);
    for (const said of [undefined, "", "one", "**"]) {
      assert.deepEqual(await seenBy(as("operator"), said), [], said);
    }
    assert.deepEqual(await seenBy(as("operator"), "*"), [1, 2, 3, 4]);
  } finally {
    await run(owner, { sql: `DROP TABLE ${name}` });
  }
});

Deno.test("a condition that throws is not asked of another tenant's rows, wherever it stands", async () => {
  const name = newTableName();
  await tableOfTwo(name);
  const settings = { log_comment: "one" };
  try {
    for (const clause of ["WHERE", "PREWHERE", "GROUP BY n HAVING"]) {
      const sql = `SELECT n FROM ${name} ${clause} throwIf(n = 2, 'seen') = 0`;
      assert.deepEqual(await readRows(reader, { sql, settings }), [{ n: 1 }], clause);
    }
  } finally {
    await run(owner, { sql: `DROP TABLE ${name}` });
  }
});

/** Columns of few values that Sluice names, not its tenants. */
const closedVocabularies = new Set([
  "cache channel check_name currency domain entity_type event_type facet granularity kind method outcome problem query severity size_band source stream summary table_name",
].flatMap((names) => names.split(" ")));

Deno.test("what tenants name has no dictionary that they would share", async () => {
  const rows = await readRows<{ table: string; name: string }>(reader, {
    sql: `SELECT table, name FROM system.columns
      WHERE database = currentDatabase() AND type LIKE '%LowCardinality%' AND table NOT LIKE 'trial%'`,
  });
  assert.ok(rows.length > 0);
  assert.deepEqual(rows.filter(({ name }) => !closedVocabularies.has(name)), []);
});

Deno.test("a table without tenants cannot be read, even where it is granted", async () => {
  const name = newTableName();
  await run(owner, { sql: `CREATE TABLE ${name} (n UInt8) ENGINE = MergeTree ORDER BY n` });
  try {
    const settings = { log_comment: "one" };
    await assert.rejects(readRows(reader, { sql: `SELECT n FROM ${name}`, settings }), /tenant_id/);
  } finally {
    await run(owner, { sql: `DROP TABLE ${name}` });
  }
});

Deno.test("the gateway does not serve a database whose users do not keep tenants apart", async () => {
  const roles = createRoles(options);
  await checkIsolation(roles);
  for (const role of ["reader", "comparer", "operator", "writer"] as const) {
    // the owner has no row policy, another role another one
    for (
      const client of [
        owner,
        role === "reader" ? roles.comparer : role === "writer" ? roles.operator : roles.reader,
      ]
    ) {
      const open = { ...roles, [role]: client };
      await assert.rejects(checkIsolation(open), { name: "NotIsolated" }, role);
      const serving = createServing({ roles: open, log: () => {} });
      await assert.rejects(serving.load([]), { name: "NotIsolated" });
      assert.throws(() => serving.served(), { name: "Problem" });
    }
  }
});

Deno.test("a user without the file of grants may do nothing", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
  try {
    await copyFolder(deployedConfig, `${folder}/config`);
    await Deno.remove(`${folder}/config/users.d/sluice_grants.xml`);
    const engine = await startEngine({
      dataDir: `${folder}/data`,
      configDir: `${folder}/config`,
      password: "of the test",
    });
    try {
      const target = { ...engine, database: "sluice" };
      await run(createClickHouse({ ...target, database: "default" }), { sql: "CREATE DATABASE sluice" });
      await run(createClickHouse(target), {
        sql: "CREATE TABLE t (tenant_id String) ENGINE = MergeTree ORDER BY tenant_id",
      });
      const { clickHouse: _gateway, syncer: _sync, ...others } = createRoles(target);
      for (const [role, client] of Object.entries(others)) {
        assert.equal(await refusal(run(client, { sql: "SELECT tenant_id FROM t" })), denied, role);
        assert.equal(await refusal(run(client, { sql: "INSERT INTO t VALUES ('one')" })), denied, role);
      }
    } finally {
      await engine.stop();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(name, '_landing') AND name NOT LIKE 'trial%'",
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
