import assert from "node:assert/strict";
import fc from "fast-check";
import { type ClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { createGateway, newTenant, type TestGateway } from "./gateway.ts";
import { ownEngine } from "./own_engine.ts";
import { refreshView } from "./refresh_view.ts";
import { type Change, type Version, versionsOf } from "./warehouse_histories.ts";

// The dimensions of users and organizers are functions of the log of changes, whatever the order and number of its deliveries, and
// wherever the engine is killed: a thousand random histories against a plain loop (versionsOf), which shares no SQL with them.

const users = 1_000;
const batches = 9;
/** After these batches the engine is killed. */
const kills = [1, 4, 6];

const text = fc.option(fc.constantFrom("", "a", "b", "c"), { nil: undefined });
const history = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    // few instants, so that some changes share theirs
    at: fc.integer({ min: 0, max: 12 }),
    deleted: fc.option(fc.constantFrom(true, true, false), { nil: undefined, freq: 3 }),
    name: text,
    country: text,
    segment: text,
  }),
  { minLength: 1, maxLength: 9 },
);

/** The changes of all users; an id is of one change. */
function makeChanges(seed: number): Change[] {
  const histories = fc.sample(history, { numRuns: users, seed });
  return histories.flatMap((steps, user) => {
    const byId = new Map(steps.map((step) => [step.id, step]));
    return [...byId.values()].map(({ id, at, ...told }) => ({
      id: `c${id}`,
      userId: `u${user}`,
      changedAt: new Date(Date.UTC(2026, 0, 1) + at * 3_600_000).toISOString(),
      ...told,
    }));
  });
}

/** The changes in any order, a third of them again somewhere else, in batches. */
function deliveries(changes: Change[], seed: number): Change[][] {
  const twice = [...changes, ...changes.filter((_, i) => i % 3 === 0)];
  const [shuffled] = fc.sample(fc.shuffledSubarray(twice, { minLength: twice.length }), { numRuns: 1, seed });
  const size = Math.ceil(shuffled.length / batches);
  return Array.from({ length: batches }, (_, i) => shuffled.slice(i * size, (i + 1) * size));
}

async function send(gateway: TestGateway, stream: string, tenant: string, rows: unknown[]): Promise<void> {
  const { status, body } = await gateway.send(stream, tenant, rows);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
}

const userVersions = `SELECT
    user_id AS key,
    formatDateTime(valid_from, '%Y-%m-%dT%H:%i:%S.000Z', 'UTC') AS validFrom,
    if(is_current, NULL, formatDateTime(valid_to, '%Y-%m-%dT%H:%i:%S.000Z', 'UTC')) AS validTo,
    name, country, segment
  FROM warehouse_users WHERE tenant_id = {tenant:String} ORDER BY user_id, valid_from`;
/** Organizers have the same changes: a tier in place of the segment. */
const organizerVersions = userVersions.replaceAll("user_id", "organizer_id").replace(
  "segment",
  "tier AS segment",
)
  .replace("warehouse_users", "warehouse_organizers");

async function assertHistories(clickHouse: ClickHouse, tenant: string, changes: Change[]): Promise<void> {
  for (const sql of [userVersions, organizerVersions]) {
    const rows = await readRows<Version & { key: string }>(clickHouse, { sql, parameters: { tenant } });
    const found = Map.groupBy(rows, ({ key }) => key);
    for (const [key, ofKey] of Map.groupBy(changes, ({ userId }) => userId)) {
      const versions = (found.get(key) ?? []).map(({ key: _, ...version }) => version);
      assert.deepEqual(versions, versionsOf(ofKey), `${key}: ${JSON.stringify(ofKey)}`);
      found.delete(key);
    }
    assert.deepEqual([...found.keys()], []);
  }
}

const views = ["warehouse_user_histories_refresh", "warehouse_organizer_histories_refresh"];

/** Has both views load; one that runs already, as all do when an engine starts, is followed by another run. */
async function load(clickHouse: ClickHouse): Promise<void> {
  for (const view of views) await refreshView(clickHouse, view);
}

/** In the order of what they depend on. */
const star = [
  "warehouse_sales_refresh",
  "warehouse_interactions_refresh",
  "warehouse_organizer_performance_refresh",
  "warehouse_user_engagement_refresh",
  "warehouse_monthly_summary_refresh",
  "warehouse_user_cohorts_refresh",
];

/** By users and organizers of the histories. */
function sales() {
  return Array.from({ length: 300 }, (_, i) => ({
    ...{
      id: `s${i}`,
      kind: i % 9 ? "sale" : "refund",
      orderId: `o${i % 100}`,
      userId: `u${Math.floor(i / 5)}`,
    },
    ...{ showId: `show-${i % 5}`, organizerId: `u${i % 7}`, ticketTypeId: "tt-1", quantity: 1 + i % 3 },
    ...{ unitPriceMinor: 1_000 + i, currency: i % 2 ? "EUR" : "USD", channel: "web" },
    occurredAt: new Date(Date.UTC(2026, 0, 1) + i * 3 * 3_600_000).toISOString(),
  }));
}

function events() {
  return Array.from({ length: 300 }, (_, i) => ({
    ...{
      id: `e${i}`,
      eventType: i % 3 ? "view" : "add_to_cart",
      sessionId: `x${i % 80}`,
      userId: `u${i % 60}`,
    },
    ...{ showId: `show-${i % 5}`, organizerId: `u${i % 7}` },
    occurredAt: new Date(Date.UTC(2026, 0, 1) + i * 2 * 3_600_000).toISOString(),
  }));
}

/** What the endpoints answer, without the instant at which it was computed. */
async function answers(gateway: TestGateway, tenant: string): Promise<unknown> {
  const range = { startDate: "2026-01-01", endDate: "2026-02-28" };
  const asked = [
    ["warehouse/monthly", { endMonth: "2026-02-01" }],
    ["warehouse/cohorts", { endMonth: "2026-02-01" }],
    ["warehouse/organizers", range],
    ["warehouse/engagement", range],
    ["warehouse/users/u1/history", {}],
    ["ticketing/hourly", range],
    ["ticketing/organizers/daily", range],
    ["ticketing/shows/performance", range],
    ["ticketing/revenue", range],
  ] as const;
  return await Promise.all(asked.map(async ([name, parameters]) => {
    const { status, body } = await gateway.query(name, tenant, parameters);
    assert.equal(status, 200, JSON.stringify(body));
    if (name !== "warehouse/users/u1/history") assert.ok(body.data.length > 1, name);
    return [name, body.data.map(({ computedAt: _, ...row }: Record<string, unknown>) => row)];
  }));
}

Deno.test("a thousand random histories, sent in any order, in parts and twice, with the engine killed between, are what a plain loop makes of them", async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const changes = makeChanges(seed);
  const tenant = newTenant("histories");
  await using engine = await ownEngine();
  const { clickHouse } = engine;
  const gateway = await createGateway({ target: engine.target });
  try {
    const sent: Change[] = [];
    for (const [i, batch] of deliveries(changes, seed).entries()) {
      await send(gateway, "ticketing_users", tenant, batch);
      await send(
        gateway,
        "ticketing_organizers",
        tenant,
        batch.map(({ userId, segment, ...change }) => ({ ...change, organizerId: userId, tier: segment })),
      );
      sent.push(...batch);
      // some batches wait for the next load
      if (i % 2 === 0) await load(clickHouse);
      if (kills.includes(i)) {
        // in the middle of a load, or right after it was asked for
        for (const view of views) await run(clickHouse, { sql: `SYSTEM REFRESH VIEW ${view}` });
        await engine.kill();
        await engine.start();
        await load(clickHouse);
        await assertHistories(clickHouse, tenant, sent);
      }
    }
    await load(clickHouse);
    await assertHistories(clickHouse, tenant, changes);

    await send(gateway, "ticketing_sales", tenant, sales());
    await send(gateway, "ticketing_events", tenant, events());
    for (const view of star) await refreshView(clickHouse, view);
    const told = await answers(gateway, tenant);

    // a load has nothing to write when nothing has come
    const generations = () =>
      readRows(clickHouse, {
        sql:
          `SELECT sum(generation) AS users, (SELECT sum(generation) FROM warehouse_organizer_histories) AS organizers
          FROM warehouse_user_histories`,
      });
    const before = await generations();
    for (let restarts = 0; restarts < 3; restarts++) {
      await engine.stop();
      await engine.start();
      await load(clickHouse);
      await assertHistories(clickHouse, tenant, changes);
      for (const view of star) await refreshView(clickHouse, view);
      assert.deepEqual(await answers(gateway, tenant), told);
    }
    assert.deepEqual(await generations(), before);
  } catch (error) {
    throw new Error(`With the seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
});
