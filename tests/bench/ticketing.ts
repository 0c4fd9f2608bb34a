import { bind } from "../../src/query/bind.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { createClickHouse, readBytes } from "../../src/clickhouse/client.ts";
import { jsonSettings } from "../../src/clickhouse/types/json_schema.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";
import { fillTicketing, firstInstant, rollUpTicketing } from "./ticketing_rows.ts";

const many = { events: 10_000_000, sales: 2_000_000 };
const few = { events: 1_000_000, sales: 200_000 };
/** Requests of one round, of which the 95th percentile counts, and the middle one where growth is looked at. */
const asks = 10;

/** What is asked, whether its measures add up, and the time that its 95th percentile may take. */
const endpoints: {
  name: string;
  addsUp: boolean;
  goalMs: number;
  days?: number;
  more?: Record<string, string>;
}[] = [
  { name: "ticketing/hourly", addsUp: true, goalMs: 500 },
  { name: "ticketing/organizers/daily", addsUp: true, goalMs: 500 },
  { name: "ticketing/shows/performance", addsUp: true, goalMs: 500 },
  { name: "ticketing/geography", addsUp: true, goalMs: 500, more: { by: "city" } },
  { name: "ticketing/devices", addsUp: true, goalMs: 500 },
  { name: "ticketing/revenue", addsUp: true, goalMs: 500 },
  { name: "ticketing/funnel", addsUp: false, goalMs: 3000 },
  { name: "ticketing/realtime", addsUp: false, goalMs: 500 },
  { name: "ticketing/sales", addsUp: false, goalMs: 500, days: 7 },
  { name: "ticketing/page-views", addsUp: false, goalMs: 500, days: 7 },
  { name: "ticketing/page-views/pages", addsUp: false, goalMs: 500 },
];

/**
 * Each endpoint of ticketing over ten million interactions and two million sales, computed for each request, beside the same query
 * asked directly; and, where measures add up, over ten times the rows.
 */
export async function benchTicketing({ url, tokenOf, target }: Sides): Promise<Row[]> {
  const clickHouse = createClickHouse(target);
  const now = new Date();
  await fillTicketing(clickHouse, "ticketing", now, many);
  await fillTicketing(clickHouse, "ticketing_few", now, few);
  await rollUpTicketing(clickHouse);
  const files = (await readQueryFiles()).filter(({ path }) => path.startsWith("sql/ticketing/"));
  const { catalog } = await loadCatalog(files, createRoles(target));
  const day = (offset: number) =>
    new Date(firstInstant(now).getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  const rows: Row[] = [];
  for (const { name, addsUp, goalMs, days = 60, more } of endpoints) {
    const query = catalog.get(name)!;
    const isLive = name === "ticketing/realtime";
    // whole days, in turn other ones
    const parametersOf = (i: number): Record<string, string> =>
      isLive
        ? { hours: String(3 + i % 3) }
        : { startDate: day(1 + i % 3), endDate: day(days + i % 3), ...more };
    const ours = async (tenantId: string) => {
      const headers = {
        authorization: `Bearer ${await tokenOf(tenantId, "admin")}`,
        "cache-control": "no-cache",
      };
      return await timesOf(async (i) => {
        const response = await fetch(`${url}/v1/${name}?${new URLSearchParams(parametersOf(i))}`, {
          headers,
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(text);
      });
    };
    const direct = (tenantId: string) =>
      timesOf(async (i) => {
        const input = new Map(Object.entries(parametersOf(i)).map(([key, value]) => [key, [value]]));
        const clock = new Date().toISOString().slice(0, 23).replace("T", " ");
        const bound = { ...bind(query, input, now).parameters, tenantId, now: clock };
        const { size: limit = 0 } = query.frontMatter.page ?? {};
        const settings = { ...jsonSettings, default_format: "JSONEachRow", wait_end_of_query: 1, limit };
        await readBytes(await clickHouse({ sql: query.sql, parameters: bound, settings }));
      });
    rows.push({
      what: `${name}, ${
        isLive ? "some hours" : `${days} days`
      } of 10 million events and 2 million sales, uncached, p95`,
      unit: "ms",
      ...await alternate(
        async () => p95(await ours("ticketing")),
        async () => p95(await direct("ticketing")),
      ),
      goal: { atMost: goalMs },
    });
    if (!addsUp) continue;
    rows.push({
      what: `${name}, against a tenth of the rows, p50`,
      unit: "ms",
      ...await alternate(
        async () => median(await ours("ticketing")),
        async () => median(await ours("ticketing_few")),
      ),
      goal: { ratioAtMost: 1.2 },
    });
  }
  return rows;
}

/** Milliseconds of each request. */
async function timesOf(ask: (i: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < asks; i++) {
    const start = performance.now();
    await ask(i);
    times.push(performance.now() - start);
  }
  return times;
}

function p95(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1];
}
