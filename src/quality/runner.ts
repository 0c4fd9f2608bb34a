// The room quality: runs the quality checks: which are due, whose turn it is, what they come to.

import type { Log } from "../base/log.ts";
import type { BrokenCheck } from "../catalog/serving.ts";
import type { QualityCheck } from "../catalog/quality_check.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { dueNow } from "./due.ts";
import {
  type Askers,
  cannotRun,
  longestRunMs,
  type Outcome,
  runCheck,
  type TenantResult,
} from "./run_check.ts";
import { type CheckFacts, clockText, createQualityStore, type Run } from "./store.ts";
import { verdictOf } from "./verdict.ts";

/** The checks as they are now. */
export interface Checks {
  checks: QualityCheck[];
  brokenChecks: BrokenCheck[];
}

/** What running checks uses. */
export interface QualityOptions extends Askers {
  /** Keeps results, runs and turns. */
  clickHouse: ClickHouse;
  /** This process among all that run checks. */
  instance: string;
  clock: () => Date;
  log: Log;
}

/** A run, and what it came to for each tenant. */
export interface Ran {
  run: Run;
  results: TenantResult[];
}

const hourMs = 3_600_000;
/** A turn is void some time after the run must be over. */
const marginMs = 60_000;

/** Runs quality checks: all of them now, or those that are due, each of which one of all processes runs. */
export function createQuality({ clickHouse, instance, clock, log, ...askers }: QualityOptions) {
  const store = createQualityStore(clickHouse, instance);

  /** Runs all of the checks now, one after the other. Throws what the engine throws when it cannot be asked. */
  async function runAll(checks: Checks, signal: AbortSignal): Promise<Ran[]> {
    const done: Ran[] = [];
    try {
      for (const each of planOf(checks)) done.push(await runOne(each, signal));
    } finally {
      await addAbsent(done);
    }
    return done;
  }

  /** Runs those of the checks that are due and whose turn this process gets. Throws what the engine throws when it cannot be asked. */
  async function runDue(checks: Checks, signal: AbortSignal): Promise<Ran[]> {
    const plan = planOf(checks);
    const { runs, claims } = await store.lastOf(plan.map(({ name }) => name));
    const done: Ran[] = [];
    try {
      for (const each of plan) {
        if (signal.aborted) break;
        const due = dueNow(each, clock(), runs.get(each.name), claims.get(each.name), instance);
        if (!due) continue;
        if (!due.isOurs && !await store.claim(each.name, due.slot, due.attempt)) continue;
        done.push(await runOne(each, signal));
      }
    } finally {
      await addAbsent(done);
    }
    return done;
  }

  /** Runs a check, and writes down what it came to. */
  async function runOne({ facts, check, fault }: Planned, signal: AbortSignal): Promise<Ran> {
    const [now, start] = [clock(), performance.now()];
    const { tenants: results, failure }: Outcome = check
      ? await runCheck(check, askers, now, signal)
      : { tenants: [], failure: { reason: cannotRun, error: fault } };
    const run: Run = {
      ...facts,
      run: crypto.randomUUID(),
      run_at: clockText(now),
      duration_ms: Math.round(performance.now() - start),
      reason: failure?.reason ?? "",
      error: failure?.error ?? "",
      ...totalsOf(results),
    };
    await store.write(run, results);
    if (failure) {
      log({
        level: "error",
        message: "A quality check could not run",
        check: facts.check_name,
        error: failure.error,
      });
    }
    return { run, results };
  }

  /** Adds a failed result for each tenant that the domain knows and a run has not seen: also of a run that could not end. */
  async function addAbsent(done: Ran[]): Promise<void> {
    const absent = await store.absentOf(done.map(({ run }) => run), clock());
    for (const ran of done) {
      const tenants = absent.get(ran.run.run) ?? [];
      if (tenants.length === 0) continue;
      const reason = ran.run.reason || verdictOf({ minimumRows: 1, threshold: 0 }, nothing).reason;
      const added = tenants.map((tenantId) => ({
        tenantId,
        ...nothing,
        passed: false,
        score: 0,
        reason,
        sample: [],
      }));
      ran.results.push(...added);
      Object.assign(ran.run, totalsOf(ran.results));
      await store.write(ran.run, added);
    }
  }

  return { runAll, runDue };
}

const nothing = { examined: 0, failed: 0 };

function totalsOf(results: TenantResult[]) {
  const sum = (pick: (result: TenantResult) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  const failing = results.filter(({ passed }) => !passed).length;
  return {
    tenants: results.length,
    failed_tenants: failing,
    examined: sum(({ examined }) => examined),
    failed: sum(({ failed }) => failed),
    // of an empty table there is no tenant who could fail
    passed: results.length > 0 && failing === 0,
  };
}

/** A check or a broken one, with what is written of it. */
interface Planned {
  name: string;
  scheduleMs: number;
  leaseMs: number;
  facts: CheckFacts;
  check?: QualityCheck;
  fault: string;
}

function planOf({ checks, brokenChecks }: Checks): Planned[] {
  const good = checks.map((check): Planned => {
    const { table, kind, severity, summary, schedule } = check.frontMatter;
    return {
      name: check.name,
      scheduleMs: schedule,
      leaseMs: longestRunMs(check) + marginMs,
      facts: { check_name: check.name, domain: check.domain, table_name: table, kind, severity, summary },
      check,
      fault: "",
    };
  });
  const broken = brokenChecks.map(({ name, fault }): Planned => ({
    name,
    scheduleMs: hourMs,
    leaseMs: marginMs,
    // what its front matter says may be what is wrong
    facts: {
      check_name: name,
      domain: name.split("/")[0],
      table_name: "",
      kind: "",
      severity: "error",
      summary: "",
    },
    fault,
  }));
  return [...good, ...broken].toSorted((a, b) => a.name < b.name ? -1 : 1);
}
