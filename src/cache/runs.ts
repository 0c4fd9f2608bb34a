import { matchesPurge, type Purge, type Purgeable } from "./purge.ts";

/** A run of a query on its way, and what happened since it began. */
export interface Run extends Purgeable {
  /** Those of its tables that callers write. */
  writtenTables: string[];
  /** Whether one of these changed since it began. */
  isOverwritten: boolean;
  /** When a table that it reads was seen to have changed, in milliseconds since 1970. */
  changedAt: number | undefined;
  /** Whether its answer is to be forgotten. */
  isPurged: boolean;
}

/** The runs on their way. */
export type Runs = ReturnType<typeof createRuns>;

/** Knows the runs on their way, so that what changes meanwhile counts for their answers too. */
export function createRuns() {
  const runs = new Set<Run>();
  return {
    begin(what: Purgeable & Pick<Run, "writtenTables">): Run {
      const run: Run = { ...what, changedAt: undefined, isOverwritten: false, isPurged: false };
      runs.add(run);
      return run;
    },
    end: (run: Run) => void runs.delete(run),
    change(table: string, at: number): void {
      for (const run of runs) {
        if (run.tables.includes(table)) run.changedAt ??= at;
        if (run.writtenTables.includes(table)) run.isOverwritten = true;
      }
    },
    /** Sees to it that the answers of the runs that a purge means are forgotten, and nobody else waits for them. */
    purge(command: Purge, begunBefore?: number): void {
      for (const run of runs) if (matchesPurge(command, run, begunBefore)) run.isPurged = true;
    },
    size: () => runs.size,
    tables: () => [...runs].flatMap(({ tables }) => tables),
  };
}
