import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import lagsSql from "./lags.sql" with { type: "text" };

/** How far a source is behind. */
export interface Lag {
  source: string;
  /** Seconds since its last successful run began; null when there was none. */
  lagSeconds: number | null;
}

/** The lag of each source that the database reads by itself; more than 1,200 s is worth an alert. */
export async function readLags(clickHouse: ClickHouse, signal?: AbortSignal): Promise<Lag[]> {
  return await readRows<Lag>(clickHouse, { sql: lagsSql, signal });
}
