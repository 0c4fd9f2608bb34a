import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { waitFor } from "./program.ts";
import { passTwoMinutes, refreshView } from "./refresh_view.ts";
import * as expected from "./ticketing/expected.ts";
import {
  type Event,
  laterEvents,
  laterSales,
  latest,
  type PageView,
  randomEvents,
  randomPageViews,
  randomSales,
  type Sale,
} from "./ticketing/rows.ts";

// Every endpoint of ticketing over 200,000 random events and sales of three tenants, with duplicates, corrections, refunds and
// rows that come late, against the same numbers worked out by plain loops (tests/ticketing/expected.ts): from the rows
// themselves, from rollups, and from both.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway({ config: { TELL_COSTS: "exact" } });
gateway.setNow(new Date("2026-04-19T00:00:00Z"));

const [own, ...others] = ["own", "second", "third"].map((name) => newTenant(name));
/** What each tenant's rows are in the end, and what is sent of them. */
const rowsOf = new Map<string, { events: Event[]; sales: Sale[]; pageViews: PageView[] }>();
const sending: (() => Promise<void>)[] = [];
for (const tenant of [own, ...others]) {
  const scale = tenant === own ? 1 : 0.25;
  const events = randomEvents(95_000 * scale);
  const sales = randomSales(40_000 * scale);
  const pageViews = randomPageViews(4_000 * scale);
  rowsOf.set(tenant, { events: latest(events), sales: latest(sales), pageViews: latest(pageViews) });
  sending.push(
    () => send("ticketing_events", tenant, events),
    () => send("ticketing_sales", tenant, sales),
    () => send("ticketing_page_views", tenant, pageViews),
  );
}
await Promise.all(sending.map((each) => each()));

/** In some requests, one after the other: versions of a row that come at the same instant do not see each other. */
async function send(stream: string, tenant: string, rows: unknown[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 40_000) {
    const { status, body } = await gateway.send(stream, tenant, rows.slice(i, i + 40_000));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
  }
}

async function ask(name: string, tenant: string, parameters: Record<string, unknown>) {
  const { status, body } = await gateway.query(`ticketing/${name}`, tenant, parameters);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

/** Whole days, in UTC and where the clocks change on 29 March; from an instant to another; one organizer. */
const days = { startDate: "2026-03-15", endDate: "2026-04-10" };
const asked = {
  days,
  "days of Berlin": { ...days, timezone: "Europe/Berlin" },
  "half hours of India": { ...days, timezone: "Asia/Kolkata", organizerId: "south" },
  "a range that cuts hours": { startDate: "2026-03-20T09:17:00.000Z", endDate: "2026-04-02T17:41:30.000Z" },
};

/** Asserts that the endpoints over rollups answer what the rows come to; the loops run while the engine works. */
async function assertSums(tenant: string, ranges: expected.Asked[]): Promise<void> {
  const { events, sales } = rowsOf.get(tenant)!;
  await Promise.all(ranges.flatMap((range, i) => {
    const by = ["country", "city"][i % 2];
    const thing = (["device", "browser", "os"] as const)[i % 3];
    const granularity = ["day", "week", "month"][i % 3];
    const is = async (name: string, more: Record<string, string>, expect: () => unknown) =>
      assert.deepEqual(
        await ask(name, tenant, { ...range, ...more, pageSize: 1000 }),
        expect(),
        JSON.stringify(range),
      );
    return [
      assertHours(tenant, range, events),
      is("organizers/daily", {}, () => expected.organizersDaily(events, sales, range)),
      is("shows/performance", {}, () => expected.showsPerformance(events, sales, range)),
      is("geography", { by }, () => expected.geography(events, sales, { ...range, by })),
      is("devices", { by: thing }, () => expected.devices(events, { ...range, by: thing })),
      is("revenue", { granularity }, () => expected.revenue(sales, { ...range, granularity })),
    ];
  }));
}

async function assertHours(tenant: string, range: expected.Asked, events: Event[]): Promise<void> {
  // deno-lint-ignore no-explicit-any -- as free as JSON
  const answered: any[] = await ask("hourly", tenant, { ...range, pageSize: 1000 });
  const some = answered.filter(({ total }) => total > 0).map((
    { hour, ...counts },
  ) => [Date.parse(hour), counts] as const);
  assert.deepEqual(new Map(some), expected.hourly(events, range), JSON.stringify(range));
}

/** Rolls up what has come, as if that had been two minutes ago, until nothing is left. */
async function rollUp(tenant: string): Promise<void> {
  await waitFor("all is rolled up", async () => {
    await passTwoMinutes(clickHouse, tenant, { ticketing_changes: ["changed_at", "rolled_at"] });
    await Promise.all([
      refreshView(clickHouse, "ticketing_events_rollup_refresh"),
      refreshView(clickHouse, "ticketing_sales_rollup_refresh"),
    ]);
    await refreshView(clickHouse, "ticketing_changes_refresh");
    const open = await readRows(clickHouse, {
      sql: `SELECT stream, bucket FROM ticketing_changes WHERE tenant_id = {tenant:String}
            GROUP BY stream, granularity, bucket HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE`,
      parameters: { tenant },
    });
    return open.length === 0;
  });
}

Deno.test("sums of ticketing are those of the latest versions at once, from rollups, and with what comes after them", async (t) => {
  const ranges = Object.values(asked);
  await t.step("before anything is rolled up", () => assertSums(own, [ranges[3]]));
  await t.step("of other tenants, each its own", async () => {
    await Promise.all(others.map((tenant) => assertSums(tenant, [days])));
  });
  await t.step("from rollups", async () => {
    const read = async () =>
      (await gateway.query("ticketing/devices", own, days)).body.meta.rowsRead as number;
    const before = await read();
    await rollUp(own);
    await assertSums(own, ranges);
    assert.ok(await read() < before / 2, "rollups are read");
  });
  await t.step("with corrections and late rows since", async () => {
    const { events, sales, pageViews } = rowsOf.get(own)!;
    const later = { events: laterEvents(events), sales: laterSales(sales) };
    await Promise.all([
      send("ticketing_events", own, later.events),
      send("ticketing_sales", own, later.sales),
    ]);
    rowsOf.set(own, {
      events: latest([...events, ...later.events]),
      sales: latest([...sales, ...later.sales]),
      pageViews,
    });
    await assertSums(own, [days]);
  });
  await t.step("and when those are rolled up", async () => {
    await rollUp(own);
    await assertSums(own, [asked["a range that cuts hours"]]);
  });
});

Deno.test("funnels are those of each user's steps", async () => {
  const { events } = rowsOf.get(own)!;
  for (
    const more of [
      { stages: ["view", "add_to_cart", "checkout", "purchase"], window: 10_080 },
      { stages: ["add_to_cart", "purchase"], window: 1_440, timezone: "Europe/Berlin", organizerId: "north" },
    ]
  ) {
    const range = { ...days, ...more };
    const { stages } = await ask("funnel", own, range);
    const theirs = events.filter(({ organizerId }) => [undefined, organizerId].includes(more.organizerId));
    const users = expected.funnel(theirs, range);
    assert.ok(users.at(-1)! > 0);
    assert.deepEqual(stages.map(({ users }: { users: number }) => users), users);
  }
});

Deno.test("the last hours are those of the rows", async () => {
  const { events, sales } = rowsOf.get(own)!;
  gateway.setNow(new Date("2026-04-05T12:34:55Z"));
  const { buckets, activeUsers, revenue } = await ask("realtime", own, { hours: 24 });
  gateway.setNow(new Date("2026-04-19T00:00:00Z"));
  const { buckets: some, ...totals } = expected.realtime(
    events,
    sales,
    "2026-04-04T12:30:00.000Z",
    "2026-04-05T12:34:55.000Z",
  );
  assert.equal(buckets.length, 289);
  assert.deepEqual({ activeUsers, revenue }, totals);
  // deno-lint-ignore no-explicit-any -- as free as JSON
  const hasSomething = ({ revenue, ...bucket }: any) =>
    revenue.length > 0 || Object.values(bucket).some((value) => typeof value === "number" && value > 0);
  assert.deepEqual(buckets.filter(hasSomething), some);
});

Deno.test("the lists of sales and page views have each row once, over pages by cursor", async () => {
  const { sales, pageViews } = rowsOf.get(own)!;
  const range = asked["days of Berlin"];
  const refunds = sales.filter(({ kind }) => kind === "refund");
  assert.deepEqual(
    await follow("sales", { ...range, kind: "refund" }),
    expected.listed(refunds, range),
  );
  assert.deepEqual(await follow("page-views", range), expected.listed(pageViews, range));
});

/** The ids of all pages of a list. */
async function follow(name: string, parameters: Record<string, unknown>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query = { ...parameters, pageSize: 1000, ...(cursor && { cursor }) };
    const { status, body } = await gateway.query(`ticketing/${name}`, own, query);
    assert.equal(status, 200, JSON.stringify(body));
    ids.push(...body.data.map(({ id }: { id: string }) => id));
    cursor = body.meta.page.next;
  } while (cursor !== null && ids.length < 100_000);
  return ids;
}

Deno.test("pages by views are those of the rows, without an error where all is kept", async () => {
  const { pageViews } = rowsOf.get(own)!;
  const answered = await ask("page-views/pages", own, days);
  const rows = expected.pages(pageViews, days);
  assert.deepEqual(
    answered.map(({ path, views, visitors }: Record<string, unknown>) => ({ path, views, visitors })),
    rows.map(({ meanDurationMs: _, ...row }) => row),
  );
  for (const [i, { meanDurationMs }] of rows.entries()) {
    assert.ok(Math.abs(answered[i].meanDurationMs - meanDurationMs) < 0.0051);
    assert.deepEqual([answered[i].viewsError, answered[i].visitorsError], [0, 0]);
  }
});
