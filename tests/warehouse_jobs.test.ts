import assert from "node:assert/strict";
import { createClickHouse, run } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { waitFor } from "./program.ts";
import { refreshView } from "./refresh_view.ts";

// What is told of the loads of the warehouse: /v1/warehouse/jobs, /v1/warehouse/tables, and loads by hand.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();
const admin = newTenant("admin");

type Row = Record<string, unknown>;

/** Looks at the views now, which they do by themselves in a while. */
async function look(): Promise<void> {
  await refreshView(clickHouse, "etl_watermarks_refresh");
  await refreshView(clickHouse, "etl_table_state_refresh");
  await run(clickHouse, { sql: "SYSTEM FLUSH LOGS query_log" });
  await refreshView(clickHouse, "etl_job_log_refresh");
}

async function ask(name: string, parameters: Row = {}): Promise<Row[]> {
  const { status, body } = await gateway.query(name, admin, parameters, "admin");
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

async function tableOf(view: string): Promise<Row> {
  const found = (await ask("warehouse/tables")).find((row) => row.view === view);
  assert.ok(found, `${view} is not among the tables`);
  return found;
}

function askFor(view: string, scope = "admin") {
  return gateway.call("POST", `admin/jobs/${view}`, admin, undefined, scope);
}

Deno.test("a load that an admin asks for runs, and its run and its table are told", async () => {
  const organizers = "warehouse_organizer_histories_refresh";
  const [{ startedAt: before } = { startedAt: "" }] = await ask("warehouse/jobs", { view: organizers });
  await look();
  const { status, body } = await askFor(organizers);
  assert.deepEqual([status, body.data], [202, { view: organizers, status: "asked" }]);
  const latest = await waitFor("the run is told", async () => {
    await look();
    const [run] = await ask("warehouse/jobs", { view: organizers, pageSize: 1 });
    return run && String(run.startedAt) > String(before) && run;
  });
  assert.equal(latest.view, organizers);
  assert.equal(latest.error, null);
  for (const figure of ["durationMs", "rowsRead", "rowsWritten", "memoryBytes"]) {
    assert.equal(typeof latest[figure], "number", figure);
  }
  const { table, ageSeconds, oldestUpstream, error } = await tableOf(organizers);
  assert.deepEqual([table, oldestUpstream, error], ["warehouse_organizer_histories", null, null]);
  assert.equal(typeof ageSeconds, "number");
});

Deno.test("what a table is made of is found through all steps", async () => {
  await look();
  const { oldestUpstream, oldestUpstreamAgeSeconds } = await tableOf("warehouse_monthly_summary_refresh");
  const upstreams = [
    "warehouse_sales",
    "warehouse_interactions",
    "warehouse_organizer_performance",
    "warehouse_user_engagement",
  ];
  assert.ok(upstreams.includes(String(oldestUpstream)), String(oldestUpstream));
  assert.equal(typeof oldestUpstreamAgeSeconds, "number");
});

Deno.test("loads are an admin's alone, and one that there is not is named with the nearest", async () => {
  assert.equal((await askFor("warehouse_sales_refresh", "query ingest warehouse:write")).status, 403);
  await look();
  const { status, body } = await askFor("warehouse_sale_refresh");
  assert.equal(status, 404);
  assert.match(
    body.detail,
    /^There is no load "warehouse_sale_refresh"; did you mean "warehouse_sales_refresh"\?$/,
  );
  // what is a view but no load, and what is no name
  assert.equal((await askFor("sync_runs_refresh")).status, 404);
  assert.equal((await askFor("x%60; DROP TABLE warehouse_sales")).status, 404);
  assert.equal((await askFor("x".repeat(3_000))).status, 404);
});

Deno.test("after a failed upstream the age tells, although what depends on it ended well", async () => {
  const id = crypto.randomUUID().slice(0, 8);
  const [upstream, dependent] = [`warehouse_trial_${id}_up_refresh`, `warehouse_trial_${id}_down_refresh`];
  const [flag, first, second] = ["flag", "first", "second"].map((name) => `trial_${id}_${name}`);
  for (const table of [flag, first, second]) {
    await run(clickHouse, {
      sql: `CREATE TABLE ${table} (tenant_id String, n UInt8) ENGINE = MergeTree ORDER BY tenant_id`,
    });
  }
  try {
    await run(clickHouse, {
      sql:
        `CREATE MATERIALIZED VIEW ${upstream} REFRESH EVERY 1 YEAR SETTINGS refresh_retries = 0 TO ${first} AS
        SELECT '' AS tenant_id, toUInt8(throwIf(count() > 0, 'The source is broken')) AS n FROM ${flag}`,
    });
    await run(clickHouse, {
      sql: `CREATE MATERIALIZED VIEW ${dependent} REFRESH EVERY 1 YEAR DEPENDS ON ${upstream} TO ${second} AS
        SELECT tenant_id, n FROM ${first}`,
    });
    await refreshView(clickHouse, upstream);
    await refreshView(clickHouse, dependent);
    await look();
    const good = await tableOf(upstream);
    assert.deepEqual([good.error, good.late], [null, false]);

    await run(clickHouse, { sql: `INSERT INTO ${flag} VALUES ('', 1)` });
    await assert.rejects(refreshView(clickHouse, upstream), /The source is broken/);
    await refreshView(clickHouse, dependent);
    await look();

    const broken = await tableOf(upstream);
    assert.match(String(broken.error), /The source is broken/);
    assert.equal(broken.watermark, good.watermark);
    const [failure] = await ask("warehouse/jobs", { view: upstream, failed: true });
    assert.match(String(failure.error), /^The source is broken/);

    // half an hour later: the dependent has gone on with what was there
    const later = new Date(Date.now() + 2_000_000);
    await run(clickHouse, {
      sql: "INSERT INTO etl_watermarks (view, watermark) VALUES ({view:String}, {at:DateTime64(3)})",
      parameters: { view: dependent, at: later.toISOString().slice(0, 23).replace("T", " ") },
    });
    await run(clickHouse, {
      sql:
        "INSERT INTO etl_job_log (view, started_at, query_id) VALUES ({view:String}, {at:DateTime64(3)}, 'by hand')",
      parameters: { view: dependent, at: later.toISOString().slice(0, 23).replace("T", " ") },
    });
    const [onStale, onFresh] = await ask("warehouse/jobs", { view: dependent });
    assert.deepEqual([onStale.error, onFresh.error], [null, null]);
    assert.ok(Number(onStale.oldestUpstreamAgeSeconds) >= 2_000, String(onStale.oldestUpstreamAgeSeconds));
    assert.ok(Number(onFresh.oldestUpstreamAgeSeconds) < 1_000, String(onFresh.oldestUpstreamAgeSeconds));
    gateway.setNow(later);
    const stale = await tableOf(dependent);
    assert.equal(stale.error, null);
    assert.equal(stale.ageSeconds, 0);
    assert.equal(stale.oldestUpstream, first);
    assert.ok(Number(stale.oldestUpstreamAgeSeconds) >= 2_000, String(stale.oldestUpstreamAgeSeconds));
    assert.equal(stale.late, true);
  } finally {
    gateway.setNow(undefined);
    for (const name of [dependent, upstream]) {
      await run(clickHouse, { sql: `DROP TABLE IF EXISTS ${name} SYNC` });
    }
    for (const name of [flag, first, second]) await run(clickHouse, { sql: `DROP TABLE ${name} SYNC` });
  }
});
