import type { QualityCheck } from "../catalog/quality_check.ts";
import type { Statement } from "../clickhouse/client.ts";
import { quoteString } from "../clickhouse/string_literal.ts";
import { sightOf } from "../isolation/sight.ts";
import loadedUntilSql from "./loaded_until.sql" with { type: "text" };

/** Rows at fault that are kept of a tenant. */
const sampleRows = 5;
/** Characters of a value in them. */
const sampleChars = 100;
/** Most tenants of which rows are examined by one run. */
const maxTenants = 1_000_000;
const maxMemoryBytes = 4_000_000_000;

const ofAllTenants = { frontMatter: { tenant: "all" } } as const;

/** What each statement of a check needs. */
export interface StatementOptions {
  check: QualityCheck;
  /** The instant bound as `{now}`. */
  now: Date;
  /** The instant bound as `{loadedUntil}`, as the engine prints it. */
  loadedUntil?: string;
  /** Longest time that it may take. */
  seconds: number;
  signal: AbortSignal;
}

/** Counts the rows examined and the rows at fault of each tenant; asked by the operator, who sees the rows of all. */
export function countStatement(options: StatementOptions): Statement {
  const { check } = options;
  return statement(
    options,
    `SELECT tenant_id AS tenantId, sum(examined) AS examined, sum(failed) AS failed
FROM
(
    SELECT tenant_id, examined, 0 AS failed FROM (${check.examinedSql}
)
    UNION ALL
    SELECT tenant_id, 0 AS examined, count() AS failed FROM (${check.sql}
) GROUP BY tenant_id
)
GROUP BY tenant_id`,
    { ...sightOf(ofAllTenants, ""), max_result_rows: maxTenants },
  );
}

/** Asks up to when the check's table has been loaded: `loadedUntil`. */
export function loadedUntilStatement({ check, signal }: StatementOptions): Statement {
  return {
    sql: loadedUntilSql,
    parameters: { table: check.frontMatter.table },
    signal,
    settings: sightOf(ofAllTenants, ""),
  };
}

/**
 * The first rows at fault of one tenant, as texts; asked by the reader, to whom the engine shows this tenant's rows alone: whatever a
 * check joins, no other tenant's row is in its sample.
 */
export function sampleStatement(options: StatementOptions, tenantId: string): Statement {
  const { check } = options;
  const pairs = check.columns.flatMap((name) => [
    quoteString(name),
    `leftUTF8(toString(${name}), ${sampleChars})`,
  ]);
  return statement(
    options,
    `SELECT CAST(map(${pairs.join(", ")}), 'Map(String, Nullable(String))') AS row
FROM (${check.sql}
)
WHERE tenant_id = ${quoteString(tenantId)}
LIMIT ${sampleRows}`,
    sightOf({ frontMatter: {} }, tenantId),
  );
}

function statement(
  { check, now, loadedUntil, seconds, signal }: StatementOptions,
  sql: string,
  settings: Record<string, string | number>,
): Statement {
  return {
    sql,
    parameters: {
      ...(check.bindsNow && { now: now.toISOString().replace("T", " ").replace("Z", "") }),
      ...(loadedUntil !== undefined && { loadedUntil }),
    },
    signal,
    settings: {
      readonly: 2,
      max_execution_time: seconds,
      timeout_overflow_mode: "throw",
      result_overflow_mode: "throw",
      max_memory_usage: maxMemoryBytes,
      // nobody waits for a check: it leaves the other cores to those who do
      max_threads: 2,
      ...settings,
    },
  };
}
