import { createClickHouse, run } from "../../src/clickhouse/client.ts";
import { measure, publishToLog, residentKilobytes, tenants } from "./live.ts";
import type { Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const stalledTenant = "stalled";
const seconds = 20;
/** Of 60 KB: a kernel may take 37 MB for a connection before the gateway notices that nobody reads. */
const longEventsPerSecond = 80;
const publishesPerSecond = 10;

/** 100 streams of 1,000 events a second, beside ten readers who stall, and without them; long events are written in both. */
export async function benchStalled(sides: Sides): Promise<Row[]> {
  const without = await measureBeside(sides, 0);
  const beside = await measureBeside(sides, 10);
  const what = "100 streams beside 10 that stall";
  const { read, sent, grownMegabytes, overflows } = beside;
  return [
    {
      what: `${what}, p95 through the database`,
      unit: "ms",
      ours: [read.p95Ms],
      reference: [without.read.p95Ms],
      goal: { atMost: 300 },
      note:
        `p99 ${read.p99Ms} ms; ${read.events} of ${sent} deliveries came; ${overflows} of 10 were dropped`,
    },
    {
      what: `${what}, memory`,
      unit: "MB",
      ours: [grownMegabytes],
      reference: [without.grownMegabytes],
      goal: { differenceAtMost: 40 },
    },
  ];
}

async function measureBeside(sides: Sides, stalled: number) {
  const url = `${sides.url}/v1/stream/updates`;
  const tokens = await Promise.all(tenants.map((name) => sides.tokenOf(name, "stream")));
  const headers = {
    authorization: `Bearer ${await sides.tokenOf(stalledTenant, "stream")}`,
    accept: "text/event-stream",
    // packed, the same letter over and over would fill no buffer
    "accept-encoding": "identity",
  };
  const bodies = await Promise.all(
    Array.from({ length: stalled }, async () => (await fetch(url, { headers })).body!),
  );
  const log = publishToLog(sides);
  const owner = createClickHouse(sides.target);
  const publishLong = () =>
    run(owner, {
      sql: `INSERT INTO live_events (tenant_id, type, data)
        SELECT '${stalledTenant}', 'metric_updated', concat('"', repeat('x', 60000), '"')
        FROM numbers(${longEventsPerSecond / publishesPerSecond})`,
      settings: { deduplicate_insert_select: "disable" },
    });
  const before = await residentKilobytes(sides.gatewayPid);
  let most = before;
  const measured = await measure(url, tokens, tenants.length, sides.gatewayPid, async () => {
    const underway: Promise<unknown>[] = [];
    let published = 0;
    for (const end = Date.now() + seconds * 1_000; Date.now() < end;) {
      underway.push(log.publish(tenants), publishLong());
      published += tenants.length;
      await new Promise((resolve) => setTimeout(resolve, 1_000 / publishesPerSecond));
      most = Math.max(most, await residentKilobytes(sides.gatewayPid));
    }
    await Promise.all(underway);
    return published;
  });
  const overflows = await overflowsOf(sides);
  await Promise.all(bodies.map((body) => body.cancel().catch(() => {})));
  return { ...measured, grownMegabytes: Math.round((most - before) / 1_000), overflows };
}

/** Streams that were dropped for being slow, or are being dropped. */
async function overflowsOf(sides: Sides): Promise<number> {
  const headers = { authorization: `Bearer ${await sides.tokenOf("operator", "admin")}` };
  const { data } = await (await fetch(`${sides.url}/v1/stream/stats`, { headers })).json();
  return (data.ended.overflow ?? 0) + data.ending;
}
