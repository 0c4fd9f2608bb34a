import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";

// Overview and messages of 20,000 random events (late, repeated, of messages on several channels), against plain uniqExact
// over the events, in ranges with odd edges and in odd zones.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();
const tenant = newTenant("random");

const types = ["sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"];
const channels = ["email", "sms", "whatsapp", "push"];
const firstMs = Date.parse("2026-03-20T00:00:00Z");
const dayMs = 86_400_000;

/** Numbers from 0 to below 1 that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_260_320);
const below = (count: number) => Math.floor(random() * count);

/** An event of one of 3,000 messages; of every fourth message, channels differ and some events have none. */
function randomEvent(): Record<string, unknown> {
  const message = below(3_000);
  const channel = message % 4 ? channels[message % 3] : [...channels, undefined][below(5)];
  return {
    id: crypto.randomUUID(),
    eventType: `message_${types[Math.min(below(7), below(7))]}`,
    entityId: `m${message}`,
    channel,
    // one in three is in the hour of another message's, so that buckets hold more than one
    occurredAt: new Date(firstMs + (below(3) ? below(24 * dayMs) : below(24) * dayMs + below(3_600_000)))
      .toISOString(),
  };
}

const events = Array.from({ length: 20_000 }, randomEvent);
// every tenth is sent again, in another request
for (const batch of [events, events.filter((_, i) => i % 10 === 0)]) {
  for (let i = 0; i < batch.length; i += 5_000) {
    const { status, body } = await gateway.send("outreach", tenant, batch.slice(i, i + 5_000));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.data.rejected, 0);
  }
}

interface Expected {
  channel: string;
  bucket: string;
  isChannel: number;
  isBucket: number;
  counts: number[];
}

/** Distinct messages by type: of the range, of each channel and of each bucket, which `bucket` names as the answer does. */
async function count(bucket: string, { startDate, endDate, timezone }: Record<string, string>) {
  const rows = await readRows<Expected>(clickHouse, {
    sql: `
      SELECT toString(channel) AS channel, ${bucket} AS bucket, grouping(channel) = 0 AS isChannel, grouping(bucket) = 0 AS isBucket,
        [${
      types.map((type) => `uniqExactIf(entity_id, event_type = 'message_${type}')`).join(", ")
    }] AS counts
      FROM outreach_events
      WHERE tenant_id = {tenant:String}
        AND occurred_at >= parseDateTime64BestEffort({startDate:String}, 3, 'UTC')
        AND occurred_at < parseDateTime64BestEffort({endDate:String}, 3, 'UTC')
      GROUP BY GROUPING SETS ((), (channel), (bucket))
      ORDER BY bucket`,
    parameters: { tenant, startDate, endDate, timezone },
  });
  return {
    total: rows.find(({ isChannel, isBucket }) => !Number(isChannel) && !Number(isBucket))!.counts.map(
      Number,
    ),
    byChannel: new Map(
      rows.filter(({ isChannel, channel }) => Number(isChannel) && channel !== "")
        .map(({ channel, counts }) => [channel, counts.map(Number)]),
    ),
    byBucket: new Map(
      rows.filter(({ isBucket }) => Number(isBucket)).map((
        { bucket, counts },
      ) => [bucket, counts.map(Number)]),
    ),
  };
}

const ranges = [
  { startDate: "2026-03-20T00:00:00Z", endDate: "2026-04-13T00:00:00Z" },
  { startDate: "2026-03-22T10:17:33.123Z", endDate: "2026-04-09T23:59:59.999Z" },
  { startDate: "2026-04-04T14:45:00.001Z", endDate: "2026-04-05T15:14:59.500Z" },
  { startDate: "2026-03-25T05:00:00Z", endDate: "2026-03-25T05:00:00.001Z" },
];
const zones = [
  "UTC",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Europe/Berlin",
  "Pacific/Chatham",
];

/** The named numbers of an answer's object, in the order of the types. */
function numbers(row: Record<string, number>, names: string[]): number[] {
  return names.map((name) => row[name]);
}

/** Compares what is listed with what is expected; what is listed beyond it must be zeros. */
function assertListed(
  listed: [string, number[]][],
  expected: Map<string, number[]>,
  width: number,
  what: string,
): void {
  const names = new Set(listed.map(([name]) => name));
  assert.equal(names.size, listed.length, `${what} lists something twice`);
  for (const name of expected.keys()) {
    if (expected.get(name)!.slice(0, width).some((n) => n > 0)) {
      assert.ok(names.has(name), `${what} lacks ${name}`);
    }
  }
  for (const [name, counts] of listed) {
    assert.deepEqual(counts, (expected.get(name) ?? Array(7).fill(0)).slice(0, width), `${what}, ${name}`);
  }
}

for (const timezone of zones) {
  Deno.test(`overview counts random events as uniqExact does, in ${timezone}`, async () => {
    for (const range of ranges) {
      const what = `${range.startDate} to ${range.endDate}`;
      const expected = await count("formatDateTime(occurred_at, '%Y-%m-%d', {timezone:String})", {
        ...range,
        timezone,
      });
      const { status, body } = await gateway.query("outreach/overview", tenant, { ...range, timezone });
      assert.equal(status, 200, JSON.stringify(body));
      const { summary, byChannel, trend } = body.data;
      const names = ["totalMessagesSent", "totalDelivered", "totalOpened", "totalClicked"];
      assert.deepEqual(numbers(summary, names), expected.total.slice(0, 4), what);
      const rowOf = (row: Record<string, number>) => numbers(row, types.slice(0, 4));
      assertListed(byChannel.map((row: never) => [row["channel"], rowOf(row)]), expected.byChannel, 4, what);
      assertListed(trend.map((row: never) => [row["date"], rowOf(row)]), expected.byBucket, 4, what);
    }
  });

  Deno.test(`messages counts random events as uniqExact does, in ${timezone}`, async () => {
    const buckets = {
      // the local hour and its offset, since autumn repeats an hour
      hour:
        "concat(formatDateTime(occurred_at, '%Y-%m-%dT%H', {timezone:String}), utc_offset(occurred_at, {timezone:String}))",
      day: "formatDateTime(occurred_at, '%Y-%m-%d', {timezone:String})",
      week: "toString(toMonday(toDate(occurred_at, {timezone:String})))",
      month: "formatDateTime(occurred_at, '%Y-%m', {timezone:String})",
    };
    const lengths = { hour: 13, day: 10, week: 10, month: 7 };
    for (const range of ranges) {
      for (const granularity of ["hour", "day", "week", "month"] as const) {
        // there the clocks change in the middle of an hour, which then has two offsets
        const isOdd = ["Australia/Lord_Howe", "Pacific/Chatham"].includes(timezone);
        if (granularity === "hour" && isOdd) continue;
        const what = `${granularity}s of ${range.startDate} to ${range.endDate}`;
        const expected = await count(buckets[granularity], { ...range, timezone });
        const { status, body } = await gateway.query("outreach/messages", tenant, {
          ...range,
          timezone,
          granularity,
        });
        assert.equal(status, 200, JSON.stringify(body));
        const { summary, byChannel, timeSeries } = body.data;
        assert.deepEqual(numbers(summary, types), expected.total, what);
        const rowOf = (row: Record<string, number>) => numbers(row, types);
        assertListed(
          byChannel.map((row: never) => [row["channel"], rowOf(row)]),
          expected.byChannel,
          7,
          what,
        );
        const nameOf = (timestamp: string) =>
          timestamp.slice(0, lengths[granularity]) +
          (granularity === "hour" ? timestamp.slice(19) : "");
        assertListed(
          timeSeries.map((row: never) => [nameOf(row["timestamp"]), rowOf(row)]),
          expected.byBucket,
          7,
          what,
        );
      }
    }
  });
}
