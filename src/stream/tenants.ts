import { memoized } from "../base/async/memoized.ts";
import { Problem } from "../base/problem.ts";
import { type ClickHouse, readRows, run } from "../clickhouse/client.ts";
import { escapeString } from "../clickhouse/string_literal.ts";
import findSql from "./tenants_find.sql" with { type: "text" };
import setSql from "./tenants_set.sql" with { type: "text" };

/** Who may follow live: nobody, the tenants for whom an admin has switched it on, or all but those for whom it is off. */
export type StreamingMode = "off" | "tenants" | "all";

/** Tells for whom streams are on. */
export type StreamingTenants = ReturnType<typeof createStreamingTenants>;

/** So long what was read holds: the time in which a decision reaches every gateway. */
const freshMs = 2_000;
const timeoutMs = 5_000;

/** The tenants' flags in ClickHouse; while that is away, those read last go on holding. */
export function createStreamingTenants(clickHouse: ClickHouse, mode: StreamingMode) {
  let decided: Map<string, boolean> | undefined;
  let version = 0;

  async function read(): Promise<number> {
    const before = version;
    const rows = await readRows<{ tenantId: string; isEnabled: boolean }>(clickHouse, {
      sql: findSql,
      signal: AbortSignal.timeout(timeoutMs),
    });
    decided = new Map(rows.map(({ tenantId, isEnabled }) => [tenantId, isEnabled]));
    return before;
  }

  const readAgain = memoized(read, freshMs, (before) => before === version);

  async function isEnabled(tenantId: string): Promise<boolean> {
    if (mode === "off") return false;
    try {
      await readAgain();
    } catch (error) {
      if (!decided) throw error;
    }
    return decided!.get(tenantId) ?? mode === "all";
  }

  return {
    isEnabled,

    /** Throws a Problem when the tenant may not follow. */
    async check(tenantId: string): Promise<void> {
      if (await isEnabled(tenantId)) return;
      const whom = mode === "off" ? "on this gateway" : "for this tenant";
      throw new Problem("not-configured", { detail: `Live updates are off ${whom}` });
    },

    async set(tenantId: string, isEnabled: boolean): Promise<void> {
      await run(clickHouse, {
        sql: setSql,
        parameters: { tenantId: escapeString(tenantId), isEnabled: String(isEnabled) },
        signal: AbortSignal.timeout(timeoutMs),
        once: true,
      });
      version++;
      decided?.set(tenantId, isEnabled);
    },
  };
}
