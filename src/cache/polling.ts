import type { Cdn } from "./cdn.ts";
import type { Kept } from "./kept.ts";
import type { Runs } from "./runs.ts";
import { maxGapMs, pollEveryMs, type Versions } from "./versions.ts";

/** What `createPolling` uses. */
export interface PollingDeps {
  versions: Versions;
  kept: Kept;
  runs: Runs;
  cdn?: Cdn;
  monotonic: () => number;
}

/** When nobody has asked for so long, versions are read just often enough to miss no purge; a request has them read first. */
const restAfterMs = 60_000;
const restEveryMs = maxGapMs * 2 / 3;

/** Has the versions read each second while somebody asks, and seldom while nobody does. */
export function createPolling({ versions, kept, runs, cdn, monotonic }: PollingDeps) {
  let timer: ReturnType<typeof setInterval> | undefined;
  let askedAt = -Infinity;
  let isRested = false;

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
    /** Notes that somebody asks. */
    asked(): void {
      askedAt = monotonic();
    },

    /** Whether readings were left out, so that `wake` must come before an answer. */
    isRested: () => isRested,

    wake,
    tick,

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
