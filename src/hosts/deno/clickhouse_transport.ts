import type { Config } from "../../base/config.ts";
import type { Transport } from "../../clickhouse/transport.ts";
import { createTcpFetch } from "./tcp_fetch.ts";

/** What only Deno's fetch does: a proxy between, and the spans by which traces go on into ClickHouse. */
const needingFetch = ["OTEL_DENO", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/** How statements get to the ClickHouse at this address: by connections of our own, unless they need more than these can. */
export function clickHouseTransport(
  { CLICKHOUSE_TRANSPORT: wanted }: Pick<Config, "CLICKHOUSE_TRANSPORT">,
  url: string,
): Transport {
  const needsFetch = !url.startsWith("http://") || needingFetch.some((name) => Deno.env.get(name));
  return wanted === "fetch" || needsFetch ? fetch : createTcpFetch();
}
