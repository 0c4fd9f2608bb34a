import type { QualityCheck } from "../catalog/quality_check.ts";
import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { ClickHouseError, problemOf, textForLog } from "../clickhouse/exception.ts";
import {
  countStatement,
  loadedUntilStatement,
  sampleStatement,
  type StatementOptions,
} from "./statements.ts";
import { type Counted, type Verdict, verdictOf } from "./verdict.ts";

/** A row at fault: texts by column. */
export type SampleRow = Record<string, string | null>;

/** What a run came to for a tenant. */
export interface TenantResult extends Counted, Verdict {
  tenantId: string;
  sample: SampleRow[];
}

/** What a run came to. */
export interface Outcome {
  tenants: TenantResult[];
  /** Why it could not run: a sentence for tenants, and one for operators. */
  failure?: { reason: string; error: string };
}

/** The users who ask: all tenants' rows are counted, and one tenant's are shown. */
export interface Askers {
  operator: ClickHouse;
  reader: ClickHouse;
}

/** What tenants are told of a check that is wrong. */
export const cannotRun = "The check could not run";

/** Tenants of whom a run keeps rows at fault: those with the most. */
const sampledTenants = 100;
/** Bytes of a tenant's sample, as JSON. */
const sampleBytes = 16_384;
/** The engine gives up by itself; an engine that is silent is given up on so much later. */
const graceMs = 10_000;

/** Milliseconds after which a run of the check is over, whatever becomes of it. */
export function longestRunMs({ frontMatter: { timeout } }: Pick<QualityCheck, "frontMatter">): number {
  return 2 * (timeout * 1_000 + graceMs);
}

/**
 * Runs a check for all tenants. What is wrong with it is its outcome. Throws ClickHouseUnreachable or ClickHouseError when there is no
 * engine to ask, or it has too much to do, and the signal's reason.
 */
export async function runCheck(
  check: QualityCheck,
  { operator, reader }: Askers,
  now: Date,
  signal: AbortSignal,
): Promise<Outcome> {
  const seconds = check.frontMatter.timeout;
  const within = AbortSignal.timeout(seconds * 1_000 + graceMs);
  const options: StatementOptions = { check, now, seconds, signal: AbortSignal.any([signal, within]) };
  try {
    if (check.bindsLoadedUntil) {
      const [watermark] = await readRows<{ loadedUntil: string }>(operator, loadedUntilStatement(options));
      options.loadedUntil = watermark.loadedUntil;
    }
    const counted = await readRows<Counted & { tenantId: string }>(operator, countStatement(options));
    const tenants = counted.map((each) => ({ ...each, ...verdictOf(check.frontMatter, each), sample: [] }));
    await addSamples(tenants, reader, options, signal);
    return { tenants };
  } catch (error) {
    signal.throwIfAborted();
    if (within.aborted) return { tenants: [], failure: timedOut(seconds, "ClickHouse was silent") };
    // an engine that has too much to do says nothing about the check: it is tried again
    if (!(error instanceof ClickHouseError) || problemOf(error).status === 503) throw error;
    return { tenants: [], failure: failureOf(error, seconds) };
  }
}

function failureOf(error: ClickHouseError, seconds: number): NonNullable<Outcome["failure"]> {
  const { type } = problemOf(error);
  const text = textForLog(error);
  if (type === "timeout") return timedOut(seconds, text);
  const reason = type === "query-too-large"
    ? "The check would need more memory or rows than it may have"
    : cannotRun;
  return { reason, error: text };
}

function timedOut(seconds: number, error: string): NonNullable<Outcome["failure"]> {
  return { reason: `The check took longer than ${seconds} s`, error };
}

/** Adds rows at fault to the results of the tenants that have the most, in as much time again as the check has. */
async function addSamples(
  tenants: TenantResult[],
  reader: ClickHouse,
  options: StatementOptions,
  signal: AbortSignal,
): Promise<void> {
  const failing = tenants.filter(({ failed }) => failed > 0).toSorted((a, b) => b.failed - a.failed);
  const within = AbortSignal.timeout(options.seconds * 1_000);
  for (const tenant of failing.slice(0, sampledTenants)) {
    if (within.aborted) return;
    try {
      const rows = await readRows<{ row: SampleRow }>(
        reader,
        sampleStatement({ ...options, signal: AbortSignal.any([signal, within]) }, tenant.tenantId),
      );
      tenant.sample = bounded(rows.map(({ row }) => row));
    } catch (error) {
      signal.throwIfAborted();
      // the verdict holds without them
      if (!(error instanceof ClickHouseError) && !within.aborted) throw error;
    }
  }
}

/** As many of the rows as their bytes allow. */
function bounded(rows: SampleRow[]): SampleRow[] {
  let bytes = 0;
  return rows.filter((row) => (bytes += new TextEncoder().encode(JSON.stringify(row)).length) <= sampleBytes);
}
