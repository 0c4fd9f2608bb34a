import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import aliveSql from "./alive.sql" with { type: "text" };
import { memoized } from "../../base/async/memoized.ts";

/** How ClickHouse is. */
export interface Alive {
  isUp: boolean;
  version?: string;
  latencyMs?: number;
}

/** Asks ClickHouse for a sign of life; never rejects. */
export type Probe = () => Promise<Alive>;

const timeoutMs = 1_500;
/** A sign of life is good for so long: a caller who asks all the time does not keep ClickHouse busy. */
const freshMs = 1_000;

/** A probe for all who want to know. */
export function createProbe(clickHouse: ClickHouse): Probe {
  async function ask(): Promise<Alive> {
    const start = performance.now();
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const [{ version }] = await readRows<{ version: string }>(clickHouse, { sql: aliveSql, signal });
      return { isUp: true, version, latencyMs: Math.round((performance.now() - start) * 10) / 10 };
    } catch {
      return { isUp: false };
    }
  }
  return memoized(ask, freshMs, ({ isUp }) => isUp);
}
