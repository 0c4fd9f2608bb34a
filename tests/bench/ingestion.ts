import { type ClickHouse, createClickHouse } from "../../src/clickhouse/client.ts";
import { insertStream } from "../../src/ingest/insert.ts";
import { createRowEncoder } from "../../src/ingest/row_encoder.ts";
import { splitLines } from "../../src/ingest/split.ts";
import { alternate, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

export const eventsPerRequest = 300_000;
/** In one round, since the engine merges in between: one alone may meet a merge, or none. */
const requests = 2;
const encoder = new TextEncoder();

/** NDJSON through the gateway against the same rows inserted into the landing table directly. */
export async function benchIngestion({ url, token, target }: Sides): Promise<Row> {
  const clickHouse = createClickHouse(target);
  let sent = 0;
  const nextBody = () => makeEvents(sent++);

  /** Seconds. */
  async function throughGateway(): Promise<number> {
    const body = nextBody();
    const start = performance.now();
    const response = await fetch(`${url}/v1/events/outreach`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
      body,
    });
    const { data } = await response.json();
    const seconds = (performance.now() - start) / 1000;
    if (data?.accepted !== eventsPerRequest) {
      throw new Error(`Expected ${eventsPerRequest} events, got ${JSON.stringify(data)}`);
    }
    return seconds;
  }

  const direct = () => insertDirectly(clickHouse, nextBody());

  const perSecond = (send: () => Promise<number>) => async () => {
    let seconds = 0;
    for (let i = 0; i < requests; i++) seconds += await send();
    return requests * eventsPerRequest / seconds;
  };
  const measured = await alternate(perSecond(throughGateway), perSecond(direct));
  return {
    what: "HTTP ingestion, NDJSON of 300-byte events",
    unit: "events/s",
    ...measured,
    goal: { ratioAtLeast: 0.9, atLeast: 200_000 },
  };
}

/** Inserts lines of the tenant `bench` into the landing table, as rows that are made before; returns the seconds. */
export async function insertDirectly(clickHouse: ClickHouse, body: Uint8Array<ArrayBuffer>): Promise<number> {
  const rows = createRowEncoder({ tenantId: "bench", requestId: crypto.randomUUID(), source: "http" });
  const splitter = splitLines(rows, 1_048_576);
  splitter.push(body);
  splitter.end();
  const encoded = rows.take();
  const start = performance.now();
  // the gateway's own settings, which are faster here than the defaults
  await insertStream(clickHouse, "outreach", encoded, new AbortController().signal);
  return (performance.now() - start) / 1000;
}

/** Events of about 300 bytes, other ones in each request. */
export function makeEvents(request: number): Uint8Array<ArrayBuffer> {
  const first = Date.parse("2026-01-01T00:00:00Z");
  const types = ["message_sent", "message_delivered", "message_opened", "message_clicked"];
  const lines: string[] = [];
  for (let i = 0; i < eventsPerRequest; i++) {
    const n = request * eventsPerRequest + i;
    const id = `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
    const at = new Date(first + (n * 7_919) % 7_776_000_000).toISOString();
    lines.push(
      `{"id":"${id}","eventType":"${types[i & 3]}","entityType":"message","entityId":"msg_bench_${n >> 2}",` +
        `"channel":"email","contactId":"ct_${n % 20_000}","sourceType":"campaign","sourceId":"cmp_${
          n % 40
        }",` +
        `"templateId":"tpl_${n % 20}","metadata":{"name":"Template ${n % 20}"},"occurredAt":"${at}"}`,
    );
  }
  return encoder.encode(lines.join("\n"));
}
