import { createSingleFlight } from "../base/async/single_flight.ts";
import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { quoteString } from "../clickhouse/string_literal.ts";
import type { Log } from "../base/log.ts";
import type { Purge } from "./purge.ts";
import versionsSql from "./versions.sql" with { type: "text" };

/** What `createVersions` uses. */
export interface VersionsOptions {
  clickHouse: ClickHouse;
  log: Log;
  /** The tables of all answers that are kept. */
  tablesInUse: () => Iterable<string>;
  /**
   * Called when a table changed, with its name, whether it is a view, whose sources may be others now, and the milliseconds
   * since the reading that did not show it.
   */
  onChange: (table: string, isView: boolean, sinceMs: number) => void;
  /** Called with each command to forget that was not there before. */
  onPurge: (id: string, purge: Purge) => void;
  /** Called when so long nothing could be read that commands were missed; since the instant, none was. */
  onGap: (since: number) => void;
  /** Milliseconds of a clock that nobody sets. */
  monotonic: () => number;
}

type Line =
  & Purge
  & ({ kind: "table" | "view"; name: string; version: string } | { kind: "purge"; name: string });

const timeoutMs = 5_000;
/** Time from one reading to the next while answers are kept. */
export const pollEveryMs = 1_000;
/** Versions that were read longer ago are read again before an answer is served. */
const verifiedMs = 1_500;
/** Readings that are further apart may have missed purges: half of the time for which versions.sql tells of one. */
export const maxGapMs = 30_000;

/** The versions of tables as ClickHouse last told them. */
export type Versions = ReturnType<typeof createVersions>;

/** Reads the versions of the tables in use, one small statement for all of them. */
export function createVersions(
  { clickHouse, log, tablesInUse, onChange, onPurge, onGap, monotonic }: VersionsOptions,
) {
  let versions = new Map<string, string>();
  /** Tables to look at besides those in use, and for how many. */
  const held = new Map<string, number>();
  /** Ids of the purges of the last minute. */
  let purges = new Set<string>();
  let polledAt = -Infinity;
  let isFailing = false;

  const inUse = () => [...new Set([...tablesInUse(), ...held.keys()])];

  async function poll(): Promise<void> {
    const startedAt = monotonic();
    const tables = inUse();
    let lines: Line[];
    try {
      lines = await readRows<Line>(clickHouse, {
        sql: versionsSql,
        parameters: { pairs: pairsOf(tables) },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      if (!isFailing) {
        const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        log({
          level: "warn",
          message: "Table versions cannot be read: cached answers count as outdated",
          cause,
        });
      }
      isFailing = true;
      return;
    }
    // nothing is kept yet that a purge could mean, unless answers came although this failed
    const isFirst = polledAt === -Infinity && !isFailing;
    if (isFailing) log({ level: "info", message: "Table versions are read again" });
    isFailing = false;
    if (startedAt - polledAt > maxGapMs) onGap(startedAt - maxGapMs);
    const known = purges;
    purges = new Set();
    const read = new Map<string, Line & { version: string }>();
    for (const line of lines) {
      if (line.kind !== "purge") read.set(line.name, line);
      else if (purges.add(line.name) && !known.has(line.name) && !isFirst) onPurge(line.name, line);
    }
    const before = versions;
    versions = new Map(tables.map((table) => [table, read.get(table)?.version ?? ""]));
    for (const table of inUse()) {
      // taken into use while the statement ran: its next change is one to what was known
      if (!versions.has(table) && before.has(table)) versions.set(table, before.get(table)!);
    }
    const sinceMs = startedAt - polledAt;
    // what was read is as old as the statement's beginning
    polledAt = startedAt;
    for (const table of tables) {
      const old = before.get(table);
      const isSame = old !== "" && old === versions.get(table);
      if (old !== undefined && !isSame) onChange(table, read.get(table)?.kind === "view", sinceMs);
    }
  }

  const turn = createSingleFlight(poll, 0, monotonic);

  return {
    /** Reads now, after a reading that already runs. Never throws. */
    poll: turn,

    /** Milliseconds since the versions were read. */
    age: () => monotonic() - polledAt,

    /** Whether they were read so lately that a change since would be as young. */
    isVerified: () => monotonic() - polledAt <= verifiedMs,

    /** Whether the last reading failed. */
    isFailing: () => isFailing,

    /** Whether the version of each of the tables was read, at the last reading or before. */
    has: (tables: string[]) => tables.every((table) => versions.has(table)),

    /** Whether a change of any of the tables would show. */
    isTracked: (tables: string[]) => tables.every((table) => (versions.get(table) ?? "") !== ""),

    /** Reads the tables' versions too from now on, until `release`. */
    hold(tables: string[]): void {
      for (const table of tables) held.set(table, (held.get(table) ?? 0) + 1);
    },

    release(tables: string[]): void {
      for (const table of tables) {
        const rest = held.get(table)! - 1;
        if (rest > 0) held.set(table, rest);
        else held.delete(table);
      }
    },
  };
}

function pairsOf(tables: string[]): string {
  // what has no database is no table: its version stays unknown
  const pairs = tables.filter((table) => table.includes(".")).map((table) => {
    const dot = table.indexOf(".");
    return `(${quoteString(table.slice(0, dot))},${quoteString(table.slice(dot + 1))})`;
  });
  return `[${pairs.join(",")}]`;
}
