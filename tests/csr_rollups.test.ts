import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { waitFor } from "./program.ts";
import { passTwoMinutes, refreshView } from "./refresh_view.ts";

// Metrics by hour and by cohort, from rollups or not, are those of the latest values and the present members, whatever has
// come since. Numbers by hand.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();
gateway.setNow(new Date("2026-03-31T12:00:00Z"));

/**
 * Rolls up what has come, as if that had been two minutes ago. Whatever comes in between by itself, such as the view that
 * mends places each minute, opens days again: until all is rolled up.
 */
async function rollUp(tenant: string): Promise<void> {
  const views = [
    "csr_metrics_hourly_refresh",
    "csr_metric_changes_hours_refresh",
    "csr_cohort_metrics_refresh",
  ];
  await waitFor("all is rolled up", async () => {
    await passTwoMinutes(clickHouse, tenant, {
      csr_metric_changes: ["changed_at", "hours_rolled_at", "cohorts_rolled_at"],
      csr_cohort_changes: ["changed_at", "rolled_at"],
    });
    for (const view of [...views, "csr_metric_changes_cohorts_refresh", "csr_cohort_changes_refresh"]) {
      await refreshView(clickHouse, view);
    }
    return (await stillOpen(tenant)).length === 0;
  });
}

/** What is not rolled up. */
async function stillOpen(tenant: string): Promise<unknown[]> {
  return await readRows(clickHouse, {
    sql:
      `SELECT metric, toString(day) AS day, max(hours_rolled_at) AS hours, max(cohorts_rolled_at) AS cohorts, max(changed_at) AS changed
          FROM csr_metric_changes WHERE tenant_id = {tenant:String} GROUP BY metric, day
          HAVING least(hours, cohorts) <= changed + INTERVAL 1 MINUTE
          UNION ALL
          SELECT toString(cohort_id), '', max(rolled_at) AS rolled, rolled, max(changed_at) AS changed
          FROM csr_cohort_changes WHERE tenant_id = {tenant:String} GROUP BY cohort_id
          HAVING rolled <= changed + INTERVAL 1 MINUTE`,
    parameters: { tenant },
  });
}

async function ask(name: string, tenant: string, parameters: Record<string, unknown>) {
  const { status, body } = await gateway.query(name, tenant, { metric: "engagement", ...parameters });
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

async function makeCohort(tenant: string, name: string, userIds: string[]): Promise<string> {
  const { body } = await gateway.call("POST", "cohorts", tenant, { name });
  await addMembers(tenant, body.data.id, userIds);
  return body.data.id;
}

async function addMembers(tenant: string, cohort: string, userIds: string[]): Promise<void> {
  const { status } = await gateway.call("POST", `cohorts/${cohort}/members`, tenant, { userIds });
  assert.equal(status, 204);
}

async function send(tenant: string, rows: Record<string, unknown>[]): Promise<void> {
  const { status, body } = await gateway.send("csr_metrics", tenant, rows);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
}

function value(id: string, userId: string, at: string, value: number, more: Record<string, unknown> = {}) {
  return { id, userId, metric: "engagement", value, periodStart: `2026-${at}:00Z`, ...more };
}

Deno.test("metrics are those of the latest values and present members, from rollups or not", async (t) => {
  const [tenant, other] = [newTenant("rolled"), newTenant("other")];
  await send(tenant, [
    value("a", "u1", "02-03T09:10", 10),
    value("b", "u2", "02-03T09:50", 20),
    value("c", "u3", "02-03T10:00", 60),
    value("d", "u1", "03-02T09:00", 40),
    value("e", "stranger", "03-02T09:30", 100),
  ]);
  const [one, two] = [
    await makeCohort(tenant, "One", ["u1", "u2"]),
    await makeCohort(tenant, "Two", ["u3"]),
  ];
  await send(other, [value("a", "u1", "02-03T09:10", 1000)]);
  await makeCohort(other, "Theirs", ["u1", "u2"]);

  /** Hours with their numbers; months of cohort One; means of all. */
  const answers = async () => {
    const hours = await ask("analytics/metrics", tenant, { granularity: "hour" });
    const months = await ask(`cohorts/${one}/trends`, tenant, { periods: 2 });
    const top = await ask("cohorts/top", tenant, {});
    const most = await ask("cohorts/top", tenant, { by: "max" });
    const half = await ask("cohorts/top", tenant, { by: "p50" });
    const ranked = (rows: { name: string; value: number; count: number }[]) =>
      rows.map(({ name, value, count }) => [name, value, count]);
    return {
      hours: hours.map((
        { bucket, avgValue, minValue, maxValue, valueCount, stddevValue }: Record<string, number>,
      ) => [
        bucket,
        avgValue,
        minValue,
        maxValue,
        valueCount,
        stddevValue && Math.round(stddevValue * 1e6) / 1e6,
      ]),
      months: months.map(({ value, count }: Record<string, number>) => [value, count]),
      top: ranked(top),
      most: ranked(most).map(([name, value]) => [name, value]),
      half: ranked(half).map(([name, value]) => [name, value]),
    };
  };
  const both = async (name: string, expected: unknown) => {
    await t.step(`${name}, before it is rolled up`, async () => assert.deepEqual(await answers(), expected));
    await rollUp(tenant);
    await t.step(`${name}, rolled up`, async () => assert.deepEqual(await answers(), expected));
  };

  await both("values as they came first", {
    // deviations −5 and 5: the root of 50; −30 and 30: that of 1800
    hours: [
      ["2026-02-03T09:00:00Z", 15, 10, 20, 2, 7.071068],
      ["2026-02-03T10:00:00Z", 60, 60, 60, 1, null],
      ["2026-03-02T09:00:00Z", 70, 40, 100, 2, 42.426407],
    ],
    months: [[15, 2], [40, 1]],
    // One: 10, 20 and 40
    top: [["Two", 60, 1], ["One", 70 / 3, 3]],
    most: [["Two", 60], ["One", 40]],
    half: [["Two", 60], ["One", 20]],
  });

  const later = { updatedAt: "2026-03-30T09:00:00Z" };
  await send(tenant, [
    // corrected; moved to another month and hour; deleted; late
    value("a", "u1", "02-03T09:10", 16, later),
    value("b", "u2", "03-02T10:00", 20, later),
    { id: "c", deleted: true, ...later },
    value("f", "u1", "02-03T09:20", 0),
  ]);
  await both("values corrected, moved, deleted and late", {
    // 16 and 0: deviations 8 and −8, the root of 128
    hours: [
      ["2026-02-03T09:00:00Z", 8, 0, 16, 2, 11.313708],
      ["2026-03-02T09:00:00Z", 70, 40, 100, 2, 42.426407],
      ["2026-03-02T10:00:00Z", 20, 20, 20, 1, null],
    ],
    // 16 and 0; 40 and 20. Two has no value any more
    months: [[8, 2], [30, 2]],
    top: [["One", 19, 4]],
    most: [["One", 40]],
    half: [["One", 18]],
  });

  await addMembers(tenant, one, ["stranger"]);
  await addMembers(tenant, two, ["u1", "u2"]);
  assert.equal((await gateway.call("DELETE", `cohorts/${one}/members/u1`, tenant)).status, 204);
  const moved = {
    hours: [
      ["2026-02-03T09:00:00Z", 8, 0, 16, 2, 11.313708],
      ["2026-03-02T09:00:00Z", 70, 40, 100, 2, 42.426407],
      ["2026-03-02T10:00:00Z", 20, 20, 20, 1, null],
    ],
    // One: u2's 20 and the stranger's 100, both in March; Two: 16, 0, 40 and 20
    months: [[null, 0], [60, 2]],
    top: [["One", 60, 2], ["Two", 19, 4]],
    most: [["One", 100], ["Two", 40]],
    half: [["One", 60], ["Two", 18]],
  };
  await both("others joined and left", moved);

  await t.step(
    "one more value and one more member, of cohorts and days that are rolled up else",
    async () => {
      await send(tenant, [value("g", "u2", "02-04T00:00", 30)]);
      await addMembers(tenant, two, ["stranger"]);
      assert.deepEqual(await answers(), {
        ...moved,
        hours: [moved.hours[0], ["2026-02-04T00:00:00Z", 30, 30, 30, 1, null], ...moved.hours.slice(1)],
        months: [[30, 1], [60, 2]],
        // One: 20, 30 and 100; Two: 0, 16, 20, 30, 40 and 100
        top: [["One", 50, 3], ["Two", 206 / 6, 6]],
        most: [["One", 100], ["Two", 100]],
        half: [["One", 30], ["Two", 25]],
      });
    },
  );

  await t.step("and hours and the ranking do not read the values once they are rolled up", async () => {
    // each minute this view covers the old places of what has moved, again; their days are then read value by value
    await run(clickHouse, { sql: "SYSTEM STOP VIEW csr_metrics_moved_refresh" });
    try {
      await rollUp(tenant);
      const before = await answers();
      await run(clickHouse, {
        sql: "ALTER TABLE csr_metrics DELETE WHERE tenant_id = {tenant:String} SETTINGS mutations_sync = 1",
        parameters: { tenant },
      });
      // but for trends and percentiles
      assert.deepEqual(await answers(), { ...before, months: [[null, 0], [null, 0]], half: [] });
    } finally {
      await run(clickHouse, { sql: "SYSTEM START VIEW csr_metrics_moved_refresh" });
    }
  });
});
