import { createClickHouse, readRows, run } from "../../src/clickhouse/client.ts";
import { dimensions, fillScores, rollUp } from "./analytics.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const fewEvents = 1_000_000;
const manyEvents = 10_000_000;
const fewScores = 1_000_000;
const manyScores = 10_000_000;
/** Requests of overview in one round, of which the middle one counts. */
const asks = 3;

/** The time of endpoints over 10 million rows against that over 1 million: of distinct counts, and of what adds up. */
export async function benchGrowth({ url, tokenOf, target }: Sides): Promise<Row[]> {
  const clickHouse = createClickHouse(target);

  /** Events of two months for a tenant, four to a message. */
  async function fill(tenantId: string, events: number): Promise<void> {
    await run(clickHouse, {
      sql:
        `INSERT INTO outreach_events (id, tenant_id, event_type, entity_type, entity_id, channel, occurred_at)
        SELECT generateUUIDv4(), '${tenantId}',
          ['message_sent', 'message_delivered', 'message_opened', 'message_clicked'][number % 4 + 1], 'message',
          concat('msg_', toString(intDiv(number, 4))), if(number % 8 < 4, 'email', 'sms'),
          toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number * ${5_000_000 / events}
        FROM numbers(${events})`,
      settings: { insert_deduplicate: 0 },
    });
    const [{ count }] = await readRows<{ count: number }>(clickHouse, {
      sql: "SELECT count() AS count FROM outreach_events WHERE tenant_id = {tenantId:String}",
      parameters: { tenantId },
    });
    if (count !== events) throw new Error(`Expected ${events} events, got ${count}`);
  }

  /** Milliseconds of a request that is computed again, which only an admin may ask for. */
  async function ask(tenantId: string, path: string): Promise<number> {
    const headers = {
      authorization: `Bearer ${await tokenOf(tenantId, "admin")}`,
      "cache-control": "no-cache",
    };
    const start = performance.now();
    const response = await fetch(`${url}/v1/${path}`, { headers });
    const text = await response.text();
    if (!/fwd=bypass/.test(response.headers.get("cache-status") ?? "")) throw new Error(text);
    return performance.now() - start;
  }

  async function overview(tenantId: string): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < asks; i++) {
      times.push(await ask(tenantId, "outreach/overview?startDate=2026-01-01&endDate=2026-02-28"));
    }
    return median(times);
  }

  /** Whole weeks, which the rollup tells; days of partial ones are read score by score. */
  async function trends(tenantId: string): Promise<number> {
    const times: number[] = [];
    for (const dimension of [...dimensions, ...dimensions]) {
      const search = `dimension=${dimension}&granularity=week&startDate=2025-01-06&endDate=2025-12-28`;
      times.push(await ask(tenantId, `analytics/trends?${search}`));
    }
    return median(times);
  }

  await fill("few", fewEvents);
  await fill("many", manyEvents);
  await run(clickHouse, { sql: "OPTIMIZE TABLE outreach_events FINAL" });
  const distinct = await alternate(() => overview("many"), () => overview("few"));
  await fillScores(clickHouse, "analytics_few", fewScores);
  await fillScores(clickHouse, "analytics", manyScores);
  await rollUp(clickHouse);
  const additive = await alternate(() => trends("analytics"), () => trends("analytics_few"));
  return [
    {
      what: "distinct counts over 10 million events, against 1 million",
      unit: "ms",
      ...distinct,
      goal: { ratioAtMost: 4 },
    },
    {
      what: "sums over 10 million scores, against 1 million",
      unit: "ms",
      ...additive,
      goal: { ratioAtMost: 1.2 },
    },
  ];
}
