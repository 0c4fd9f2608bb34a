import type { Served } from "../../catalog/serving.ts";
import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import { quoteString } from "../../clickhouse/string_literal.ts";
import type { Families, Samples } from "./families.ts";
import statesSql from "./quality_states.sql" with { type: "text" };

/** What a check's last run came to. */
interface LastRun {
  ageSeconds: number;
  passed: boolean;
  failedTenants: number;
  failedRows: number;
}

/** How a quality check stands. */
export interface QualityState {
  check: string;
  /** Empty when its file is broken. */
  table: string;
  severity: string;
  scheduleSeconds: number;
  /** Undefined when it never ran. */
  lastRun?: LastRun;
}

const brokenScheduleSeconds = 3_600;

/** How the checks that there are stand, by their last runs. */
export async function readQualityStates(
  clickHouse: ClickHouse,
  served: () => Pick<Served, "checks" | "brokenChecks">,
  signal?: AbortSignal,
): Promise<QualityState[]> {
  const { checks, brokenChecks } = served();
  const states: QualityState[] = [
    ...checks.map(({ name, frontMatter: { table, severity, schedule } }) => (
      { check: name, table, severity, scheduleSeconds: schedule / 1_000 }
    )),
    ...brokenChecks.map(({ name }) => (
      { check: name, table: "", severity: "error", scheduleSeconds: brokenScheduleSeconds }
    )),
  ];
  if (states.length === 0) return [];
  const rows = await readRows<LastRun & { check: string }>(clickHouse, {
    sql: statesSql,
    parameters: { checks: `[${states.map(({ check }) => quoteString(check)).join(",")}]` },
    signal,
  });
  const byCheck = new Map(rows.map(({ check, ...lastRun }) => [check, lastRun]));
  return states.map((state) => ({ ...state, lastRun: byCheck.get(state.check) }));
}

/** Writes the checks' metrics; NaN stands for a check that never ran. */
export function writeQuality({ gauge }: Families, states: QualityState[]): void {
  const ofEach = (pick: (state: QualityState) => number | undefined): Samples =>
    states.map((state) => {
      const { check, table, severity } = state;
      return [{ check, table, severity }, pick(state) ?? NaN];
    });
  gauge(
    "quality_check_passed",
    "Whether the last run of a quality check passed for all tenants; NaN when it never ran.",
    ofEach(({ lastRun }) => lastRun && Number(lastRun.passed)),
  );
  gauge(
    "quality_check_failed_tenants",
    "Tenants for whom it failed.",
    ofEach(({ lastRun }) => lastRun?.failedTenants),
  );
  gauge(
    "quality_check_failed_rows",
    "Rows at fault that it found.",
    ofEach(({ lastRun }) => lastRun?.failedRows),
  );
  gauge(
    "quality_check_age_seconds",
    "Since it last began; NaN when it never ran.",
    ofEach(({ lastRun }) => lastRun?.ageSeconds),
  );
  gauge(
    "quality_check_schedule_seconds",
    "How often it should run.",
    ofEach(({ scheduleSeconds }) => scheduleSeconds),
  );
}
