import { createClickHouse, readRows, run } from "../../src/clickhouse/client.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const fewEvents = 1_000_000;
const manyEvents = 10_000_000;
/** Requests of one round, of which the middle one counts. */
const asks = 3;

/** The time of an endpoint of distinct counts over 10 million events against that over 1 million. */
export async function benchGrowth({ url, tokenOf, target }: Sides): Promise<Row> {
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

  /** Milliseconds of a request that is computed anew, which only an admin may ask for. */
  async function ask(tenantId: string): Promise<number> {
    const headers = {
      authorization: `Bearer ${await tokenOf(tenantId, "admin")}`,
      "cache-control": "no-cache",
    };
    const times: number[] = [];
    for (let i = 0; i < asks; i++) {
      const start = performance.now();
      const response = await fetch(`${url}/v1/outreach/overview?startDate=2026-01-01&endDate=2026-02-28`, {
        headers,
      });
      const text = await response.text();
      if (!/fwd=bypass/.test(response.headers.get("cache-status") ?? "")) throw new Error(text);
      times.push(performance.now() - start);
    }
    return median(times);
  }

  await fill("few", fewEvents);
  await fill("many", manyEvents);
  await run(clickHouse, { sql: "OPTIMIZE TABLE outreach_events FINAL" });
  const measured = await alternate(() => ask("many"), () => ask("few"));
  return {
    what: "distinct counts over 10 million events, against 1 million",
    unit: "ms",
    ...measured,
    goal: { ratioAtMost: 4 },
  };
}
