import { Mutex } from "async-mutex";
import { nextTurn } from "../base/async/next_turn.ts";

/**
 * Returns how to do parts of long works one after the other, in the order in which they were asked for: after each so many ms of
 * them, all else that this process does is let through.
 */
export function createTurns(maxMs: number): (part: () => void) => Promise<void> {
  const mutex = new Mutex();
  let begun = performance.now();

  return async function inTurn(part) {
    await mutex.runExclusive(async () => {
      if (performance.now() - begun >= maxMs) {
        await nextTurn();
        begun = performance.now();
      }
      part();
    });
  };
}
