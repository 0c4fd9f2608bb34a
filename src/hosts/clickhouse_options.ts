import type { ClickHouseOptions } from "../clickhouse/client.ts";
import type { Config } from "../base/config.ts";

/** Where the configuration says ClickHouse is, with the password of the gateway's users. */
export function clickHouseOptions(
  config: Pick<Config, "CLICKHOUSE_URL" | "CLICKHOUSE_USER" | "CLICKHOUSE_PASSWORD" | "CLICKHOUSE_DATABASE">,
): ClickHouseOptions {
  return {
    url: config.CLICKHOUSE_URL,
    user: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    database: config.CLICKHOUSE_DATABASE,
  };
}

/** The same as the owner of the tables, who applies the migrations. */
export function ownerOptions(config: Config): ClickHouseOptions {
  return {
    ...clickHouseOptions(config),
    password: config.CLICKHOUSE_OWNER_PASSWORD ?? config.CLICKHOUSE_PASSWORD,
  };
}
