import type { Log } from "../base/log.ts";
import { usesClock } from "../catalog/clock.ts";
import { type Ask, clockOf, type Outcome } from "./ask.ts";
import { type Entry, freshnessOf } from "./entry.ts";
import { createFlights, type Flight } from "./flights.ts";
import { cacheKey } from "./key.ts";
import { createMakeEntry, type Made, type MakeEntryDeps } from "./make_entry.ts";
import type { Counter } from "./stats.ts";

/** What `createComputing` uses. */
export interface ComputingDeps extends MakeEntryDeps {
  counter: Counter;
  log: Log;
}

/** Time after a failed recomputation in which none is begun for the same outdated answer. */
const retryMs = 1_000;

/** Computes answers: those who ask for the same at once share a run. */
export function createComputing({ counter, log, ...deps }: ComputingDeps) {
  const { versions, clock, monotonic } = deps;
  const makeEntry = createMakeEntry(deps);
  const flights = createFlights<Made>();
  const retryAt = new WeakMap<Entry, number>();

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
        makeEntry(ask, clockAt, signal, isBehind, (run) =>
          outdatedWhen(() => {
            if (run.isPurged) return true;
            if (monotonic() - startedAt <= frontMatter.cache!.freshMs) return false;
            return run.changedAt !== undefined || !versions.isVerified() || !versions.isTracked(run.tables);
          })),
    );
    return { key, flight, clockAt, isShared: false };
  }

  return {
    /** Answers a request by a run. Throws what the run throws, or the signal's reason. */
    async compute(ask: Ask, forwarded: "miss" | "stale" | "bypass"): Promise<Outcome> {
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
    },

    /** Makes a new answer that nobody waits for, unless that is under way or failed a moment ago. */
    async recompute(ask: Ask, outdated: Entry): Promise<void> {
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
    },
  };
}
