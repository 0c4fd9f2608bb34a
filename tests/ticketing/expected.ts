import type { Event, PageView, Sale } from "./rows.ts";

// What the endpoints of ticketing must answer, worked out from the latest versions of rows by plain loops.

/** What an endpoint is asked. */
export interface Asked {
  startDate: string;
  endDate: string;
  timezone?: string;
  organizerId?: string;
}

const hourMs = 3_600_000;
const quarterMs = 900_000;

/** What a zone's clock shows in a quarter of an hour: its day, and how many minutes it is ahead of UTC. */
interface Quarter {
  day: string;
  offsetMinutes: number;
}

const zones = new Map<string, (ms: number) => Quarter>();

/** The clock of a zone. No zone changes its clocks, nor begins a day, within a quarter of an hour of UTC. */
function clockOf(timezone: string): (ms: number) => Quarter {
  const known = zones.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const quarters = new Map<number, Quarter>();
  const clock = (ms: number) => {
    const start = ms - ms % quarterMs;
    let quarter = quarters.get(start);
    if (!quarter) {
      const text = format.format(start);
      const local = Date.parse(`${text.replace(" ", "T")}Z`);
      quarter = { day: text.slice(0, 10), offsetMinutes: (local - start) / 60_000 };
      quarters.set(start, quarter);
    }
    return quarter;
  };
  zones.set(timezone, clock);
  return clock;
}

/** The day of an instant on the calendars of a zone. */
function dayIn(timezone: string, ms: number): string {
  return clockOf(timezone)(ms).day;
}

/** The first instant of the hour of the zone's clock. */
function hourIn(timezone: string, ms: number): number {
  const local = ms + clockOf(timezone)(ms).offsetMinutes * 60_000;
  return ms - (local % hourMs);
}

/** The first day of the week or month. */
function bucketOf(day: string, granularity: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (granularity === "week") date.setUTCDate(date.getUTCDate() - (date.getUTCDay() + 6) % 7);
  if (granularity === "month") date.setUTCDate(1);
  return date.toISOString().slice(0, 10);
}

const ranges = new WeakMap<object, Map<string, unknown[]>>();

/** The rows that lie in the range: whole days of the zone, or from an instant to another. They are looked for once. */
function inRange<Row extends { occurredAt: string; organizerId?: string }>(rows: Row[], asked: Asked): Row[] {
  const { startDate, endDate, timezone = "UTC", organizerId } = asked;
  const key = [startDate, endDate, timezone, organizerId].join();
  const known = ranges.get(rows) ?? new Map<string, unknown[]>();
  ranges.set(rows, known);
  const found = known.get(key) as Row[] | undefined;
  if (found) return found;
  const byDay = startDate.length === 10;
  const within = rows.filter((row) => {
    if (organizerId !== undefined && row.organizerId !== organizerId) return false;
    if (!byDay) return row.occurredAt >= startDate && row.occurredAt < endDate;
    const day = dayIn(timezone, Date.parse(row.occurredAt));
    return day >= startDate && day <= endDate;
  });
  known.set(key, within);
  return within;
}

function grouped<Item>(items: Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** A share in percent with two decimals, rounded half up. */
function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 20_000 + whole) / (whole * 2)) / 100;
}

/** How many events of each type there are. */
function typesOf(events: Event[]): (type: string) => number {
  const counts = new Map<string, number>();
  for (const { eventType } of events) counts.set(eventType, (counts.get(eventType) ?? 0) + 1);
  return (type) => counts.get(type) ?? 0;
}

function countsOf(events: Event[]) {
  const of = typesOf(events);
  return {
    views: of("view"),
    addsToCart: of("add_to_cart"),
    checkouts: of("checkout"),
    purchases: of("purchase"),
    checkIns: of("check_in"),
  };
}

/** Amounts of sales of one currency. */
function amountsOf(sales: Sale[]) {
  let [grossMinor, discountMinor, refundMinor, feeMinor] = [0, 0, 0, 0];
  for (const line of sales) {
    const [gross, discount, fee] = [
      line.quantity * line.unitPriceMinor,
      line.discountMinor ?? 0,
      line.feeMinor ?? 0,
    ];
    if (line.kind === "sale") {
      grossMinor += gross;
      discountMinor += discount;
      feeMinor += fee;
    } else {
      refundMinor += gross - discount;
      feeMinor -= fee;
    }
  }
  const netMinor = grossMinor - discountMinor - refundMinor - feeMinor;
  return { grossMinor, discountMinor, refundMinor, feeMinor, netMinor };
}

/** Orders and tickets; an order counts once for each value of `once`. */
function soldOf(sales: Sale[], once: (line: Sale) => string) {
  const sold = sales.filter(({ kind }) => kind === "sale");
  const sum = (lines: Sale[]) => lines.reduce((tickets, { quantity }) => tickets + quantity, 0);
  return {
    orders: new Set(sold.map((line) => `${once(line)} ${line.currency} ${line.orderId}`)).size,
    ticketsSold: sum(sold),
    ticketsRefunded: sum(sales.filter(({ kind }) => kind === "refund")),
  };
}

function revenueOf(sales: Sale[]) {
  return [...grouped(sales, ({ currency }) => currency)].sort().map(([currency, lines]) => ({
    currency,
    ...amountsOf(lines),
  }));
}

const hourOf = ({ occurredAt }: Sale) => occurredAt.slice(0, 13);
const dayOf = ({ occurredAt }: Sale) => occurredAt.slice(0, 10);

/** By the start of each hour that has events. */
export function hourly(events: Event[], asked: Asked) {
  const timezone = asked.timezone ?? "UTC";
  const hours = grouped(
    inRange(events, asked),
    ({ occurredAt }) => String(hourIn(timezone, Date.parse(occurredAt))),
  );
  return new Map(
    [...hours].map(([hour, rows]) => {
      const of = typesOf(rows);
      return [Number(hour), {
        ...countsOf(rows),
        clicks: of("click"),
        refunds: of("refund"),
        shares: of("share"),
        favorites: of("favorite"),
        total: rows.length,
      }];
    }),
  );
}

export function organizersDaily(events: Event[], sales: Sale[], asked: Asked) {
  const timezone = asked.timezone ?? "UTC";
  const key = (row: Event | Sale) => `${dayIn(timezone, Date.parse(row.occurredAt))} ${row.organizerId}`;
  const [eventsBy, salesBy] = [grouped(inRange(events, asked), key), grouped(inRange(sales, asked), key)];
  return [...new Set([...eventsBy.keys(), ...salesBy.keys()])].sort().map((name) => {
    const [day, organizerId] = name.split(" ");
    const [counts, sold] = [countsOf(eventsBy.get(name) ?? []), salesBy.get(name) ?? []];
    return {
      day,
      organizerId,
      ...counts,
      conversionRate: percentOf(counts.purchases, counts.views),
      ...soldOf(sold, (line) => `${hourOf(line)} ${line.showId}`),
      revenue: revenueOf(sold),
    };
  });
}

export function showsPerformance(events: Event[], sales: Sale[], asked: Asked) {
  const key = (row: Event | Sale) => `${row.showId} ${row.organizerId}`;
  const [eventsBy, salesBy] = [grouped(inRange(events, asked), key), grouped(inRange(sales, asked), key)];
  return [...new Set([...eventsBy.keys(), ...salesBy.keys()])].map((name) => {
    const [showId, organizerId] = name.split(" ");
    const [counts, lines] = [countsOf(eventsBy.get(name) ?? []), salesBy.get(name) ?? []];
    const sold = soldOf(lines, hourOf);
    return {
      showId,
      organizerId,
      name: "",
      startsAt: null,
      capacity: null,
      sellThrough: null,
      ...counts,
      cartRate: percentOf(counts.addsToCart, counts.views),
      purchaseRate: percentOf(counts.purchases, counts.addsToCart),
      refundRate: percentOf(sold.ticketsRefunded, sold.ticketsSold),
      ...sold,
      revenue: revenueOf(lines),
    };
  }).sort((a, b) =>
    b.ticketsSold - a.ticketsSold || b.views - a.views ||
    (`${a.showId} ${a.organizerId}` < `${b.showId} ${b.organizerId}` ? -1 : 1)
  );
}

export function geography(events: Event[], sales: Sale[], asked: Asked & { by: string }) {
  const key = ({ country = "", city = "" }: Event | Sale) => `${country}|${asked.by === "city" ? city : ""}`;
  const [eventsBy, salesBy] = [grouped(inRange(events, asked), key), grouped(inRange(sales, asked), key)];
  return [...new Set([...eventsBy.keys(), ...salesBy.keys()])].map((name) => {
    const [country, city] = name.split("|");
    const [rows, lines] = [eventsBy.get(name) ?? [], salesBy.get(name) ?? []];
    const counts = countsOf(rows);
    return {
      country,
      city,
      events: rows.length,
      ...counts,
      conversionRate: percentOf(counts.purchases, counts.views),
      ...soldOf(lines, (line) => `${dayOf(line)} ${line.organizerId} ${line.city ?? ""}`),
      revenue: revenueOf(lines),
    };
  }).sort((a, b) => b.events - a.events || b.ticketsSold - a.ticketsSold || (a.country < b.country ? -1 : 1));
}

export function devices(events: Event[], asked: Asked & { by: "device" | "browser" | "os" }) {
  const rows = inRange(events, asked);
  return [...grouped(rows, (event) => event[asked.by] ?? "")].map(([name, group]) => {
    const counts = countsOf(group);
    return {
      name,
      events: group.length,
      share: percentOf(group.length, rows.length),
      ...counts,
      conversionRate: percentOf(counts.purchases, counts.views),
    };
  }).sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
}

export function revenue(sales: Sale[], asked: Asked & { granularity: string }) {
  const timezone = asked.timezone ?? "UTC";
  const key = (line: Sale) =>
    `${
      bucketOf(dayIn(timezone, Date.parse(line.occurredAt)), asked.granularity)
    } ${line.currency} ${line.channel}`;
  return [...grouped(inRange(sales, asked), key)].sort().map(([name, lines]) => {
    const [bucket, currency, channel] = name.split(" ");
    return {
      bucket,
      currency,
      channel,
      ...soldOf(lines, (line) => `${hourOf(line)} ${line.organizerId}`),
      ...amountsOf(lines),
    };
  });
}

/** How many users reach each stage: from each entry the earliest later stages are taken, which lead farthest. */
export function funnel(events: Event[], asked: Asked & { stages: string[]; window: number }): number[] {
  const entries = new Set(inRange(events, asked));
  const users = grouped(
    events.filter(({ eventType }) => asked.stages.includes(eventType)),
    ({ userId, sessionId }) => userId ?? `session ${sessionId}`,
  );
  const reaching = asked.stages.map(() => 0);
  for (const steps of users.values()) {
    const sorted = steps.map((event) => ({
      event,
      at: Date.parse(event.occurredAt),
      place: asked.stages.indexOf(event.eventType),
    })).sort((a, b) => a.at - b.at || a.place - b.place);
    let farthest = 0;
    sorted.forEach(({ event, at, place }, from) => {
      if (place !== 0 || !entries.has(event)) return;
      let reached = 1;
      for (const step of sorted.slice(from + 1)) {
        if (step.at > at + asked.window * 60_000) break;
        if (step.place === reached) reached += 1;
      }
      farthest = Math.max(farthest, reached);
    });
    for (let place = 0; place < farthest; place++) reaching[place] += 1;
  }
  return reaching;
}

/** The buckets of five minutes that have something, by their starts. */
export function realtime(events: Event[], sales: Sale[], start: string, end: string) {
  const within = ({ occurredAt }: Event | Sale) => occurredAt >= start && occurredAt <= end;
  const bucket = ({ occurredAt }: Event | Sale) =>
    new Date(Math.floor(Date.parse(occurredAt) / 300_000) * 300_000).toISOString().replace(".000", "");
  const actors = (rows: Event[]) =>
    new Set(rows.map(({ userId, sessionId }) => userId ?? `session ${sessionId}`)).size;
  const [recent, sold] = [events.filter(within), sales.filter(within)];
  const [eventsBy, salesBy] = [grouped(recent, bucket), grouped(sold, bucket)];
  const buckets = [...new Set([...eventsBy.keys(), ...salesBy.keys()])].sort().map((start) => {
    const [rows, lines] = [eventsBy.get(start) ?? [], salesBy.get(start) ?? []];
    const { orders, ticketsSold } = soldOf(lines, () => "");
    return {
      start,
      ...countsOf(rows),
      activeUsers: actors(rows),
      orders,
      ticketsSold,
      revenue: revenueOf(lines),
    };
  });
  return { activeUsers: actors(recent), revenue: revenueOf(sold), buckets };
}

/** The ids of a list, newest first. */
export function listed(rows: (Sale | PageView)[], asked: Asked): string[] {
  return inRange(rows, asked).toSorted((a, b) =>
    a.occurredAt < b.occurredAt ? 1 : a.occurredAt > b.occurredAt ? -1 : a.id < b.id ? -1 : 1
  ).map(({ id }) => id);
}

export function pages(rows: PageView[], asked: Asked) {
  return [...grouped(inRange(rows, asked), ({ url }) => new URL(url).pathname)].map(([path, group]) => {
    const times = group.flatMap(({ durationMs }) => durationMs ?? []);
    return {
      path,
      views: group.length,
      visitors: new Set(group.map(({ visitorId }) => visitorId)).size,
      meanDurationMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    };
  }).sort((a, b) => b.views - a.views || (a.path < b.path ? -1 : 1));
}
