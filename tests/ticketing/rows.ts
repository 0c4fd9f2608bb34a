// Random rows of ticketing, in all the versions and the disorder in which they are sent.

/** What a row is replaced by: the version with the latest updatedAt; without one it counts from occurredAt. */
interface Version {
  id: string;
  occurredAt: string;
  updatedAt?: string;
}

export interface Event extends Version {
  eventType: string;
  sessionId: string;
  showId: string;
  organizerId: string;
  userId?: string;
  device?: string;
  browser?: string;
  os?: string;
  country?: string;
  city?: string;
}

export interface PageView extends Version {
  visitorId: string;
  sessionId: string;
  url: string;
  showId?: string;
  organizerId?: string;
  durationMs?: number;
}

export interface Sale extends Version {
  kind: "sale" | "refund";
  orderId: string;
  userId: string;
  showId: string;
  organizerId: string;
  ticketTypeId: string;
  quantity: number;
  unitPriceMinor: number;
  feeMinor?: number;
  discountMinor?: number;
  currency: string;
  channel: string;
  refundOf?: string;
  country?: string;
  city?: string;
}

const dayMs = 86_400_000;
const firstMs = Date.parse("2026-03-10T00:00:00Z");
const days = 40;
/** After all that happens. */
const correctedMs = firstMs + 60 * dayMs;

/** Numbers from 0 to below 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_260_310);

function pick<Item>(items: Item[]): Item {
  return items[Math.floor(random() * items.length)];
}

function below(limit: number): number {
  return Math.floor(random() * limit);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function someInstant(): string {
  return instant(firstMs + below(days * dayMs));
}

const organizers = ["north", "south", "west"];
const places = [["DE", "Berlin"], ["DE", "Hamburg"], ["FR", "Paris"], ["GB", "London"], ["JP", ""], []];
const eventTypes = [
  ...Array(12).fill("view"),
  "click",
  "click",
  ...Array(4).fill("add_to_cart"),
  "checkout",
  "checkout",
  "purchase",
  "refund",
  "check_in",
  "share",
  "favorite",
];

/** A show, and the organizer who gives it: one show in twenty rows is under another's name. */
function show() {
  const number = below(12);
  return { showId: `show${number}`, organizerId: organizers[random() < 0.05 ? below(3) : number % 3] };
}

function place() {
  const [country, city] = pick(places);
  return { ...(country && { country }), ...(city && { city }) };
}

export function randomEvent(id: string): Event {
  return {
    id,
    eventType: pick(eventTypes),
    occurredAt: someInstant(),
    sessionId: `s${below(6_000)}`,
    ...show(),
    ...(random() < 0.7 && { userId: `u${below(2_000)}` }),
    ...(random() < 0.9 &&
      { device: pick(["phone", "desktop", "tablet"]), browser: pick(["Safari", "Chrome"]) }),
    ...(random() < 0.8 && { os: pick(["iOS", "Android", "Linux"]) }),
    ...place(),
  };
}

export function randomPageView(id: string): PageView {
  return {
    id,
    occurredAt: someInstant(),
    visitorId: `v${below(500)}`,
    sessionId: `s${below(2_000)}`,
    url: `https://tickets.example${pick(["/", "/shows/gala", "/shows/jazz", "/cart"])}?from=${below(9)}`,
    ...(random() < 0.5 && show()),
    ...(random() < 0.8 && { durationMs: below(60_000) }),
  };
}

/** The lines of an order, most of them of one instant and show, and a refund of some. */
function randomOrder(): Sale[] {
  const order = {
    orderId: `o${crypto.randomUUID()}`,
    userId: `u${below(2_000)}`,
    currency: pick(["EUR", "EUR", "GBP", "JPY"]),
    channel: pick(["web", "app", "box_office"]),
    ...place(),
  };
  const [first, at] = [show(), someInstant()];
  const lines = Array.from({ length: 1 + below(3) }, (): Sale => {
    const where = random() < 0.1 ? show() : first;
    const [quantity, unitPriceMinor] = [1 + below(5), below(20_000)];
    return {
      id: crypto.randomUUID(),
      kind: "sale",
      occurredAt: random() < 0.05 ? someInstant() : at,
      ...order,
      ...where,
      ticketTypeId: `${where.showId}-${pick(["standard", "vip"])}`,
      quantity,
      unitPriceMinor,
      ...(random() < 0.8 && { feeMinor: below(500) }),
      ...(random() < 0.3 && { discountMinor: below(quantity * unitPriceMinor + 1) }),
    };
  });
  const refunds = lines.filter(() => random() < 0.1).map((line): Sale => ({
    ...line,
    id: crypto.randomUUID(),
    kind: "refund",
    occurredAt: instant(Date.parse(line.occurredAt) + below(3 * dayMs)),
    quantity: 1 + below(line.quantity),
    discountMinor: 0,
    refundOf: line.id,
  }));
  return [...lines, ...refunds];
}

/**
 * Of each twenty rows one is sent twice, one is corrected, one is moved to another time, one becomes another row, and one is
 * corrected by a line that does not say so: of these the last one sent holds.
 */
function versionsOf<Row extends Version>(rows: Row[], correct: (row: Row) => Row): Row[] {
  return rows.flatMap((row, i) => {
    const later = (ms: number) => ({ updatedAt: instant(correctedMs + ms) });
    if (i % 20 === 0) return [row, row];
    if (i % 20 === 1) return [row, { ...correct(row), occurredAt: row.occurredAt, ...later(1) }];
    if (i % 20 === 2) return [row, { ...row, occurredAt: someInstant(), ...later(2) }];
    if (i % 20 === 3) return [row, { ...correct(row), ...later(1) }, { ...correct(row), ...later(2) }];
    if (i % 20 === 4) return [row, { ...correct(row), occurredAt: row.occurredAt }];
    return [row];
  });
}

/** In any order: so corrections come before what they correct, and late rows after the ones that follow them. */
export function shuffled<Row>(rows: Row[]): Row[] {
  return rows.map((row) => ({ row, at: random() })).sort((a, b) => a.at - b.at).map(({ row }) => row);
}

export function randomEvents(count: number): Event[] {
  const rows = Array.from({ length: Math.floor(count / 1.25) }, () => randomEvent(crypto.randomUUID()));
  return shuffled(versionsOf(rows, ({ id }) => randomEvent(id)));
}

export function randomPageViews(count: number): PageView[] {
  const rows = Array.from({ length: Math.floor(count / 1.25) }, () => randomPageView(crypto.randomUUID()));
  return shuffled(versionsOf(rows, ({ id }) => randomPageView(id)));
}

export function randomSales(count: number): Sale[] {
  const rows: Sale[] = [];
  while (rows.length < count / 1.25) rows.push(...randomOrder());
  return shuffled(versionsOf(rows, correctSale));
}

/** The line as it is corrected: other tickets at another price, another time. */
function correctSale(line: Sale): Sale {
  const { discountMinor: _, ...rest } = line;
  return { ...rest, quantity: 1 + below(5), unitPriceMinor: below(20_000), occurredAt: someInstant() };
}

/** Later corrections of some rows that are there, and some new ones: what comes after everything was rolled up. */
export function laterVersions<Row extends Version>(rows: Row[], correct: (row: Row) => Row): Row[] {
  const some = rows.filter((_, i) => i % 50 === 0);
  return some.map((row, i) => ({
    ...correct(row),
    id: i % 4 === 0 ? crypto.randomUUID() : row.id,
    updatedAt: instant(correctedMs + 1_000),
  }));
}

export function laterEvents(rows: Event[]): Event[] {
  return laterVersions(rows, ({ id }) => randomEvent(id));
}

export function laterSales(rows: Sale[]): Sale[] {
  return laterVersions(rows, correctSale);
}

/** What holds in the end: the latest version of each id. */
export function latest<Row extends Version>(versions: Row[]): Row[] {
  const byId = new Map<string, Row>();
  const version = (row: Row) => row.updatedAt ?? row.occurredAt;
  for (const row of versions) {
    const other = byId.get(row.id);
    if (!other || version(other) <= version(row)) byId.set(row.id, row);
  }
  return [...byId.values()];
}
