import assert from "node:assert/strict";
import fc from "fast-check";
import { type ClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { createGateway, newTenant, type TestGateway } from "./gateway.ts";
import { ownEngine } from "./own_engine.ts";
import { refreshView, refreshViews, warehouseViews } from "./refresh_view.ts";
import { type Change, type Version, versionsOf } from "./warehouse_histories.ts";

// The dimensions of users and organizers are functions of the log of changes, whatever the order and number of its deliveries, and
// wherever the engine is killed: a thousand random histories against a plain loop (versionsOf), which shares no SQL with them. Another
// tenant, of whom nothing new comes, keeps the numbers of its star over each restart.

const users = 1_000;
const batches = 5;
/** After these batches the engine is killed; the first one waits for the load after the second. */
const kills = [1, 2, 3];

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
const organizerVersions = userVersions.replaceAll("user_id", "organizer_id").replace(
  "segment",
  "tier AS segment",
)
  .replace("warehouse_users", "warehouse_organizers");

/** Changes of users and the same of organizers: a tier in place of the segment. */
async function sendChanges(gateway: TestGateway, tenant: string, changes: Change[]): Promise<void> {
  await send(gateway, "ticketing_users", tenant, changes);
  const ofOrganizers = changes.map(({ userId, segment, ...change }) => ({
    ...change,
    organizerId: userId,
    tier: segment,
  }));
  await send(gateway, "ticketing_organizers", tenant, ofOrganizers);
}

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

/** Has all views load; one that runs already, as all do when an engine starts, is followed by another run. */
async function load(clickHouse: ClickHouse): Promise<void> {
  const { histories, facts, factsByDay, aggregates } = warehouseViews;
  for (const views of [[...histories, ...facts], factsByDay, aggregates]) {
    await refreshViews(clickHouse, views);
  }
}

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
  const asked: [name: string, parameters: Record<string, unknown>][] = [
    ["warehouse/monthly", { endMonth: "2026-02-01" }],
    ["warehouse/cohorts", { endMonth: "2026-02-01" }],
    ...[
      "warehouse/organizers",
      "warehouse/engagement",
      "ticketing/hourly",
      "ticketing/organizers/daily",
      "ticketing/shows/performance",
      "ticketing/geography",
      "ticketing/devices",
      "ticketing/revenue",
      "ticketing/sales",
    ].map((name): [string, typeof range] => [name, range]),
    ["ticketing/funnel", { ...range, stages: ["view", "add_to_cart"] }],
    ["warehouse/users/u1/history", {}],
  ];
  return await Promise.all(asked.map(async ([name, parameters]) => {
    const { status, body } = await gateway.query(name, tenant, parameters);
    assert.equal(status, 200, JSON.stringify(body));
    const told = JSON.stringify(body.data, (key, value) => key === "computedAt" ? undefined : value);
    assert.ok(told !== "[]", name);
    return [name, JSON.parse(told)];
  }));
}

/** How often histories of the tenant were written. */
function generations(clickHouse: ClickHouse, tenant: string) {
  return readRows(clickHouse, {
    sql: `SELECT sum(generation) AS users,
        (SELECT sum(generation) FROM warehouse_organizer_histories WHERE tenant_id = {tenant:String}) AS organizers
      FROM warehouse_user_histories WHERE tenant_id = {tenant:String}`,
    parameters: { tenant },
  });
}

/** Loads users of whom changes came after the watermark, or in the ten minutes before it, and no others until all are loaded again. */
async function assertTouchedAlone(clickHouse: ClickHouse): Promise<void> {
  const [view] = warehouseViews.histories;
  const tenant = newTenant("touched");
  const loadFrom = async (watermark: string) => {
    await run(clickHouse, {
      sql: `INSERT INTO etl_watermarks (view, watermark) SELECT '${view}', ${watermark}`,
    });
    await refreshView(clickHouse, view);
    const rows = await readRows<{ user_id: string }>(clickHouse, {
      sql: "SELECT user_id FROM warehouse_users WHERE tenant_id = {tenant:String} ORDER BY user_id",
      parameters: { tenant },
    });
    return rows.map(({ user_id }) => user_id);
  };
  await run(clickHouse, {
    sql: `INSERT INTO ticketing_users (tenant_id, id, user_id, changed_at, name, received_at, version)
      SELECT {tenant:String}, 'c1', ['after', 'before', 'overlap'][number + 1], now64(3), 'Ann',
        now64(3) + INTERVAL [61, 49, 51][number + 1] MINUTE, 1
      FROM numbers(3)`,
    parameters: { tenant },
  });
  assert.deepEqual(await loadFrom("now64(3) + INTERVAL 1 HOUR"), ["after", "overlap"]);
  assert.deepEqual(await loadFrom("toDateTime64(0, 3)"), ["after", "before", "overlap"]);
}

Deno.test("a thousand random histories, sent in any order, in parts and twice, with the engine killed between, are what a plain loop makes of them, and a star keeps its numbers", async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const changes = makeChanges(seed);
  const [tenant, settled] = [newTenant("histories"), newTenant("settled")];
  await using engine = await ownEngine();
  const { clickHouse } = engine;
  const gateway = await createGateway({ target: engine.target });
  try {
    const settledChanges = changes.filter(({ userId }) => Number(userId.slice(1)) < 60);
    await sendChanges(gateway, settled, settledChanges);
    await send(gateway, "ticketing_sales", settled, sales());
    await send(gateway, "ticketing_events", settled, events());
    await load(clickHouse);
    const told = await answers(gateway, settled);
    const written = await generations(clickHouse, settled);

    const sent: Change[] = [];
    for (const [i, batch] of deliveries(changes, seed).entries()) {
      await sendChanges(gateway, tenant, batch);
      sent.push(...batch);
      if (!kills.includes(i)) continue;
      // in the middle of a load, or right after it was asked for
      for (const view of [...warehouseViews.histories, ...warehouseViews.facts]) {
        await run(clickHouse, { sql: `SYSTEM REFRESH VIEW ${view}` });
      }
      await engine.kill();
      await engine.start();
      await load(clickHouse);
      await assertHistories(clickHouse, tenant, sent);
      await assertHistories(clickHouse, settled, settledChanges);
      assert.deepEqual(await answers(gateway, settled), told);
    }
    await load(clickHouse);
    await assertHistories(clickHouse, tenant, changes);
    // a load has nothing to write when nothing has come
    assert.deepEqual(await generations(clickHouse, settled), written);
    await assertTouchedAlone(clickHouse);
  } catch (error) {
    throw new Error(`With the seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
});
