import { usesClock } from "../catalog/clock.ts";
import { collect, collectedBytes } from "../query/collect.ts";
import type { Answer } from "../query/answer.ts";
import { type Ask, tenantsOf } from "./ask.ts";
import type { Cdn } from "./cdn.ts";
import { entityTag, type Entry } from "./entry.ts";
import type { Kept } from "./kept.ts";
import { cacheKey } from "./key.ts";
import type { KnownTables } from "./known_tables.ts";
import type { Run, Runs } from "./runs.ts";
import type { Versions } from "./versions.ts";

/** What `createMakeEntry` uses. */
export interface MakeEntryDeps {
  kept: Kept;
  runs: Runs;
  knownTables: KnownTables;
  versions: Versions;
  cdn?: Cdn;
  clock: () => Date;
  monotonic: () => number;
}

/** What a run made: an answer for all who wait, or a stream, which only one can take. */
export type Made = { entry: Entry } | { stream: Answer; isTaken: boolean };

/** Returns how to run a query and keep its answer, with what changed meanwhile. */
export function createMakeEntry({ kept, runs, knownTables, versions, cdn, clock, monotonic }: MakeEntryDeps) {
  return async function makeEntry(
    ask: Ask,
    clockAt: Date,
    signal: AbortSignal,
    isBehind: boolean,
    onBegin: (run: Run) => void,
  ): Promise<Made> {
    const { query } = ask;
    const tables = await knownTables.of(query);
    const run = runs.begin({
      query: query.name,
      tenantIds: tenantsOf(ask),
      tables,
      writtenTables: tables.filter((table) => ask.written.has(table.slice(table.indexOf(".") + 1))),
      beganAt: monotonic(),
    });
    onBegin(run);
    try {
      // what changed since the versions were read shows as a change later: they must be older than the run
      if (!versions.has(run.tables) || !versions.isVerified()) await versions.poll();
      signal.throwIfAborted();
      const limit = Math.min(kept.maxEntryBytes, collectedBytes);
      const answer = await collect(await ask.run(clockAt, signal, isBehind), limit);
      const { headers, body, data = body } = answer;
      if (!(body instanceof Uint8Array) || !(data instanceof Uint8Array)) {
        return { stream: answer, isTaken: false };
      }
      const tags = await cdn?.tagsOf(run);
      const madeAt = clock().getTime();
      const entry: Entry = {
        key: cacheKey(ask),
        query: query.name,
        policy: query.frontMatter.cache!,
        bindsNow: usesClock(query, ask.bound) && !ask.bound.now,
        tenantIds: run.tenantIds,
        tables: run.tables,
        writtenTables: run.writtenTables,
        isOverwritten: run.isOverwritten,
        beganAt: run.beganAt,
        headers,
        body,
        encoded: {},
        etag: await entityTag(data, ask.format.name),
        madeAt,
        clock: clockAt.getTime(),
        changedAt: run.changedAt ?? (versions.isTracked(run.tables) ? undefined : madeAt),
        tags,
      };
      if (!run.isPurged) kept.set(entry);
      return { entry };
    } finally {
      runs.end(run);
    }
  };
}
