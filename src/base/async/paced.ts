import { pause } from "./pause.ts";

/** How often a piece of work is done at most, and what is told of it. */
export interface PacedOptions {
  /** Shortest time from one beginning to the next. */
  intervalMs: number;
  /** Longest pause after failures, which begins at the interval and doubles; and longest rest after work that took long. */
  maxPauseMs: number;
  onSuccess?: () => void;
  onFailure?: (error: unknown) => void;
}

/**
 * Returns how to have the work done: at once when it has rested, else after a pause. Asked for while it is done, it is done again
 * after; what is asked for several times meanwhile is done once. Work that fails is repeated. It rests as long as it took, so that it takes
 * no more than half of the time. Nothing begins after the signal.
 */
export function createPaced(
  work: () => Promise<void>,
  { intervalMs, maxPauseMs, onSuccess, onFailure }: PacedOptions,
  signal: AbortSignal,
): () => void {
  let isWanted = false;
  let isBusy = false;

  async function workOff(): Promise<void> {
    isBusy = true;
    for (let failures = 0; isWanted && !signal.aborted;) {
      isWanted = false;
      const start = performance.now();
      try {
        await work();
        failures = 0;
        onSuccess?.();
      } catch (error) {
        if (signal.aborted) break;
        isWanted = true;
        failures++;
        onFailure?.(error);
      }
      const tookMs = performance.now() - start;
      const restMs = failures ? intervalMs * 2 ** (failures - 1) : Math.max(intervalMs - tookMs, tookMs);
      await pause(Math.min(restMs, maxPauseMs), signal);
    }
    isBusy = false;
  }

  return function want() {
    isWanted = true;
    if (!isBusy) void workOff();
  };
}
