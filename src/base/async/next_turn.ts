/** Not of the Web's APIs, and not on every host. */
const onNextTurn = (globalThis.setImmediate as typeof setImmediate | undefined) ??
  ((work: () => void) => setTimeout(work, 0));

/** Resolves when the loop has been round, so that all else had its turn. A timer of 0 ms would take one millisecond and more. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void onNextTurn(resolve));
}
