import { type ClickHouse, readRows } from "../../src/clickhouse/client.ts";
import type { Row } from "./rounds.ts";

const eventsPerSecond = 1_000;
/** Of 20 seconds; more are sent until these are there, since the last batch of all waits to be full. */
const events = 20 * eventsPerSecond;
const sendEveryMs = 10;
const lookEveryMs = 20;
/** The table has all of them within so long, or the measuring fails. */
const patienceMs = 80_000;

/** Sends these events of the tenant `lag`, in order. */
type Send = (lines: string[]) => void | Promise<void>;

/** How long events are on their way from a broker's client to a reader of the table, when 1,000 a second are sent evenly. */
export async function measureLag(what: string, clickHouse: ClickHouse, send: Send): Promise<Row> {
  const sentAt: number[] = [];
  const lateMs: number[] = [];
  const begin = performance.now();
  const end = begin + patienceMs;
  const sending = (async () => {
    while (lateMs.length < events && performance.now() < end) {
      const due = Math.floor((performance.now() - begin) / 1_000 * eventsPerSecond) - sentAt.length;
      await send(Array.from({ length: due }, () => makeEvent(sentAt.push(Date.now()) - 1, sentAt.at(-1)!)));
      await new Promise((resolve) => setTimeout(resolve, sendEveryMs));
    }
  })();
  while (lateMs.length < events) {
    if (performance.now() > end) throw new Error(`${lateMs.length} of ${sentAt.length} events are there`);
    const count = await countEvents(clickHouse);
    const now = Date.now();
    while (lateMs.length < Math.min(count, events)) lateMs.push(now - sentAt[lateMs.length]);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  await sending;
  lateMs.sort((a, b) => a - b);
  const at = (share: number) => lateMs[Math.floor(share * lateMs.length)];
  return {
    what: `${what}, 1,000 events/s, p95 until they can be read`,
    unit: "ms",
    ours: [at(0.95)],
    goal: {},
    note: `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  };
}

/** Events land in the order in which they were sent, so that their number tells which are there. */
async function countEvents(clickHouse: ClickHouse): Promise<number> {
  const sql = "SELECT toUInt32(count()) AS n FROM outreach_events WHERE tenant_id = 'lag'";
  return (await readRows<{ n: number }>(clickHouse, { sql }))[0].n;
}

function makeEvent(n: number, at: number): string {
  return JSON.stringify({
    id: `00000000-0000-4000-9000-${n.toString(16).padStart(12, "0")}`,
    eventType: "message_sent",
    entityId: `msg_lag_${n}`,
    channel: "email",
    contactId: `ct_${n % 20_000}`,
    sourceType: "campaign",
    sourceId: `cmp_${n % 40}`,
    metadata: { name: `Campaign ${n % 40}` },
    occurredAt: new Date(at).toISOString(),
  });
}
