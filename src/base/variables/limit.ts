import { z } from "zod";
import { bytes, count } from "./checks.ts";

/** How much may be sent and asked. */
export const limitVariables = {
  MAX_LINE_BYTES: bytes.default(1_048_576).describe(
    "Longest event line taken, in bytes; a longer one is rejected",
  ),
  MAX_UNPACKED_BYTES: bytes.default(1_073_741_824).describe("Most bytes a gzip body may unpack to"),
  MAX_QUERY_SECONDS: z.coerce.number().positive().default(30).describe(
    "Longest time a query may run, in seconds",
  ),
  MAX_QUERY_MEMORY_BYTES: bytes.max(8_000_000_000).default(2_000_000_000).describe(
    "Most memory a query may use in ClickHouse, unless its front matter says otherwise; at most 8 GB",
  ),
  MAX_QUERY_ROWS: count.default(2_000_000_000).describe(
    "Most rows a query may read, unless its front matter says otherwise; 0 is any number",
  ),
  MAX_QUERY_BYTES: count.default(200_000_000_000).describe(
    "Most bytes a query may read, unless its front matter says otherwise; 0 is any number",
  ),
  MAX_RESULT_BYTES: bytes.default(33_554_432).describe(
    "Longest JSON answer, in bytes; exports have no such limit",
  ),
  CLICKHOUSE_MAX_CONCURRENCY: z.coerce.number().int().positive().optional().describe(
    "Named queries that the gateway runs at once; without it four for each core of the server, but at most half of " +
      "what the server takes",
  ),
  BUDGET_DAILY_QUERIES: count.default(10_000).describe(
    "Queries that a tenant may ask a day, unless an admin decided otherwise",
  ),
  BUDGET_MONTHLY_QUERIES: count.default(200_000).describe("Queries that a tenant may ask a month"),
  BUDGET_DAILY_BYTES: bytes.optional().describe(
    "Bytes that the queries of a tenant may read a day; without it, there is no such budget",
  ),
  BUDGET_REQUESTS_PER_SECOND: z.coerce.number().int().positive().default(100).describe(
    "Requests other than events that a tenant may send a second, to each gateway",
  ),
} satisfies Record<string, z.ZodType>;
