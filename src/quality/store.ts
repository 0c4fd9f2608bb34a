import { type ClickHouse, readRows, run } from "../clickhouse/client.ts";
import { quoteArray } from "../clickhouse/string_literal.ts";
import absentSql from "./absent.sql" with { type: "text" };
import claimantSql from "./claimant.sql" with { type: "text" };
import lastClaimsSql from "./last_claims.sql" with { type: "text" };
import lastRunsSql from "./last_runs.sql" with { type: "text" };
import type { TenantResult } from "./run_check.ts";

/** What is written of a check, with each result and each run. */
export interface CheckFacts {
  check_name: string;
  domain: string;
  table_name: string;
  kind: string;
  severity: string;
  summary: string;
}

/** One run of a check for all tenants. */
export interface Run extends CheckFacts {
  run: string;
  run_at: string;
  duration_ms: number;
  tenants: number;
  failed_tenants: number;
  examined: number;
  failed: number;
  passed: boolean;
  reason: string;
  error: string;
}

/** The last turn that somebody took to run a check. */
export interface Claim {
  slotMs: number;
  attempt: number;
  instance: string;
  /** By the server's clock. */
  ageMs: number;
}

const timeoutMs = 30_000;
/** Results of one insert. */
const chunkSize = 5_000;
const dayMs = 86_400_000;
/** A tenant of which no check of a domain has examined a row for so long does not use it any more. */
const knownMs = 30 * dayMs;

/** Where results, runs and turns are kept; each function throws when its outcome is not known to be good. */
export function createQualityStore(clickHouse: ClickHouse, instance: string) {
  const ask: ClickHouse = (statement) => clickHouse({ ...statement, signal: AbortSignal.timeout(timeoutMs) });

  async function insert(table: string, rows: object[], settings: Record<string, string | number>) {
    const [first] = rows;
    if (!first) return;
    await run(ask, {
      sql: `INSERT INTO ${table} (${Object.keys(first).join(", ")}) FORMAT JSONEachRow`,
      body: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")),
      settings: { async_insert: 0, ...settings },
    });
  }
  const plain = { deduplicate_insert: "disable" };

  return {
    /** When each check last ran, and the last turn that was taken, by check. */
    async lastOf(names: string[]): Promise<{ runs: Map<string, number>; claims: Map<string, Claim> }> {
      const parameters = { names: quoteArray(names) };
      const [runs, claims] = await Promise.all([
        readRows<{ name: string; lastRunMs: number }>(ask, { sql: lastRunsSql, parameters }),
        readRows<Claim & { name: string }>(ask, { sql: lastClaimsSql, parameters }),
      ]);
      return {
        runs: new Map(runs.map(({ name, lastRunMs }) => [name, lastRunMs])),
        claims: new Map(claims.map(({ name, ...claim }) => [name, claim])),
      };
    },

    /** Takes a turn, which is one alone's: of all rows under its token the engine keeps the first. Returns whether it is ours. */
    async claim(check_name: string, slot: Date, attempt: number): Promise<boolean> {
      const at = clockText(slot);
      await insert("quality_claims", [{ check_name, slot: at, attempt, instance }], {
        deduplicate_insert: "enable",
        insert_deduplication_token: `${check_name} ${at} ${attempt}`,
      });
      const [row] = await readRows<{ instance: string }>(ask, {
        sql: claimantSql,
        parameters: { name: check_name, slot: at, attempt: String(attempt) },
      });
      return row?.instance === instance;
    },

    /** Writes tenants' results, and then the run, which is over with that. */
    async write(done: Run, results: TenantResult[]): Promise<void> {
      const { run, run_at, check_name, domain, table_name, kind, severity, summary } = done;
      const facts = { run, run_at, check_name, domain, table_name, kind, severity, summary };
      for (let i = 0; i < results.length; i += chunkSize) {
        const rows = results.slice(i, i + chunkSize).map(({ tenantId, ...result }) => ({
          tenant_id: tenantId,
          ...facts,
          ...result,
        }));
        await insert("quality_results", rows, plain);
      }
      await insert("quality_runs", [{ ...done, instance }], plain);
    },

    /** The tenants that the runs' domains know and of which a run has no result, by run. */
    async absentOf(done: Run[], now: Date): Promise<Map<string, string[]>> {
      if (done.length === 0) return new Map();
      const rows = await readRows<{ run: string; tenantId: string }>(ask, {
        sql: absentSql,
        parameters: {
          runs: quoteArray(done.map(({ run }) => run)),
          domains: quoteArray([...new Set(done.map(({ domain }) => domain))]),
          since: clockText(new Date(now.getTime() - knownMs)),
        },
      });
      const byRun = Map.groupBy(rows, ({ run }) => run);
      return new Map([...byRun].map(([run, absent]) => [run, absent.map(({ tenantId }) => tenantId)]));
    },
  };
}

/** Where results, runs and turns are kept. */
export type QualityStore = ReturnType<typeof createQualityStore>;

/** An instant as ClickHouse reads it, in UTC. */
export function clockText(instant: Date): string {
  return instant.toISOString().replace("T", " ").replace("Z", "");
}
