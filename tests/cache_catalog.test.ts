import assert from "node:assert/strict";
import { tablesBehind } from "../src/catalog/lineage/tables_behind.ts";
import type { Query } from "../src/catalog/query.ts";
import { type ClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { withScratchEngine } from "../src/tools/scratch_engine.ts";
import { createGateway, inspectedCatalog, newTenant, type TestGateway } from "./gateway.ts";

// On an engine of its own, where nobody else writes and no view refreshes.

const tenant = newTenant("cached");
const scope = "query cohorts:write";
const user = "user-1";

/** An event of each stream, good for all of its tables. */
const events: Record<string, () => Record<string, unknown>> = {
  outreach: () => ({
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityType: "message",
    entityId: crypto.randomUUID(),
    occurredAt: "2026-01-05T10:00:00Z",
  }),
  csr_companies: () => ({ name: "A company", industry: "it", updatedAt: new Date().toISOString() }),
  csr_scores: () => ({
    id: crypto.randomUUID(),
    userId: user,
    dimension: "confidence",
    score: 0.5,
    createdAt: "2026-01-05T10:00:00Z",
  }),
  csr_journey: () => ({
    id: crypto.randomUUID(),
    userId: user,
    programId: "buddy",
    stage: "enrolled",
    occurredAt: "2026-01-05T10:00:00Z",
  }),
  csr_metrics: () => ({
    id: crypto.randomUUID(),
    userId: user,
    metric: "engagement",
    value: 1,
    periodStart: "2026-01-05T10:00:00Z",
  }),
  ticketing_events: () => ({ ...atShow(), eventType: "view", sessionId: "s1" }),
  ticketing_page_views: () => ({ ...atShow(), visitorId: "v1", sessionId: "s1", url: "/" }),
  ticketing_sales: () => ({
    ...atShow(),
    kind: "sale",
    orderId: "o1",
    userId: user,
    ticketTypeId: "standard",
    quantity: 1,
    unitPriceMinor: 100,
    currency: "EUR",
    channel: "web",
  }),
  ticketing_users: () => ({
    id: crypto.randomUUID(),
    userId: user,
    changedAt: "2026-01-05T10:00:00Z",
    name: "Ann",
  }),
};

function atShow() {
  const id = crypto.randomUUID();
  return { id, occurredAt: "2026-01-05T10:00:00Z", showId: "gala", organizerId: "north" };
}

/** By hand: the streams that each answer tells of. What is not here reads what a view computes on a schedule. */
const streamsOf: [name: RegExp, streams: string[]][] = [
  [/^outreach\//, ["outreach"]],
  [/^analytics\/(trends|cohorts)$/, ["csr_scores"]],
  [/^analytics\/benchmarks$/, ["csr_scores", "csr_companies"]],
  [/^analytics\/funnels$/, ["csr_journey"]],
  [/^analytics\/metrics$/, ["csr_metrics"]],
  [/^cohorts\//, ["csr_metrics"]],
  [/^ticketing\/(hourly|devices|funnel)$/, ["ticketing_events"]],
  [/^ticketing\/(organizers\/daily|shows\/performance|geography)$/, ["ticketing_events", "ticketing_sales"]],
  [/^ticketing\/revenue$/, ["ticketing_sales"]],
  [/^ticketing\/page-views\/pages$/, ["ticketing_page_views"]],
];

/** Values for the parameters: a closed range, what exists, and the examples of the API reference. */
function parametersOf({ parameters, frontMatter }: Query, cohortId: string): Record<string, unknown> {
  const values: Record<string, unknown> = {
    startDate: "2026-01-01",
    endDate: "2026-01-31",
    startMonth: "2026-01-01",
    endMonth: "2026-01-31",
    cohortIds: [cohortId],
  };
  const asked = parameters.filter((parameter) => parameter.in !== "path" && parameter.in !== "cursor").map((
    { name },
  ) => [name, values[name] ?? (isOptional(name) ? undefined : frontMatter.params[name]?.example)] as const);
  function isOptional(name: string) {
    return parameters.find((parameter) => parameter.name === name)?.defaultText !== undefined;
  }
  return Object.fromEntries(asked.filter(([, value]) => value !== undefined));
}

function pathOf({ path }: Query, cohortId: string): string {
  return path.replace("{cohortId}", cohortId).replace("{userId}", user);
}

Deno.test("the whole catalog: while nothing is written, answers of closed ranges stay hits; a write to any table behind them ends it", async (t) => {
  await withScratchEngine(async (clickHouse, engine) => {
    await run(clickHouse, { sql: "SYSTEM STOP VIEWS" });
    // rows without times are older than tables keep: half a minute later their partitions would go, which is a change
    await run(clickHouse, { sql: "SYSTEM STOP TTL MERGES" });
    const gateway = await createGateway({ target: engine, cacheBytes: 64 * 1_048_576 });
    const catalog = await inspectedCatalog();
    await send(gateway, Object.keys(events));
    const made = await gateway.call("POST", "cohorts", tenant, { name: "Buddies" }, scope);
    const cohortId = made.body.data.id;
    await join(gateway, cohortId, user);
    await refresh(clickHouse, "warehouse_user_histories_refresh");
    const refreshed = await refreshedBy(clickHouse);
    const plainViews = await viewsOf(clickHouse);

    const cached = [...catalog.values()].filter(({ frontMatter }) => frontMatter.cache)
      // its range ends now, always
      .filter(({ name }) => name !== "ticketing/realtime");
    assert.ok(cached.length >= 20);
    await t.step(
      "views that run each minute and find nothing new leave all answers as they are",
      async () => {
        for (
          const table of [
            "csr_score_changes",
            "csr_metric_changes",
            "csr_cohort_changes",
            "ticketing_changes",
          ]
        ) {
          // as if all had come five minutes ago
          const sql = `ALTER TABLE ${table} UPDATE changed_at = changed_at - INTERVAL 5 MINUTE WHERE 1`;
          await run(clickHouse, { sql: `${sql} SETTINGS mutations_sync = 1` });
        }
        const ask = async () => {
          const hows: Record<string, string> = {};
          for (const query of cached) {
            const parameters = parametersOf(query, cohortId);
            const { status, headers, body } = await gateway.query(
              pathOf(query, cohortId),
              tenant,
              parameters,
            );
            assert.equal(status, 200, JSON.stringify(body));
            hows[query.name] = headers.get("cache-status")!.replace(/; ttl.*/, "");
          }
          return hows;
        };
        const all = (how: string) => Object.fromEntries(cached.map(({ name }) => [name, how]));
        gateway.setNow(new Date("2026-03-10T11:00:00Z"));
        await runMinute(clickHouse);
        assert.equal(await isRolledUp(clickHouse), true);
        assert.deepEqual(await ask(), all("sluice; fwd=miss; stored"));
        await runMinute(clickHouse);
        await gateway.cache.poll();
        gateway.setNow(new Date("2026-03-10T11:01:00Z"));
        assert.deepEqual(await ask(), all("sluice; hit"));
        gateway.cache.purge("all", { query: "", tenantId: "", table: "" });
      },
    );

    for (const query of cached) {
      await t.step(query.name, async () => {
        const { freshMs, staleMs } = query.frontMatter.cache!;
        assert.ok(staleMs > 0, "a dashboard waits for its recomputation");
        const parameters = parametersOf(query, cohortId);
        let now = Date.parse("2026-03-10T12:00:00Z");
        /** How the answer comes after a time, all writes having been noticed. */
        const after = async (ms: number) => {
          await gateway.cache.poll();
          gateway.setNow(new Date(now += ms));
          const { status, headers, body } = await gateway.query(pathOf(query, cohortId), tenant, parameters);
          assert.equal(status, 200, JSON.stringify(body));
          return headers.get("cache-status")!;
        };
        assert.match(await after(0), /fwd=miss; stored/);

        const streams = streamsOf.find(([name]) => name.test(query.name))?.[1] ?? [];
        const tables = (await tablesBehind(clickHouse, query.tables)).filter((table) =>
          !plainViews.has(table)
        );
        assert.ok(tables.length > 0);
        const writes: [what: string, write: () => Promise<unknown>][] = [
          ...streams.map((stream) =>
            [`an event of ${stream}`, () => send(gateway, [stream])] as [string, () => Promise<unknown>]
          ),
          ...tables.map((table) =>
            [table, () => write(clickHouse, table, refreshed.get(table))] as [string, () => Promise<unknown>]
          ),
        ];
        for (const [what, write] of writes) {
          assert.match(await after(freshMs + 1), /^sluice; hit; ttl=\d+$/, `before ${what}`);
          // minutes later it still is
          assert.match(await after(300_000), /^sluice; hit; ttl=\d+$/, `minutes before ${what}`);
          await write();
          assert.match(await after(freshMs + staleMs + 1), /fwd=(stale|miss); stored/, `after ${what}`);
        }
      });
    }
  });
});

async function send(gateway: TestGateway, streams: string[]): Promise<void> {
  for (const stream of streams) {
    const { status, body } = await gateway.send(stream, tenant, [events[stream]()]);
    assert.deepEqual([status, body.data.accepted], [200, 1], JSON.stringify(body));
  }
}

async function join(gateway: TestGateway, cohortId: string, userId: string): Promise<void> {
  const { status } = await gateway.call(
    "POST",
    `cohorts/${cohortId}/members`,
    tenant,
    { userIds: [userId] },
    scope,
  );
  assert.equal(status, 204);
}

/** Views that replace a table each time they run, by the table. */
async function refreshedBy(clickHouse: ClickHouse): Promise<Map<string, string>> {
  const rows = await readRows<{ view: string; target: string }>(clickHouse, {
    sql: `SELECT name AS view, extract(create_table_query, ' TO ([^ ]+) \\\\(') AS target
      FROM system.tables
      WHERE database = currentDatabase() AND create_table_query LIKE '% REFRESH %' AND create_table_query NOT LIKE '% APPEND TO %'`,
  });
  return new Map(rows.map(({ view, target }) => [target, view]));
}

/** Views that hold no rows of their own, and are written by none. */
async function viewsOf(clickHouse: ClickHouse): Promise<Set<string>> {
  const rows = await readRows<{ view: string }>(clickHouse, {
    sql:
      "SELECT concat(database, '.', name) AS view FROM system.tables WHERE database = currentDatabase() AND engine = 'View'",
  });
  return new Set(rows.map(({ view }) => view));
}

/** Changes a table as what fills it would, though by a row that means nothing. */
async function write(clickHouse: ClickHouse, table: string, view: string | undefined): Promise<void> {
  if (view === undefined) {
    await run(clickHouse, { sql: `INSERT INTO ${table} (tenant_id) VALUES ('${crypto.randomUUID()}')` });
    return;
  }
  await refresh(clickHouse, view);
}

/** Runs a view that is stopped. */
async function refresh(clickHouse: ClickHouse, view: string): Promise<void> {
  for (const verb of ["START", "REFRESH", "WAIT", "STOP"]) {
    await run(clickHouse, { sql: `SYSTEM ${verb} VIEW ${view}`, signal: AbortSignal.timeout(60_000) });
  }
}

/** Runs the views of each minute, those last that note what others have done. */
async function runMinute(clickHouse: ClickHouse): Promise<void> {
  const views = await readRows<{ view: string }>(clickHouse, {
    sql: `SELECT name AS view
      FROM system.tables
      WHERE database = currentDatabase() AND create_table_query LIKE '% REFRESH EVERY 1 MINUTE %'
      ORDER BY create_table_query LIKE '% DEPENDS ON %', view`,
  });
  assert.ok(views.length >= 10);
  for (const { view } of views) await refresh(clickHouse, view);
}

/** Whether rollups hold all that came. */
async function isRolledUp(clickHouse: ClickHouse): Promise<boolean> {
  const [{ isRolled }] = await readRows<{ isRolled: boolean }>(clickHouse, {
    sql: `SELECT min(rolled > changed AND rolled > 0)::Bool AS isRolled
      FROM
      (
          SELECT max(rolled_at) AS rolled, max(changed_at) AS changed FROM csr_score_changes GROUP BY tenant_id, granularity, dimension, bucket
          UNION ALL
          SELECT least(max(hours_rolled_at), max(cohorts_rolled_at)), max(changed_at) FROM csr_metric_changes GROUP BY tenant_id, metric, day
          UNION ALL
          SELECT max(rolled_at), max(changed_at) FROM csr_cohort_changes GROUP BY tenant_id, cohort_id
          UNION ALL
          SELECT max(rolled_at), max(changed_at) FROM ticketing_changes GROUP BY tenant_id, stream, granularity, bucket
      )`,
  });
  return isRolled;
}
