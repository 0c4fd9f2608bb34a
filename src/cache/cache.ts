// The room cache: finished answers, kept until the tables behind them change, and how they are served: conditions, ranges, encodings. Those who ask for the same at once share a run.

import type { Answer } from "../query/answer.ts";
import { usesClock } from "../catalog/clock.ts";
import type { Query } from "../catalog/query.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import type { Log } from "../base/log.ts";
import { type Ask, clockOf, type Outcome, tenantsOf } from "./ask.ts";
import type { Cdn } from "./cdn.ts";
import { collect, collectedBytes } from "../query/collect.ts";
import { decodeText, encode, type Encoding, entityTag, type Entry, freshnessOf } from "./entry.ts";
import { createFlights, type Flight } from "./flights.ts";
import { createKept } from "./kept.ts";
import { cacheKey } from "./key.ts";
import { tablesBehind } from "../catalog/lineage/tables_behind.ts";
import type { Purge } from "./purge.ts";
import { createRuns, type Run } from "./runs.ts";
import { type CacheStats, createCounter, type QueryStats } from "./stats.ts";
import { createVersions, maxGapMs } from "./versions.ts";

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

/** What a run made: an answer for all who wait, or a stream, which only one can take. */
type Made = { entry: Entry } | { stream: Answer; isTaken: boolean };

const pollEveryMs = 1_000;
/** When nobody has asked for so long, versions are read just often enough to miss no purge; a request has them read first. */
const restAfterMs = 60_000;
const restEveryMs = maxGapMs * 2 / 3;
/** Table versions that were read longer ago are read again before an answer is served. */
const verifiedMs = 1_500;
/** Older readings than this are waited for also where `stale` allows an outdated answer. */
const maxUnverifiedMs = 5_000;
/** Time after a failed recomputation in which none is begun for the same outdated answer. */
const retryMs = 1_000;
/** The purge that names nothing. */
const everything: Purge = { query: "", tenantId: "", table: "" };
/** Purges given here that are remembered until they are read; of one forgotten sooner, the second time forgets again. */
const maxGiven = 100;

/** The result cache. */
export type Cache = ReturnType<typeof createCache>;

/** Keeps finished answers, and knows by the versions of the tables behind them when they are outdated. */
export function createCache(
  { clickHouse, reader, clock, log, maxBytes, monotonic = () => performance.now(), cdn }: CacheOptions,
) {
  const kept = createKept(maxBytes);
  const runs = createRuns();
  const flights = createFlights<Made>();
  const counter = createCounter();
  const retryAt = new WeakMap<Entry, number>();
  /** Ids of the purges given here that were not read yet. */
  const given = new Set<string>();
  let traced = new WeakMap<Query, Promise<string[]>>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let askedAt = -Infinity;
  /** Readings were left out, so that a change or a purge may be unknown. */
  let isRested = false;

  const versions = createVersions({
    clickHouse,
    log,
    tablesInUse: () => [...kept.tables(), ...runs.tables(), ...cdn?.tables() ?? []],
    onChange(table, isView, sinceMs) {
      // it may have changed just after the last reading, which after a rest is long ago
      const at = clock().getTime() - (sinceMs > 2 * pollEveryMs ? sinceMs : 0);
      // it may read other tables than before
      if (isView) traced = new WeakMap();
      runs.change(table, at);
      kept.change(table, at);
      cdn?.change(table);
    },
    onPurge(id, command) {
      // it was carried out here when it was given here
      if (given.delete(id)) return;
      purge(command);
      cdn?.purge(command);
    },
    onGap(since) {
      purge(everything, since);
      cdn?.purgeAll();
    },
    monotonic,
  });
  const isVerified = () => versions.age() <= verifiedMs;

  /** The tables that a query's rows come from; known from the second time on. */
  function trace(query: Query): Promise<string[]> {
    const known = traced.get(query);
    if (known) return known;
    const tracing = tablesBehind(reader, query.tables);
    traced.set(query, tracing);
    tracing.catch(() => traced.delete(query));
    return tracing;
  }

  /** Runs the query and keeps its answer. */
  async function make(
    ask: Ask,
    clockAt: Date,
    signal: AbortSignal,
    isBehind: boolean,
    onBegin: (run: Run) => void,
  ): Promise<Made> {
    const { query } = ask;
    const tables = await trace(query);
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
      if (!versions.has(run.tables) || !isVerified()) await versions.poll();
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
  }

  /** A run for the request's key and clock: one on its way that is as fresh as the query asks, or a new one. */
  function take(
    ask: Ask,
    isBehind: boolean,
  ): { key: string; flight: Flight<Made>; clockAt: Date; isShared: boolean } {
    const { frontMatter } = ask.query;
    const clockAt = clockOf(ask, clock(), frontMatter.cache!);
    const key = usesClock(ask.query, ask.bound) ? `${cacheKey(ask)}\0${clockAt.getTime()}` : cacheKey(ask);
    const underway = ask.isBypass ? undefined : flights.get(key);
    if (underway) return { key, flight: underway, clockAt, isShared: true };
    const startedAt = monotonic();
    const flight = flights.start(
      key,
      (signal, outdatedWhen) =>
        make(ask, clockAt, signal, isBehind, (run) =>
          outdatedWhen(() => {
            if (run.isPurged) return true;
            if (monotonic() - startedAt <= frontMatter.cache!.freshMs) return false;
            return run.changedAt !== undefined || !isVerified() || !versions.isTracked(run.tables);
          })),
    );
    return { key, flight, clockAt, isShared: false };
  }

  async function compute(ask: Ask, forwarded: "miss" | "stale" | "bypass"): Promise<Outcome> {
    const { key, flight, clockAt, isShared } = take(ask, false);
    const status = forwarded === "bypass" ? "bypass" : "miss";
    ask.onStatus(status);
    counter.add(ask.query.name, status === "bypass" ? "bypasses" : "misses");
    if (isShared) counter.add(ask.query.name, "sharedRuns");
    const made = await flights.join(key, flight, ask.signal());
    if ("entry" in made) {
      const { entry } = made;
      const { ttlSeconds } = freshnessOf(entry, clock().getTime(), true);
      return { answer: entry, entry, status, forwarded, isShared, ttlSeconds };
    }
    // a stream has one reader; the others ask for their own
    const isOwn = made.isTaken;
    made.isTaken = true;
    const answer = isOwn ? await ask.run(clockAt, ask.signal(), false) : made.stream;
    return { answer, status, forwarded, isShared: false, ttlSeconds: 0 };
  }

  /** Makes a new answer that nobody waits for, unless that is under way or failed a moment ago. */
  async function recompute(ask: Ask, outdated: Entry): Promise<void> {
    if (monotonic() < (retryAt.get(outdated) ?? 0)) return;
    const { key, flight, isShared } = take(ask, true);
    if (isShared) return;
    try {
      const made = await flights.join(key, flight);
      if ("stream" in made && made.stream.body instanceof ReadableStream) await made.stream.body.cancel();
    } catch (error) {
      retryAt.set(outdated, monotonic() + retryMs);
      const cause = error instanceof Error ? error.name : String(error);
      log({
        level: "warn",
        message: "An outdated answer could not be computed again",
        query: outdated.query,
        cause,
      });
    }
  }

  /** Whether an answer that may go out outdated goes out before it is known that its tables have not changed. */
  function mayGoUnverified({ policy }: Entry): boolean {
    return !versions.isFailing() && versions.age() <= Math.min(policy.staleMs, maxUnverifiedMs);
  }

  function decide(
    ask: Ask,
    entry: Entry | undefined,
    counts = isVerified(),
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

  /** Forgets the answers that a purge means, those on their way too; returns how many were kept. */
  function purge(command: Purge, begunBefore?: number): number {
    runs.purge(command, begunBefore);
    return kept.purge(command, begunBefore);
  }

  async function encodeAndKeep(entry: Entry, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await encode(entry.body, encoding);
    const latest = kept.peek(entry.key);
    if (latest?.body !== entry.body) return bytes;
    const larger = { ...latest, encoded: { ...latest.encoded, [encoding]: bytes } };
    if (kept.fits(larger)) kept.set(larger);
    return bytes;
  }

  async function wake(): Promise<void> {
    await versions.poll();
    isRested = false;
  }

  /** Reads the versions of the tables in use, and purges, if there are answers or some on their way; seldom while it rests. */
  async function tick(): Promise<void> {
    // who has an answer from the CDN does not ask here
    const isShared = cdn !== undefined && cdn.tables().length > 0;
    if (kept.size() + runs.size() === 0 && !isShared) return;
    const isResting = runs.size() === 0 && !isShared && monotonic() - askedAt > restAfterMs;
    if (isResting && versions.age() < restEveryMs) isRested = true;
    else await wake();
  }

  return {
    /** The answer to a request, kept or computed. Throws what the run throws, or the signal's reason. */
    serve(ask: Ask): Outcome | Promise<Outcome> {
      askedAt = monotonic();
      if (!ask.query.frontMatter.cache || maxBytes === 0) return runOnce(ask, clock());
      if (ask.isBypass) return compute(ask, "bypass");
      const key = cacheKey(ask);
      if (isRested) return wake().then(() => decide(ask, kept.get(key)));
      const entry = kept.get(key);
      if (!entry || isVerified()) return decide(ask, entry);
      if (entry.writtenTables.length === 0) {
        if (entry.changedAt !== undefined) return decide(ask, entry);
        if (mayGoUnverified(entry)) {
          versions.poll();
          return decide(ask, entry, true);
        }
      }
      return versions.poll().then(() => decide(ask, kept.get(key)));
    },

    /** The entry's body as text, which is made once; null when it is none, or has no room. Deno sends it in half the time. */
    text(entry: Entry): string | null {
      if (entry.text !== undefined) return entry.text;
      const text = decodeText(entry.body);
      // an answer that takes more room is kept again, as another object: that its room counts
      const larger = { ...entry, text };
      if (text === null || kept.peek(entry.key) !== entry || !kept.fits(larger)) entry.text = null;
      else kept.set(larger);
      return text;
    },

    /** The entry's body in an encoding, which is made once. */
    encoded(
      entry: Entry,
      encoding: Encoding,
    ): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
      return entry.encoded[encoding] ?? encodeAndKeep(entry, encoding);
    },

    /** Forgets the answers that a purge means, as the gateway where it is given; `id` is that of its row. */
    purge(id: string, command: Purge): number {
      if (given.size < maxGiven) given.add(id);
      cdn?.purge(command);
      return purge(command);
    },

    /** Forgets what a tenant was answered from a table, since it has just written it through this gateway. */
    written: (table: string, tenantId: string): void => void purge({ query: "", tenantId, table }),

    poll: versions.poll,
    tick,
    cdn,

    stats: (): CacheStats => ({ ...kept.stats(), ...counter.total() }),

    /** The same of each query that was asked; walks all that is kept. */
    queries(): QueryStats[] {
      const heldOf = kept.byQuery();
      return counter.byQuery().map(([query, counts]) => ({ query, ...heldOf(query), ...counts }));
    },

    /** Begins to call `tick` each second. */
    start(): void {
      timer ??= setInterval(tick, pollEveryMs);
    },

    stop(): void {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

async function runOnce(ask: Ask, now: Date): Promise<Outcome> {
  ask.onStatus("bypass");
  const answer = await ask.run(clockOf(ask, now, { freshMs: 1_000 }), ask.signal(), false);
  return { answer, status: "bypass", forwarded: "bypass", isShared: false, ttlSeconds: 0 };
}
