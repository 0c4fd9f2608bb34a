import type { Send } from "../../clickhouse/client.ts";
import { createTcpFetch } from "./tcp_fetch.ts";

/** What only Deno's fetch does: a proxy between, and the spans by which traces go on into ClickHouse. */
const needingFetch = ["OTEL_DENO", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/** How statements that only read are sent to a ClickHouse at this address. */
export function readTransport(url: string): Send {
  const isPlain = url.startsWith("http://") && !needingFetch.some((name) => Deno.env.get(name));
  return isPlain ? createTcpFetch() : fetch;
}
