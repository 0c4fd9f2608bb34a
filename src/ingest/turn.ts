/** How long all bodies together are worked on before other requests have their turn. */
const turnMs = 5;
/** A timer that is so late was lost with what set it: on workerd, objects that end share the module with others. */
const lostMs = 1_000;

const waiting: (() => void)[] = [];
let beganAt = -Infinity;
let isTicking = false;

/**
 * Resolves when a piece of a body may be worked on: at once, or after a turn of the event loop when bodies have had
 * theirs in this one. Time is counted for all bodies together: twenty that each kept to it alone would not.
 */
export function takeTurn(): Promise<void> | undefined {
  if (!isTicking || performance.now() - beganAt > lostMs) begin();
  if (waiting.length === 0 && performance.now() - beganAt < turnMs) return;
  return new Promise((resolve) => waiting.push(resolve));
}

/** A piece has been worked on: the next body goes on in this turn while there is time. */
export function endTurn(): void {
  if (performance.now() - beganAt < turnMs) waiting.shift()?.();
}

function begin(): void {
  isTicking = true;
  beganAt = performance.now();
  setTimeout(() => {
    isTicking = false;
    // one goes on whatever the time, so that a body whose reader is gone holds up nobody
    const next = waiting.shift();
    if (!next) return;
    begin();
    next();
  });
}
