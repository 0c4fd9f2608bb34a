import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { refreshView, refreshViews, warehouseViews } from "./refresh_view.ts";

// The facts by day of random sales and events, sent twice, late and corrected (another day, show, user, currency or number), against
// sums over the latest versions that are worked out here.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();

interface Sale {
  id: string;
  kind: "sale" | "refund";
  orderId: string;
  occurredAt: string;
  updatedAt: string;
  userId: string;
  showId: string;
  organizerId: string;
  ticketTypeId: string;
  quantity: number;
  unitPriceMinor: number;
  feeMinor: number;
  discountMinor: number;
  currency: string;
  channel: string;
  country: string;
  city: string;
}

interface Event {
  id: string;
  eventType: string;
  occurredAt: string;
  updatedAt: string;
  sessionId: string;
  showId: string;
  organizerId: string;
  userId?: string;
  device: string;
}

/** Numbers from 0 to below 1 that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_261_128);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <Item>(items: Item[]): Item => items[below(items.length)];
const firstMs = Date.UTC(2026, 0, 20);
/** Three weeks around the end of a month. */
const instant = () => new Date(firstMs + below(21 * 86_400) * 1_000).toISOString();
const show = () => `show-${below(6)}`;
/** A show is one organizer's. */
const organizerOf = (showId: string) => ["org-aurora", "org-bridge", "org-cinder"][Number(showId.at(-1)) % 3];

function sale(id: number): Sale {
  const [showId, occurredAt, quantity, unitPriceMinor] = [show(), instant(), 1 + below(4), below(90) * 100];
  return {
    id: `s${id}`,
    kind: random() < 0.1 ? "refund" : "sale",
    orderId: `o${below(300)}`,
    occurredAt,
    updatedAt: occurredAt,
    userId: `u${below(40)}`,
    showId,
    organizerId: organizerOf(showId),
    ticketTypeId: "tt-1",
    quantity,
    unitPriceMinor,
    feeMinor: below(300),
    discountMinor: below(quantity * unitPriceMinor + 1),
    currency: pick(["EUR", "USD", "JPY"]),
    channel: "web",
    country: pick(["DE", "FR"]),
    city: pick(["Bonn", "Lyon"]),
  };
}

function event(id: number): Event {
  const [showId, occurredAt] = [show(), instant()];
  return {
    id: `e${id}`,
    eventType: pick(["view", "view", "click", "add_to_cart", "checkout", "check_in", "share"]),
    occurredAt,
    updatedAt: occurredAt,
    sessionId: `x${below(200)}`,
    showId,
    organizerId: organizerOf(showId),
    ...(random() < 0.7 && { userId: `u${below(40)}` }),
    device: pick(["phone", "desktop"]),
  };
}

/** The same row with other contents, told a second later than anything before. */
function corrected<Row extends { id: string; updatedAt: string }>(row: Row, other: Row): Row {
  return { ...other, id: row.id, updatedAt: "2026-03-01T00:00:00.000Z" };
}

const tenant = newTenant("facts");

async function send(stream: string, rows: unknown[]): Promise<void> {
  const { status, body } = await gateway.send(stream, tenant, rows);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
}

/** Has all of them loaded. */
async function load(): Promise<void> {
  await refreshViews(clickHouse, warehouseViews.facts);
  await refreshViews(clickHouse, warehouseViews.factsByDay);
}

type Sums = Record<string, number>;

/** Adds what a row counts to the sums of its key; sets of ids count at the end. */
function createTally() {
  const sums = new Map<string, Record<string, number | Set<string>>>();
  return {
    add(key: string[], counts: Record<string, number | string>) {
      const name = JSON.stringify(key);
      const sum = sums.get(name) ?? {};
      sums.set(name, sum);
      for (const [what, count] of Object.entries(counts)) {
        if (typeof count === "number") sum[what] = Number(sum[what] ?? 0) + count;
        else sum[what] = (sum[what] as Set<string> ?? new Set()).add(count);
      }
    },
    all(): Map<string, Sums> {
      return new Map(
        [...sums].map(([key, sum]) => [
          key,
          Object.fromEntries(
            Object.entries(sum).map(([what, each]) => [what, typeof each === "number" ? each : each.size])
              .filter(([, count]) => count !== 0),
          ),
        ]).filter(([, sum]) => Object.keys(sum).length) as [string, Sums][],
      );
    },
  };
}

const typeCounts: Record<string, string> = {
  view: "views",
  click: "clicks",
  add_to_cart: "carts",
  checkout: "checkouts",
  check_in: "check_ins",
};

function countsOf(event: Event): Record<string, number | string> {
  const type = typeCounts[event.eventType];
  return { interactions: 1, sessions: event.sessionId, ...(type && { [type]: 1 }) };
}

function soldBy({ kind, orderId, quantity }: Sale): Record<string, number | string> {
  return kind === "sale" ? { orders: orderId, tickets: quantity } : { refunded_tickets: quantity };
}

function moneyOf(sale: Sale): Record<string, number | string> {
  const gross = sale.quantity * sale.unitPriceMinor;
  return sale.kind === "sale"
    ? { gross_minor: gross, discount_minor: sale.discountMinor, fee_minor: sale.feeMinor }
    : { refund_minor: gross - sale.discountMinor, refunded_fee_minor: sale.feeMinor };
}

/** What the table holds by key, without noughts. */
async function stored(table: string, keys: string[]): Promise<Map<string, Sums>> {
  const rows = await readRows<Record<string, string | number>>(clickHouse, {
    sql: `SELECT * EXCEPT (tenant_id, computed_at) FROM ${table} FINAL WHERE tenant_id = {tenant:String}`,
    parameters: { tenant },
  });
  return new Map(
    rows.map((row) =>
      [
        JSON.stringify(keys.map((key) => row[key])),
        Object.fromEntries(
          Object.entries(row).filter(([name, count]) => !keys.includes(name) && Number(count) !== 0)
            .map(([name, count]) => [name, Number(count)]),
        ),
      ] as [string, Sums]
    ).filter(([, sums]) => Object.keys(sums).length),
  );
}

async function assertFacts(sales: Sale[], events: Event[]): Promise<void> {
  const [shows, organizers, users] = [createTally(), createTally(), createTally()];
  for (const each of events) {
    const day = each.occurredAt.slice(0, 10);
    shows.add([day, each.showId, ""], countsOf(each));
    organizers.add([day, each.organizerId, ""], countsOf(each));
    if (each.userId) users.add([day, each.userId], countsOf(each));
  }
  for (const each of sales) {
    const day = each.occurredAt.slice(0, 10);
    shows.add([day, each.showId, each.currency], { ...soldBy(each), ...moneyOf(each) });
    organizers.add([day, each.organizerId, each.currency], { ...soldBy(each), ...moneyOf(each) });
    users.add([day, each.userId], soldBy(each));
  }
  const inOrder = (sums: Map<string, Sums>) => [...sums].toSorted(([a], [b]) => a < b ? -1 : 1);
  for (
    const [table, key, tally] of [
      ["warehouse_show_performance", ["day", "show_id", "currency"], shows],
      ["warehouse_organizer_performance", ["day", "organizer_id", "currency"], organizers],
      ["warehouse_user_engagement", ["day", "user_id"], users],
    ] as const
  ) {
    assert.deepEqual(inOrder(await stored(table, [...key])), inOrder(tally.all()), table);
  }
}

Deno.test("facts by day are sums of the latest versions, also after corrections and with rows that come twice and late", async () => {
  const sales = Array.from({ length: 900 }, (_, id) => sale(id));
  const events = Array.from({ length: 1_500 }, (_, id) => event(id));
  const [early, late] = [sales.slice(0, 700), sales.slice(700)];
  await send("ticketing_sales", early);
  await send("ticketing_events", [...events, ...events.slice(0, 200)]);
  await load();
  await assertFacts(early, events);

  const salesNow = sales.map((each, i) => i % 4 ? each : corrected(each, sale(i)));
  const eventsNow = events.map((each, i) => i % 5 ? each : corrected(each, event(i)));
  await send("ticketing_sales", [...salesNow.filter((_, i) => i % 4 === 0), ...late]);
  // a version that was corrected comes again, and counts no more
  await send("ticketing_sales", early.slice(0, 100));
  await send("ticketing_events", eventsNow.filter((_, i) => i % 5 === 0));
  await load();
  await assertFacts(salesNow, eventsNow);
});

Deno.test("calendar, places and devices have a member for whatever facts tell", async () => {
  await refreshView(clickHouse, "warehouse_dates_refresh");
  const ask = (sql: string) => readRows(clickHouse, { sql, parameters: { tenant } });
  assert.deepEqual(
    await ask(`SELECT count() AS days, min(day) AS first, max(day) AS last, uniqExact(fiscal_month) AS months
      FROM warehouse_dates WHERE tenant_id = {tenant:String}`),
    [{ days: 365, first: "2026-01-01", last: "2026-12-31", months: 12 }],
  );
  // 21 November 2026 is a Saturday, in the 47th week
  assert.deepEqual(
    await ask(`SELECT quarter, iso_week, weekday, is_weekend, fiscal_year, fiscal_quarter
      FROM warehouse_dates WHERE tenant_id = {tenant:String} AND day = '2026-11-21'`),
    [{ quarter: 4, iso_week: 47, weekday: 6, is_weekend: true, fiscal_year: 2026, fiscal_quarter: 4 }],
  );
  assert.deepEqual(
    await ask(`SELECT count() AS minutes, max(hour) AS last, countIf(part_of_day = 'morning') AS morning
      FROM warehouse_times WHERE tenant_id = {tenant:String}`),
    [{ minutes: 1440, last: 23, morning: 360 }],
  );
  for (
    const [fact, dimension, keys] of [
      ["warehouse_sales", "warehouse_geographies", "country, city"],
      ["warehouse_sales", "warehouse_dates", "day"],
      ["warehouse_sales", "warehouse_times", "minute"],
      ["warehouse_interactions", "warehouse_devices", "device, browser, os"],
      ["warehouse_interactions", "warehouse_dates", "day"],
    ]
  ) {
    const [{ orphans, facts }] = await readRows<{ orphans: number; facts: number }>(clickHouse, {
      sql: `SELECT count() AS facts, countIf((${keys}) NOT IN
          (SELECT ${keys} FROM ${dimension} WHERE tenant_id = {tenant:String})) AS orphans
        FROM ${fact} FINAL WHERE tenant_id = {tenant:String}`,
      parameters: { tenant },
    });
    assert.ok(facts > 0);
    assert.equal(orphans, 0, `${fact} and ${dimension}`);
  }
});

Deno.test("a fiscal year that begins in another month is the calendar's after its next load", async () => {
  const { status } = await gateway.call(
    "PUT",
    "warehouse/calendar",
    tenant,
    { firstMonth: 7 },
    "warehouse:write",
  );
  assert.equal(status, 204);
  await refreshView(clickHouse, "warehouse_dates_refresh");
  assert.deepEqual(
    await readRows(clickHouse, {
      sql: `SELECT toString(day) AS day, fiscal_year, fiscal_quarter, fiscal_month FROM warehouse_dates
        WHERE tenant_id = {tenant:String} AND day IN ('2026-06-30', '2026-07-01') ORDER BY day`,
      parameters: { tenant },
    }),
    [
      { day: "2026-06-30", fiscal_year: 2026, fiscal_quarter: 4, fiscal_month: 12 },
      { day: "2026-07-01", fiscal_year: 2027, fiscal_quarter: 1, fiscal_month: 1 },
    ],
  );
});

Deno.test("shows and ticket types are what their changes came to, and a deleted one is gone until it returns", async () => {
  await send("ticketing_shows", [
    {
      id: "c2",
      showId: "show-1",
      changedAt: "2026-01-02T00:00:00Z",
      capacity: 200,
      endsAt: "2026-04-01T22:00:00Z",
    },
    {
      id: "c1",
      showId: "show-1",
      changedAt: "2026-01-01T00:00:00Z",
      organizerId: "org-aurora",
      name: "Nights",
      capacity: 100,
    },
    { id: "c1", showId: "show-2", changedAt: "2026-01-01T00:00:00Z", name: "Gone" },
    { id: "c2", showId: "show-2", changedAt: "2026-01-02T00:00:00Z", deleted: true },
    { id: "c1", showId: "show-3", changedAt: "2026-01-01T00:00:00Z", name: "Before", venue: "Hall" },
    { id: "c3", showId: "show-3", changedAt: "2026-01-03T00:00:00Z", name: "After" },
    { id: "c2", showId: "show-3", changedAt: "2026-01-02T00:00:00Z", deleted: true },
  ]);
  const refused = await gateway.send("ticketing_shows", tenant, [
    { id: "c8", showId: "show-1", changedAt: "2026-01-04T00:00:00Z" },
    {
      id: "c9",
      showId: "show-1",
      changedAt: "2026-01-05T00:00:00Z",
      startsAt: "2026-04-01T22:00:00Z",
      endsAt: "2026-04-01T19:00:00Z",
    },
  ]);
  assert.equal(refused.body.data.rejections[0].reason, "endsAt is before startsAt");
  const prices = await gateway.send("ticketing_ticket_types", tenant, [
    { id: "c1", ticketTypeId: "tt-1", changedAt: "2026-01-01T00:00:00Z", priceMinor: 4500, currency: "EUR" },
    { id: "c2", ticketTypeId: "tt-1", changedAt: "2026-01-02T00:00:00Z", priceMinor: -1 },
    { id: "c3", ticketTypeId: "tt-1", changedAt: "2026-01-02T00:00:00Z", currency: "EURO" },
  ]);
  assert.deepEqual(
    prices.body.data.rejections.map(({ reason }: { reason: string }) => reason),
    ['priceMinor is negative: "-1"', 'currency is not a code of ISO 4217: "EURO"'],
  );
  const ask = (sql: string) => readRows(clickHouse, { sql, parameters: { tenant } });
  assert.deepEqual(
    await ask(`SELECT show_id, organizer_id, name, venue, capacity, isNull(starts_at) AS open
      FROM warehouse_shows WHERE tenant_id = {tenant:String} ORDER BY show_id`),
    [
      { show_id: "show-1", organizer_id: "org-aurora", name: "Nights", venue: "", capacity: 200, open: 1 },
      { show_id: "show-3", organizer_id: "", name: "After", venue: "", capacity: null, open: 1 },
    ],
  );
  assert.deepEqual(
    await ask(`SELECT ticket_type_id, price_minor, currency FROM warehouse_ticket_types
      WHERE tenant_id = {tenant:String}`),
    [{ ticket_type_id: "tt-1", price_minor: 4500, currency: "EUR" }],
  );
});

Deno.test("facts of more months than an insert has partitions by default are loaded at once", async () => {
  const account = newTenant("months");
  const monthly = Array.from({ length: 104 }, (_, i) => ({
    ...sale(i),
    kind: "sale",
    occurredAt: new Date(Date.UTC(2001, i * 7, 1)).toISOString(),
    updatedAt: undefined,
  }));
  for (const rows of [monthly.slice(0, 52), monthly.slice(52)]) {
    const { status, body } = await gateway.send("ticketing_sales", account, rows);
    assert.deepEqual([status, body.data.rejected], [200, 0]);
  }
  await refreshView(clickHouse, "warehouse_sales_refresh");
  assert.deepEqual(
    await readRows(clickHouse, {
      sql: "SELECT count() AS rows FROM warehouse_sales FINAL WHERE tenant_id = {account:String}",
      parameters: { account },
    }),
    [{ rows: 104 }],
  );
});
