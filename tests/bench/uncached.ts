import { jsonSettings } from "../../src/clickhouse/json_schema.ts";
import type { ClickHouseOptions } from "../../src/clickhouse/client.ts";
import { readQueryFiles } from "../../src/deno/sql_files.ts";
import { alternate, type Row } from "./rounds.ts";

const roundMs = 3_000;

/** An endpoint through the gateway against ClickHouse's HTTP interface asked for the same SQL and format. */
export async function benchUncached(
  gatewayUrl: string,
  token: string,
  target: ClickHouseOptions,
  connections: number,
): Promise<Row> {
  const file = (await readQueryFiles()).find(({ path }) => path === "sql/outreach/overview.sql")!;
  const sql = file.text.slice(file.text.indexOf("---*/") + 5).trim();
  const { user, password, database } = target;
  // each request has another range, so that no cache of either side can answer
  let count = 0;
  const nextStart = () =>
    `2026-01-15 00:00:${String(++count % 60).padStart(2, "0")}.${String(count % 1000).padStart(3, "0")}Z`;
  const end = "2026-01-15 12:00:00.000Z";

  const ours = () => {
    const search = new URLSearchParams({
      startDate: nextStart().replace(" ", "T"),
      endDate: end.replace(" ", "T"),
    });
    return fetch(`${gatewayUrl}/v1/outreach/overview?${search}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  };
  const direct = () => {
    const search = new URLSearchParams({
      database,
      ...jsonSettings,
      default_format: "JSONEachRow",
      wait_end_of_query: "1",
      param_tenantId: "bench",
      param_now: "2026-03-01 00:00:00.000",
      param_timeRange: "7d",
      param_startDate: nextStart(),
      param_endDate: end,
      param_timezone: "UTC",
    });
    const headers = { "x-clickhouse-user": user, "x-clickhouse-key": password };
    return fetch(`${target.url}/?${search}`, { method: "POST", headers, body: sql });
  };
  const measured = await alternate(
    5,
    () => requestsPerSecond(ours, connections),
    () => requestsPerSecond(direct, connections),
  );
  return {
    what: `uncached endpoint, ${connections} connection${connections > 1 ? "s" : ""}`,
    unit: "requests/s",
    ...measured,
    goal: 0.9,
  };
}

async function requestsPerSecond(request: () => Promise<Response>, connections: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  const work = async () => {
    while (performance.now() - start < roundMs) {
      const response = await request();
      const text = await response.text();
      if (!response.ok) throw new Error(`Status ${response.status}: ${text.slice(0, 300)}`);
      done++;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return done / ((performance.now() - start) / 1000);
}
