import assert from "node:assert/strict";
import { createGateway, newTenant } from "./gateway.ts";

// Both attributions over random events (late, early, repeated, undelivered, sent more than once, told of other channels and
// campaigns than those of the sending), against counts made here, event by event.

const gateway = await createGateway();
const tenant = newTenant("attribution");

const types = ["sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"];
const channels = ["email", "sms", "whatsapp", "push"];
const firstMs = Date.parse("2026-03-01T00:00:00Z");
const dayMs = 86_400_000;

interface Event {
  id: string;
  eventType: string;
  entityId: string;
  channel?: string;
  campaignId?: string;
  templateId?: string;
  occurredAt: string;
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

const random = randomFrom(20_261_127);
const below = (count: number) => Math.floor(random() * count);

/** An event of one of 2,000 messages; one in five names something else than the message's own, or nothing. */
function randomEvent(): Event {
  const message = below(2_000);
  const thing = (own: number, count: number) => below(5) ? own % count : below(count + 1);
  const [channel, campaign, template] = [thing(message, 4), thing(message >> 2, 8), thing(message >> 5, 12)];
  return {
    id: crypto.randomUUID(),
    eventType: `message_${types[Math.min(below(7), below(7))]}`,
    entityId: `m${message}`,
    channel: channels[channel],
    campaignId: campaign < 8 ? `c${campaign}` : undefined,
    templateId: template < 12 ? `t${template}` : undefined,
    occurredAt: new Date(firstMs + below(20 * dayMs)).toISOString(),
  };
}

const events = Array.from({ length: 9_000 }, randomEvent);
for (const batch of [events, events.filter((_, i) => i % 10 === 0)]) {
  const { status, body } = await gateway.send("outreach", tenant, batch);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.rejected, 0);
}

interface Range {
  startDate: string;
  endDate: string;
}

/** What counts: an event (or the sending of a message) with the numbers that its message counts in. */
type Counted = Event & { counts: string[] };

function counted({ startDate, endDate }: Range, attribution: string): Counted[] {
  const [start, end] = [Date.parse(startDate), Date.parse(endDate)];
  const typeOf = ({ eventType }: Event) => eventType.slice("message_".length);
  const inRange = events.filter(({ occurredAt }) =>
    Date.parse(occurredAt) >= start && Date.parse(occurredAt) < end
  );
  if (attribution === "event") return inRange.map((event) => ({ ...event, counts: [typeOf(event)] }));
  const outcomes = new Map<string, Set<string>>();
  for (const event of events) {
    if (typeOf(event) === "sent" || Date.parse(event.occurredAt) < start - dayMs) continue;
    const known = outcomes.get(event.entityId) ?? new Set();
    outcomes.set(event.entityId, known.add(typeOf(event)));
  }
  return inRange.filter((event) => typeOf(event) === "sent").map((event) => {
    const known = outcomes.get(event.entityId) ?? new Set();
    const implied = known.has("opened") || known.has("clicked") ? ["delivered"] : [];
    return { ...event, counts: ["sent", ...known, ...implied] };
  });
}

/** Distinct messages in each number. */
function count(rows: Counted[]): Record<string, number> {
  return Object.fromEntries(types.map((type) => [
    type,
    new Set(rows.filter(({ counts }) => counts.includes(type)).map(({ entityId }) => entityId)).size,
  ]));
}

function countBy(rows: Counted[], nameOf: (row: Counted) => string | undefined) {
  const groups = Map.groupBy(rows, nameOf);
  groups.delete(undefined);
  return new Map([...groups].map(([name, group]) => [name as string, count(group)]));
}

/** A share in percent, to two decimals. */
function percent(part: number, whole: number): number | null {
  return whole ? Math.floor((part * 20_000 + whole) / (whole * 2)) / 100 : null;
}

const rates = ({ sent, delivered, opened, clicked, bounced }: Record<string, number>) => ({
  deliveryRate: percent(delivered, sent),
  openRate: percent(opened, delivered),
  clickRate: percent(clicked, delivered),
  bounceRate: percent(bounced, sent),
});

/** The named members of an object. */
function pick(row: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

/** All rates in an answer, however deep. */
function ratesIn(value: unknown): number[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name.endsWith("Rate") ? (each === null ? [] : [each as number]) : ratesIn(each)
  );
}

async function ask(query: string, parameters: Record<string, string>) {
  const { status, body } = await gateway.query(`outreach/${query}`, tenant, parameters);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

const ranges: Range[] = [
  { startDate: "2026-03-01T00:00:00Z", endDate: "2026-03-21T00:00:00Z" },
  { startDate: "2026-03-06T10:17:33.123Z", endDate: "2026-03-09T23:59:59.999Z" },
  { startDate: "2026-03-15T00:00:00Z", endDate: "2026-03-15T06:00:00Z" },
];
const dayOf = ({ occurredAt }: Event) => occurredAt.slice(0, 10);

for (const attribution of ["event", "send"]) {
  for (const range of ranges) {
    const named = `by the time of ${attribution}, from ${range.startDate}`;
    const rows = counted(range, attribution);

    Deno.test(`overview and messages count as event by event, ${named}`, async () => {
      const [overview, messages] = [
        await ask("overview", { ...range, attribution }),
        await ask("messages", { ...range, attribution }),
      ];
      const all = count(rows);
      const rateNames = ["deliveryRate", "openRate", "clickRate", "bounceRate"];
      assert.deepEqual(pick(messages.summary, [...types, ...rateNames]), { ...all, ...rates(all) });
      assert.deepEqual(
        pick(overview.summary, rateNames.slice(0, 3)),
        pick(rates(all), rateNames.slice(0, 3)),
      );
      assert.equal(overview.summary.totalDelivered, all.delivered);
      const byChannel = countBy(rows, ({ channel }) => channel);
      const byDay = countBy(rows, dayOf);
      for (const [answer, width] of [[overview, 4], [messages, 7]] as const) {
        for (const row of answer.byChannel) {
          const expected = byChannel.get(row.channel)!;
          assert.deepEqual(pick(row, types.slice(0, width)), pick(expected, types.slice(0, width)));
          assert.equal(row.openRate, rates(expected).openRate);
        }
        for (const row of answer.trend ?? answer.timeSeries) {
          const expected = byDay.get((row.date ?? row.timestamp).slice(0, 10)) ?? count([]);
          assert.deepEqual(pick(row, types.slice(0, width)), pick(expected, types.slice(0, width)));
        }
      }
    });

    Deno.test(`campaigns and templates count as event by event, ${named}`, async () => {
      for (const channel of [undefined, "sms"]) {
        const parameters = { ...range, attribution, limit: "100", ...(channel ? { channel } : {}) };
        const onChannel = rows.filter((row) => !channel || row.channel === channel);
        const { summary, topCampaigns, timeSeries } = await ask("campaigns", parameters);
        const byCampaign = [...countBy(onChannel, ({ campaignId }) => campaignId)]
          .filter(([, { sent }]) => sent > 0)
          .sort(([a, { sent: m }], [b, { sent: n }]) => n - m || (a < b ? -1 : 1));
        assert.deepEqual(
          topCampaigns,
          byCampaign.map(([campaignId, counts]) => ({
            campaignId,
            name: null,
            sent: counts.sent,
            ...pick(rates(counts), ["openRate", "clickRate"]),
          })),
        );
        const withDelivered = byCampaign.filter(([, { delivered }]) => delivered > 0);
        const sum = withDelivered.reduce((to, [, { opened, delivered }]) => to + 100 * opened / delivered, 0);
        assert.ok(Math.abs(summary.avgOpenRate - sum / withDelivered.length) < 0.0051);
        const byDay = countBy(onChannel.filter(({ campaignId }) => campaignId), dayOf);
        for (const row of timeSeries) {
          const expected = byDay.get(row.timestamp.slice(0, 10)) ?? count([]);
          assert.deepEqual(pick(row, types.slice(0, 4)), pick(expected, types.slice(0, 4)));
        }

        const { topTemplates } = await ask("templates", { ...parameters, minUsage: "1" });
        const byTemplate = [...countBy(onChannel, ({ templateId }) => templateId)]
          .filter(([, { sent }]) => sent > 0)
          .map(([templateId, counts]) => ({
            templateId,
            name: null,
            usageCount: counts.sent,
            openRate: rates(counts).openRate,
            clickRate: rates(counts).clickRate,
          }))
          .sort((a, b) =>
            Number(a.openRate === null) - Number(b.openRate === null) ||
            (b.openRate ?? 0) - (a.openRate ?? 0) || b.usageCount - a.usageCount ||
            (a.templateId < b.templateId ? -1 : 1)
          );
        assert.deepEqual(topTemplates, byTemplate);
      }
    });
  }
}

Deno.test("rates pass 100 % by the time of the event, and none does by that of sending", async () => {
  const highest: Record<string, number> = {};
  for (const attribution of ["event", "send"]) {
    const answers = await Promise.all(
      ["overview", "messages", "campaigns", "templates"].flatMap((query) =>
        ranges.map((range) =>
          ask(query, { ...range, attribution, ...(query === "templates" ? { minUsage: "1" } : {}) })
        )
      ),
    );
    highest[attribution] = Math.max(...ratesIn(answers));
  }
  assert.ok(highest.event > 100, `the highest is ${highest.event}`);
  assert.equal(highest.send, 100);
});

Deno.test("campaigns and templates go by the time of sending, the others by that of the event", async () => {
  const [, range] = ranges;
  for (
    const [query, attribution] of Object.entries({
      overview: "event",
      messages: "event",
      traffic: "event",
      campaigns: "send",
      templates: "send",
      events: "event",
    })
  ) {
    assert.deepEqual(await ask(query, { ...range }), await ask(query, { ...range, attribution }), query);
  }
});

Deno.test("the events behind a campaign's openings by the time of sending are those that were counted", async () => {
  const [, range] = ranges;
  const rows = counted(range, "send").filter(({ campaignId }) => campaignId === "c3");
  const opened = rows.filter(({ counts }) => counts.includes("opened")).map(({ entityId }) => entityId);
  const listed = await ask("events", {
    ...range,
    attribution: "send",
    campaignId: "c3",
    eventType: "message_opened",
    pageSize: "1000",
  });
  const ids = listed.map(({ entityId }: Event) => entityId);
  assert.deepEqual([...new Set(ids)].sort(), [...new Set(opened)].sort());
});
