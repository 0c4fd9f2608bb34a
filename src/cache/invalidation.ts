import type { Log } from "../base/log.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import type { Cdn } from "./cdn.ts";
import type { Kept } from "./kept.ts";
import type { KnownTables } from "./known_tables.ts";
import type { Purge } from "./purge.ts";
import type { Runs } from "./runs.ts";
import { createVersions, pollEveryMs } from "./versions.ts";

/** What `createInvalidation` uses. */
export interface InvalidationDeps {
  /** Reads table versions and purges. */
  clickHouse: ClickHouse;
  kept: Kept;
  runs: Runs;
  knownTables: KnownTables;
  cdn?: Cdn;
  clock: () => Date;
  monotonic: () => number;
  log: Log;
}

/** The purge that names nothing. */
const everything: Purge = { query: "", tenantId: "", table: "" };
/** Purges given here that are remembered until they are read; of one forgotten sooner, the second time forgets again. */
const maxGiven = 100;

/** Tells the answers, kept or on their way, which tables changed, and forgets those that a purge means. */
export function createInvalidation(
  { clickHouse, kept, runs, knownTables, cdn, clock, monotonic, log }: InvalidationDeps,
) {
  /** Ids of the purges given here that were not read yet. */
  const given = new Set<string>();

  const versions = createVersions({
    clickHouse,
    log,
    tablesInUse: () => [...kept.tables(), ...runs.tables(), ...cdn?.tables() ?? []],
    onChange(table, isView, sinceMs) {
      // it may have changed just after the last reading, which after a rest is long ago
      const at = clock().getTime() - (sinceMs > 2 * pollEveryMs ? sinceMs : 0);
      if (isView) knownTables.forget();
      runs.change(table, at);
      kept.change(table, at);
      cdn?.change(table);
    },
    onPurge(id, command) {
      // it was carried out here when it was given here
      if (given.delete(id)) return;
      forget(command);
      cdn?.purge(command);
    },
    onGap(since) {
      forget(everything, since);
      cdn?.purgeAll();
    },
    monotonic,
  });

  /** Forgets the answers that a purge means, those on their way too; returns how many were kept. */
  function forget(command: Purge, begunBefore?: number): number {
    runs.purge(command, begunBefore);
    return kept.purge(command, begunBefore);
  }

  return {
    versions,

    /** Forgets the answers that a purge means, as the gateway where it is given; `id` is that of its row. */
    purge(id: string, command: Purge): number {
      if (given.size < maxGiven) given.add(id);
      cdn?.purge(command);
      return forget(command);
    },

    /** Forgets what a tenant was answered from a table, since it has just written it through this gateway. */
    written: (table: string, tenantId: string): void => void forget({ query: "", tenantId, table }),
  };
}
