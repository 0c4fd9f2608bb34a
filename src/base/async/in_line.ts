import { Problem } from "../problem.ts";

/** Writes that wait for the one before them. */
const maxWaiting = 250;

/** Does one write of a key after the other. */
export type InLine = ReturnType<typeof createInLine>;

/**
 * Lines of writes: one that looks whether something is there already sees what the one before it has made. That holds in
 * this gateway; ClickHouse has no unique keys.
 */
export function createInLine() {
  const lines = new Map<string, { last: Promise<unknown>; waiting: number }>();

  /** Does the work when the key's writes before it are over. Throws a Problem when the wait is too long, and what the work throws. */
  return async function inLine<Result>(
    key: string,
    timeoutMs: number,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const line = lines.get(key) ?? { last: Promise.resolve(), waiting: 0 };
    if (line.waiting >= maxWaiting) throw overloaded();
    lines.set(key, line);
    line.waiting++;
    const since = performance.now();
    const turn = line.last.then(() => {
      if (performance.now() - since > timeoutMs) throw overloaded();
      return work();
    });
    line.last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      if (--line.waiting === 0) lines.delete(key);
    }
  };
}

function overloaded(): Problem {
  return new Problem("overloaded", {
    detail: "Too many changes of the same kind wait",
    retryAfterSeconds: 1,
  });
}
