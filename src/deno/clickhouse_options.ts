import type { ClickHouseOptions } from "../clickhouse/client.ts";
import type { Config } from "../config.ts";

/** Where the configuration says ClickHouse is. */
export function clickHouseOptions(config: Config): ClickHouseOptions {
  return {
    url: config.CLICKHOUSE_URL,
    user: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    database: config.CLICKHOUSE_DATABASE,
  };
}
