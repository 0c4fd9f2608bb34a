import { jsonSettings } from "../../src/clickhouse/types/json_schema.ts";
import recentSql from "./sql/bench/recent.sql" with { type: "text" };
import { load, type Measured } from "./load.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const seconds = 2;

/** A cheap query that is never cached, against ClickHouse's HTTP interface asked for the same SQL and format. */
export async function benchUncached(
  { url, token, target, gatewayPid, enginePid }: Sides,
  connections: number,
): Promise<Row[]> {
  const { user, password, database } = target;
  const search = new URLSearchParams({
    database,
    ...jsonSettings,
    default_format: "JSONEachRow",
    output_format_json_array_of_rows: "1",
    // for an honest status, as the gateway asks; without the buffer each answer would be a file first
    wait_end_of_query: "1",
    http_response_buffer_size: "1048576",
    param_tenantId: "bench",
    param_count: "100",
  });
  const ours = () =>
    load({
      url: `${url}/v1/bench/recent?count=100`,
      headers: { authorization: `Bearer ${token}` },
      connections,
      seconds,
      servers: [gatewayPid, enginePid],
    });
  const direct = () =>
    load({
      url: `${target.url}/?${search}`,
      method: "POST",
      headers: { "x-clickhouse-user": user, "x-clickhouse-key": password },
      body: recentSql.slice(recentSql.indexOf("---*/") + 5).trim(),
      connections,
      seconds,
      servers: [enginePid],
    });
  const measured = await alternate(ours, direct);
  const core = (side: Measured[]) => (median(side.map((each) => each.coreMicroseconds)) / 1_000).toFixed(2);
  const note = `core time a request ${core(measured.ours)} ms, of ClickHouse asked directly ${
    core(measured.reference)
  } ms`;
  const of = (name: "perSecond" | "p50Ms") => ({
    ours: measured.ours.map((each) => each[name]),
    reference: measured.reference.map((each) => each[name]),
  });
  const what = `uncached endpoint, ${connections} connection${connections > 1 ? "s" : ""}`;
  return connections === 1
    ? [{ what: `${what}, p50`, unit: "ms", ...of("p50Ms"), goal: { differenceAtMost: 1 }, note }]
    : [{ what, unit: "requests/s", ...of("perSecond"), goal: { ratioAtLeast: 0.9 }, note }];
}
