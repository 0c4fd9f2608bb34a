import { pause } from "./pause.ts";

/**
 * Runs `work` one at a time, each at least `gapMs` after the last began. A call gets the result of a run that begins
 * after it; calls that wait for the same run share it.
 */
export function createSingleFlight<Result>(
  work: () => Promise<Result>,
  gapMs: number,
  monotonic: () => number,
  wait: (ms: number) => Promise<void> = pause,
): () => Promise<Result> {
  let next: Promise<Result> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let beganAt = -Infinity;

  async function takeTurn(): Promise<Result> {
    await running;
    const early = beganAt + gapMs - monotonic();
    if (early > 0) await wait(early);
    next = undefined;
    beganAt = monotonic();
    const run = work();
    running = run.catch(() => {});
    return await run;
  }

  return () => next ??= takeTurn();
}
