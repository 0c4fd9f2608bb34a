import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import statesSql from "./sync_states.sql" with { type: "text" };

/** How the sync of a source stands. */
export interface SyncState {
  source: string;
  isRunning: boolean;
  /** Seconds since its last successful run began; null when there was none, as are the three numbers of it. */
  lagSeconds: number | null;
  /** Rows that run brought. */
  rows: number | null;
  /** Those of them that became dead letters. */
  rejected: number | null;
  durationMs: number | null;
  /** Runs that failed since. */
  failures: number;
}

/** The state of each source that the database reads by itself; a lag of more than 1,200 s is worth an alert. */
export async function readSyncStates(clickHouse: ClickHouse, signal?: AbortSignal): Promise<SyncState[]> {
  return await readRows<SyncState>(clickHouse, { sql: statesSql, signal });
}
