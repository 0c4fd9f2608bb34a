import { Mutex, withTimeout } from "async-mutex";
import { Problem } from "../problem.ts";

/** Who may wait for a key at once. */
const maxWaiting = 250;

/** Does the work of a key when that of all before it is over; not for other gateways, since ClickHouse has no locks. */
export function createKeyedMutex() {
  const mutexes = new Map<string, { mutex: Mutex; users: number }>();

  /** Throws a Problem when the wait is too long, and what the work throws. */
  return async function exclusively<Result>(
    key: string,
    timeoutMs: number,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const held = mutexes.get(key) ?? { mutex: new Mutex(), users: 0 };
    if (held.users >= maxWaiting) throw overloaded();
    mutexes.set(key, held);
    held.users++;
    try {
      return await withTimeout(held.mutex, timeoutMs, overloaded()).runExclusive(work);
    } finally {
      if (--held.users === 0) mutexes.delete(key);
    }
  };
}

function overloaded(): Problem {
  return new Problem("overloaded", {
    detail: "Too many changes of the same kind wait",
    retryAfterSeconds: 1,
  });
}
