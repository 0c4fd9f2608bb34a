import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import { ClickHouseError } from "../../clickhouse/exception.ts";
import type { Log } from "../../base/log.ts";
import readerLimitsSql from "./reader_limits.sql" with { type: "text" };
import serverLimitsSql from "./server_limits.sql" with { type: "text" };

/** Who is asked for the server's limits. */
export interface ServerLimitsOptions {
  /** May read the server's settings. */
  clickHouse: ClickHouse;
  /** Runs the named queries. */
  reader: ClickHouse;
  log: Log;
}

/** More at once than this for each core share the same cores and only need more memory. */
const perCore = 4;
/** The rest is for ingestion, budgets, audit and other gateways. */
const share = 0.5;
const timeoutMs = 5_000;

/**
 * How many named queries a gateway runs at once unless it is told: four for each of the server's cores, but at most half of
 * what the server takes at once, of all queries and of the reader's. Throws ClickHouseUnreachable.
 */
export async function defaultConcurrency({ clickHouse, reader, log }: ServerLimitsOptions): Promise<number> {
  const signal = AbortSignal.timeout(timeoutMs);
  const [[own], limits] = await Promise.all([
    readRows<{ perUser: number; cores: number }>(reader, { sql: readerLimitsSql, signal }),
    readServerLimits(clickHouse, signal, log),
  ]);
  return concurrencyOf(own.cores, [own.perUser, ...limits]);
}

/** The server's settings; none for a server whose users file grants them to nobody yet. */
async function readServerLimits(clickHouse: ClickHouse, signal: AbortSignal, log: Log): Promise<number[]> {
  try {
    const rows = await readRows<{ value: number }>(clickHouse, { sql: serverLimitsSql, signal });
    return rows.map(({ value }) => value);
  } catch (error) {
    if (!(error instanceof ClickHouseError)) throw error;
    const message = "The server's limit of queries is not known: deploy/clickhouse/users.d grants it, " +
      "and CLICKHOUSE_MAX_CONCURRENCY can be set instead";
    log({ level: "warn", message });
    return [];
  }
}

/** The default for a server with so many cores and these limits, of which 0 is none. */
export function concurrencyOf(cores: number, limits: number[]): number {
  const shares = limits.filter((limit) => limit > 0).map((limit) => Math.floor(limit * share));
  return Math.max(1, Math.min(perCore * cores, ...shares));
}
