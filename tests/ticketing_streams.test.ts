import assert from "node:assert/strict";
import { createClickHouse, run } from "../src/clickhouse/client.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { refreshView } from "./refresh_view.ts";

// What the streams of ticketing refuse, and why, what they keep although it is odd, and what becomes of corrections.

const clickHouse = createClickHouse(engineOptions());
const queries = await readQueryFiles();
const files = queries.filter(({ path }) => /^sql\/(ticketing\/|rejected\/list)/.test(path));
const gateway = await createGateway({ files });
gateway.setNow(new Date("2026-03-10T12:00:00Z"));
const range = { startDate: "2026-03-01", endDate: "2026-03-10" };

function sale(more: Record<string, unknown> = {}) {
  return {
    id: crypto.randomUUID(),
    kind: "sale",
    orderId: "o1",
    occurredAt: "2026-03-05T10:00:00Z",
    userId: "u1",
    showId: "gala",
    organizerId: "north",
    ticketTypeId: "gala-standard",
    quantity: 2,
    unitPriceMinor: 4500,
    currency: "EUR",
    channel: "web",
    ...more,
  };
}

function event(more: Record<string, unknown> = {}) {
  const id = crypto.randomUUID();
  const what = { eventType: "view", sessionId: "s1", showId: "gala", organizerId: "north" };
  return { id, occurredAt: "2026-03-05T10:00:00Z", ...what, ...more };
}

function pageView(more: Record<string, unknown> = {}) {
  const id = crypto.randomUUID();
  return { id, occurredAt: "2026-03-05T10:00:00Z", visitorId: "v1", sessionId: "s1", url: "/", ...more };
}

async function ask(name: string, tenant: string, parameters: Record<string, unknown> = {}) {
  const { status, body } = await gateway.query(name, tenant, parameters);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

const long = "x".repeat(100_000);
const minor = "a whole number of minor units from 0 to 1000000000000";
const refused: Record<string, [row: Record<string, unknown>, reason: string][]> = {
  ticketing_sales: [
    [sale({ currency: "XXQ" }), 'currency is not a code of ISO 4217: "XXQ"'],
    [sale({ currency: "eur" }), 'currency is not a code of ISO 4217: "eur"'],
    [sale({ currency: undefined }), "currency is missing"],
    [sale({ unitPriceMinor: -1 }), `unitPriceMinor is not ${minor}: "-1"`],
    [sale({ unitPriceMinor: 45.5 }), `unitPriceMinor is not ${minor}: "45.5"`],
    [sale({ feeMinor: -1 }), `feeMinor is not ${minor}: "-1"`],
    [sale({ discountMinor: 9001 }), 'discountMinor is more than the price of the line: "9001"'],
    [
      sale({ quantity: 100_000, unitPriceMinor: 1_000_000_000 }),
      "quantity times unitPriceMinor is more than 1000000000000",
    ],
    [sale({ quantity: 0 }), 'quantity is not a whole number from 1 to 100000: "0"'],
    [sale({ kind: "gift" }), 'kind is unknown: "gift"'],
    [sale({ refundOf: "l1" }), "refundOf is of a refund only"],
    [
      sale({ occurredAt: "1926-03-05T10:00:00Z" }),
      'occurredAt is not in the years 2000 to 2100: "1926-03-05T10:00:00Z"',
    ],
    [
      sale({ occurredAt: "2999-03-05T10:00:00Z" }),
      'occurredAt is not in the years 2000 to 2100: "2999-03-05T10:00:00Z"',
    ],
    [sale({ updatedAt: "soon" }), 'updatedAt is not an ISO 8601 date-time: "soon"'],
    [sale({ orderId: long }), "orderId is longer than 256 bytes"],
  ],
  ticketing_events: [
    [event({ eventType: "glance" }), 'eventType is unknown: "glance"'],
    [event({ showId: undefined }), "showId is missing"],
    [event({ quantity: -1 }), 'quantity is not a whole number from 0 to 100000: "-1"'],
    [event({ city: long }), "city is longer than 256 bytes"],
    [event({ device: { kind: "phone" } }), "device is not a string"],
  ],
  ticketing_page_views: [
    [pageView({ url: `https://tickets.example/${long}` }), "url is longer than 4096 bytes"],
    [pageView({ referrer: `https://mail.example/${long}` }), "referrer is longer than 4096 bytes"],
    [pageView({ visitorId: undefined }), "visitorId is missing"],
    [pageView({ durationMs: 0.5 }), 'durationMs is not a whole number from 0 to 4294967295: "0.5"'],
  ],
};

for (const [stream, cases] of Object.entries(refused)) {
  Deno.test(`${stream} refuses what is wrong with a reason, and keeps the line as a dead letter`, async () => {
    const tenant = newTenant();
    const good = {
      ticketing_sales: sale,
      ticketing_events: event,
      ticketing_page_views: pageView,
    }[stream]!();
    const { status, body } = await gateway.send(stream, tenant, [...cases.map(([row]) => row), good]);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.data.accepted, body.data.rejected], [1, cases.length]);
    assert.deepEqual(
      body.data.rejections.map(({ reason }: { reason: string }) => reason),
      cases.map(([, reason]) => reason),
    );
    const letters = await ask("rejected", tenant, { stream, pageSize: 100 });
    assert.deepEqual(
      new Map(letters.map(({ lineNumber, reason }: Record<string, unknown>) => [lineNumber, reason])),
      new Map(cases.map(([, reason], i) => [i + 1, reason])),
    );
  });
}

Deno.test("a page view of 100 KB that says nothing too long is kept", async () => {
  const tenant = newTenant();
  const { body } = await gateway.send("ticketing_page_views", tenant, [pageView({ id: "p1", note: long })]);
  assert.deepEqual([body.data.accepted, body.data.rejected], [1, 0]);
  assert.deepEqual((await ask("ticketing/page-views", tenant, range)).map(({ id }: { id: string }) => id), [
    "p1",
  ]);
});

Deno.test("what no line can tell is kept: a refund over its sale, one of no sale, an unknown ticket type", async () => {
  const tenant = newTenant();
  const lines = [
    sale({ id: "l1", quantity: 1, ticketTypeId: "nobody-knows-it" }),
    sale({ id: "r1", kind: "refund", refundOf: "l1", quantity: 3, occurredAt: "2026-03-06T10:00:00Z" }),
    sale({ id: "r2", kind: "refund", refundOf: "l9", quantity: 1, occurredAt: "2026-03-06T11:00:00Z" }),
  ];
  const { body } = await gateway.send("ticketing_sales", tenant, lines);
  assert.deepEqual([body.data.accepted, body.data.rejected], [3, 0]);
  // 4500 sold, 3 * 4500 + 4500 given back
  const [day5, day6] = await ask("ticketing/revenue", tenant, range);
  assert.deepEqual([day5.grossMinor, day5.netMinor, day6.refundMinor, day6.netMinor], [
    4500,
    4500,
    18_000,
    -18_000,
  ]);
  const [show] = await ask("ticketing/shows/performance", tenant, range);
  assert.deepEqual([show.ticketsSold, show.ticketsRefunded, show.refundRate], [1, 4, 400]);
});

Deno.test("a line that comes again in another request, and in any order with its corrections, counts once", async () => {
  const tenant = newTenant();
  const first = sale({ id: "l1" });
  const moved = {
    ...first,
    quantity: 3,
    occurredAt: "2026-03-07T10:00:00Z",
    updatedAt: "2026-03-08T10:00:00Z",
  };
  const back = { ...first, quantity: 4, updatedAt: "2026-03-09T10:00:00Z" };
  const steps: [rows: unknown[], id: string, quantity: number, day: string][] = [
    [[moved], "l1", 3, "2026-03-07"],
    [[first], "l1", 3, "2026-03-07"],
    [[back, first], "l1", 4, "2026-03-05"],
    [[moved], "l1", 4, "2026-03-05"],
    // without updatedAt the last one of a version holds, and it is older than what was corrected
    [[{ ...first, quantity: 9 }], "l1", 4, "2026-03-05"],
  ];
  for (const [rows, id, quantity, day] of steps) {
    await gateway.send("ticketing_sales", tenant, rows);
    const [listed, sold] = await Promise.all(
      ["sales", "revenue"].map((name) => ask(`ticketing/${name}`, tenant, range)),
    );
    assert.deepEqual(
      // deno-lint-ignore no-explicit-any -- as free as JSON
      listed.map((line: any) => [line.id, line.quantity, line.occurredAt.slice(0, 10)]),
      [[id, quantity, day]],
    );
    // deno-lint-ignore no-explicit-any -- as free as JSON
    assert.deepEqual(sold.map((row: any) => [row.bucket, row.grossMinor]), [[day, quantity * 4500]]);
  }
});

Deno.test("a line that comes again with other amounts replaces the one before it in every answer, also without updatedAt", async () => {
  const tenant = newTenant();
  const [line, seen, page] = [sale, event, pageView].map((make) =>
    make({ id: "x1", occurredAt: "2026-03-10T11:30:00Z" })
  );
  // the second one comes in a request of its own, the last two in one
  for (const versions of [[{ quantity: 2 }], [{ quantity: 5 }], [{ quantity: 7 }, { quantity: 3 }]]) {
    await gateway.send("ticketing_sales", tenant, versions.map((version) => ({ ...line, ...version })));
  }
  await gateway.send("ticketing_events", tenant, [seen]);
  await gateway.send("ticketing_events", tenant, [
    { ...seen, eventType: "click" },
    { ...seen, eventType: "purchase" },
  ]);
  await gateway.send("ticketing_page_views", tenant, [page]);
  await gateway.send("ticketing_page_views", tenant, [{ ...page, url: "/gala" }, { ...page, url: "/cart" }]);

  const money = { grossMinor: 13_500, discountMinor: 0, refundMinor: 0, feeMinor: 0, netMinor: 13_500 };
  const sold = { orders: 1, ticketsSold: 3, revenue: [{ currency: "EUR", ...money }] };
  const expected: Record<string, Record<string, unknown>> = {
    "hourly": { views: 0, clicks: 0, purchases: 1, total: 1 },
    "organizers/daily": { views: 0, purchases: 1, ...sold },
    "shows/performance": { views: 0, purchases: 1, ...sold },
    "geography": { events: 1, purchases: 1, ...sold },
    "devices": { events: 1, purchases: 1 },
    "revenue": { orders: 1, ticketsSold: 3, ...money },
    "sales": { id: "x1", quantity: 3, amountMinor: 13_500 },
    "page-views": { id: "x1", path: "/cart" },
    "page-views/pages": { path: "/cart", views: 1, visitors: 1 },
    "realtime": { activeUsers: 1, revenue: sold.revenue },
    "funnel": { totalUsers: 0 },
  };
  const hour = { startDate: "2026-03-10T11:00:00Z", endDate: "2026-03-10T12:00:00Z" };
  await Promise.all(
    Object.entries(expected).map(async ([name, row]) => {
      const told = await ask(`ticketing/${name}`, tenant, name === "realtime" ? {} : hour);
      const rows: Record<string, unknown>[] = [told].flat();
      const keys = Object.keys(row);
      assert.deepEqual(
        rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]]))),
        [row],
        name,
      );
    }),
  );
});

Deno.test("two requests of one instant that bring versions of a line do not see each other: a minute later they do", async () => {
  const tenant = newTenant();
  const first = sale({ id: "l1" });
  await gateway.send("ticketing_sales", tenant, [
    { ...first, occurredAt: "2026-03-07T10:00:00Z", updatedAt: "2026-03-08T10:00:00Z" },
  ]);
  // what the other request stores, without the view that looks for corrections
  await run(clickHouse, {
    sql:
      `INSERT INTO ticketing_sales (tenant_id, id, kind, occurred_at, quantity, unit_price_minor, currency, updated_at)
          VALUES ({tenant:String}, 'l1', 'sale', '2026-03-05 10:00:00', 2, 4500, 'EUR', '2026-03-05 10:00:00')`,
    parameters: { tenant },
  });
  await refreshView(clickHouse, "ticketing_sales_moved_refresh");
  const listed = await ask("ticketing/sales", tenant, range);
  assert.deepEqual(listed.map(({ occurredAt }: { occurredAt: string }) => occurredAt), [
    "2026-03-07T10:00:00.000Z",
  ]);
});

Deno.test("sampled page views are estimated without bias, within the errors that are told", async () => {
  const tenant = newTenant();
  await run(clickHouse, {
    sql: `INSERT INTO sampling_rules (tenant_id, stream, pattern, valid_from, share)
          VALUES ({tenant:String}, 'ticketing_page_views', '/shows/%', '2026-03-02 00:00:00', 0.2)`,
    parameters: { tenant },
  });
  // 30 shows, each of 300 visitors of its own, of which the first looks at it once, the second twice, up to four times
  const shows = Array.from({ length: 30 }, (_, i) => `/shows/${i}`);
  const rows = shows.flatMap((path) =>
    Array.from(
      { length: 300 },
      (_, visitor) =>
        Array.from({ length: 1 + visitor % 4 }, (_, look) =>
          pageView({
            id: `${path} ${visitor} ${look}`,
            visitorId: `${path} ${visitor}`,
            url: `https://tickets.example${path}?look=${look}`,
          })),
    ).flat()
  );
  const views = 300 / 4 * (1 + 2 + 3 + 4);
  const whole = [
    pageView({ id: "before", url: "/shows/0", occurredAt: "2026-03-01T10:00:00Z" }),
    pageView({ id: "home" }),
  ];
  for (let sent = 0; sent < rows.length; sent += 8_000) {
    // the first lines come again: they are judged alike
    const again = rows.slice(0, 500);
    const { body } = await gateway.send("ticketing_page_views", tenant, [
      ...rows.slice(sent, sent + 8_000),
      ...again,
      ...whole,
    ]);
    assert.equal(body.data.rejected, 0);
  }
  const sampled = { ...range, startDate: "2026-03-02" };
  // deno-lint-ignore no-explicit-any -- as free as JSON
  const pages: any[] = await ask("ticketing/page-views/pages", tenant, sampled);
  const estimates = pages.filter(({ path }) => path !== "/");
  assert.equal(estimates.length, 30);
  // deviations in standard errors: of 30 their mean lies within three times 1 / √30, and their spread is about one
  for (
    const [key, error, truth] of [["views", "viewsError", views], ["visitors", "visitorsError", 300]] as const
  ) {
    const z = estimates.map((page) => (page[key] - truth) / page[error]);
    const mean = z.reduce((sum, each) => sum + each, 0) / z.length;
    const spread = Math.sqrt(z.reduce((sum, each) => sum + each ** 2, 0) / z.length);
    assert.ok(Math.abs(mean) < 3 / Math.sqrt(30), `${key}: the mean deviation is ${mean} errors`);
    assert.ok(spread > 0.6 && spread < 1.4, `${key}: deviations spread by ${spread} errors`);
  }
  const home = pages.find(({ path }) => path === "/");
  assert.deepEqual([home.views, home.viewsError], [1, 0], "what no rule names is kept whole");

  // the list has the rows that were kept, each with its weight, and all rows of each visitor
  // deno-lint-ignore no-explicit-any -- as free as JSON
  const listed: any[] = [];
  for (let page = 1; listed.length % 1000 === 0; page++) {
    listed.push(...await ask("ticketing/page-views", tenant, { ...range, page, pageSize: 1000 }));
  }
  const kept = listed.filter(({ weight }) => weight !== 1);
  assert.ok(kept.every(({ weight }) => weight === 5));
  assert.deepEqual(listed.filter(({ weight }) => weight === 1).map(({ id }) => id).sort(), [
    "before",
    "home",
  ]);
  assert.equal(kept.length * 5, estimates.reduce((sum, page) => sum + page.views, 0));
  const looks = Map.groupBy(kept, ({ visitorId }) => visitorId);
  for (const [visitor, theirs] of looks) assert.equal(theirs.length, 1 + Number(visitor.split(" ")[1]) % 4);
});

Deno.test("an answer about the last hours is at most five seconds old", async () => {
  const tenant = newTenant();
  const realtime = files.filter(({ path }) => path === "sql/ticketing/realtime.sql");
  const cached = await createGateway({ files: realtime, cacheBytes: 1_048_576 });
  const start = Date.parse("2026-03-10T12:00:00Z");
  const ask = async (ms: number) => {
    cached.setNow(new Date(start + ms));
    const { headers, body } = await cached.query("ticketing/realtime", tenant);
    return [
      headers.get("cache-status")!.replace(/^sluice; |;? ?(ttl|stored).*/g, ""),
      body.data.totals.views,
    ];
  };
  assert.deepEqual(await ask(0), ["fwd=miss", 0]);
  assert.deepEqual(await ask(900), ["hit", 0]);
  await cached.send("ticketing_events", tenant, [event({ occurredAt: "2026-03-10T12:00:00Z" })]);
  const [how, views] = await ask(5_000);
  assert.match(how, /^fwd=(stale|miss)$/);
  assert.equal(views, 1);
});
