// The room cache: finished answers, kept until the tables behind them change, and how they are served: conditions, ranges, encodings. Those who ask for the same at once share a run.

import type { Log } from "../base/log.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { type Ask, clockOf, type Outcome } from "./ask.ts";
import { createBodies } from "./bodies.ts";
import type { Cdn } from "./cdn.ts";
import { createComputing } from "./computing.ts";
import { type Entry, freshnessOf } from "./entry.ts";
import { createInvalidation } from "./invalidation.ts";
import { createKept } from "./kept.ts";
import { cacheKey } from "./key.ts";
import { createKnownTables } from "./known_tables.ts";
import { createPolling } from "./polling.ts";
import { createRuns } from "./runs.ts";
import { type CacheStats, createCounter, type QueryStats } from "./stats.ts";

/** What `createCache` uses. */
export interface CacheOptions {
  /** Reads table versions and purges. */
  clickHouse: ClickHouse;
  /** Resolves views. */
  reader: ClickHouse;
  clock: () => Date;
  log: Log;
  /** Bytes that all answers together take at most; 0 keeps none. */
  maxBytes: number;
  /** Milliseconds of a clock that nobody sets. */
  monotonic?: () => number;
  /** The CDN that may keep answers too. */
  cdn?: Cdn;
}

/** Older readings of the versions than this are waited for also where `stale` allows an outdated answer. */
const maxUnverifiedMs = 5_000;

/** The result cache. */
export type Cache = ReturnType<typeof createCache>;

/** Keeps finished answers, and knows by the versions of the tables behind them when they are outdated. */
export function createCache(
  { clickHouse, reader, clock, log, maxBytes, monotonic = () => performance.now(), cdn }: CacheOptions,
) {
  const kept = createKept(maxBytes);
  const runs = createRuns();
  const counter = createCounter();
  const knownTables = createKnownTables(reader);
  const shared = { kept, runs, knownTables, cdn, clock, monotonic, log };
  const { versions, purge, written } = createInvalidation({ clickHouse, ...shared });
  const polling = createPolling({ versions, ...shared });
  const { compute, recompute } = createComputing({ versions, counter, ...shared });
  const { text, encoded } = createBodies(kept);

  /** Whether an answer that may go out outdated goes out before it is known that its tables have not changed. */
  function mayGoUnverified({ policy }: Entry): boolean {
    return !versions.isFailing() && versions.age() <= Math.min(policy.staleMs, maxUnverifiedMs);
  }

  function decide(
    ask: Ask,
    entry: Entry | undefined,
    counts = versions.isVerified(),
  ): Outcome | Promise<Outcome> {
    if (!entry) return compute(ask, "miss");
    const { state, ttlSeconds } = freshnessOf(entry, clock().getTime(), counts);
    if (state === "expired") return compute(ask, "stale");
    if (state === "outdated") recompute(ask, entry);
    const status = state === "fresh" ? "hit" : "stale";
    ask.onStatus(status);
    counter.add(entry.query, status === "hit" ? "hits" : "staleHits");
    return { answer: entry, entry, status, isShared: false, ttlSeconds };
  }

  return {
    /** The answer to a request, kept or computed. Throws what the run throws, or the signal's reason. */
    serve(ask: Ask): Outcome | Promise<Outcome> {
      polling.asked();
      if (!ask.query.frontMatter.cache || maxBytes === 0) return runOnce(ask, clock());
      if (ask.isBypass) return compute(ask, "bypass");
      const key = cacheKey(ask);
      if (polling.isRested()) return polling.wake().then(() => decide(ask, kept.get(key)));
      const entry = kept.get(key);
      if (!entry || versions.isVerified()) return decide(ask, entry);
      if (entry.writtenTables.length === 0) {
        if (entry.changedAt !== undefined) return decide(ask, entry);
        if (mayGoUnverified(entry)) {
          versions.poll();
          return decide(ask, entry, true);
        }
      }
      return versions.poll().then(() => decide(ask, kept.get(key)));
    },

    text,
    encoded,
    purge,
    written,
    cdn,

    stats: (): CacheStats => ({ ...kept.stats(), ...counter.total() }),

    /** The same of each query that was asked; walks all that is kept. */
    queries(): QueryStats[] {
      const heldOf = kept.byQuery();
      return counter.byQuery().map(([query, counts]) => ({ query, ...heldOf(query), ...counts }));
    },

    poll: versions.poll,
    tick: polling.tick,
    start: polling.start,
    stop: polling.stop,
  };
}

async function runOnce(ask: Ask, now: Date): Promise<Outcome> {
  ask.onStatus("bypass");
  const answer = await ask.run(clockOf(ask, now, { freshMs: 1_000 }), ask.signal(), false);
  return { answer, status: "bypass", forwarded: "bypass", isShared: false, ttlSeconds: 0 };
}
