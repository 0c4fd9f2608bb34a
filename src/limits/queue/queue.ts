import { Problem } from "../../base/problem.ts";
import { createWaiting, type Waiter } from "./waiting.ts";
import type { QueueRequest } from "./queue_request.ts";

/** What a queue bounds. */
export interface QueueOptions {
  /** Queries that run at once. */
  concurrency: number;
  /** Requests that wait in all. */
  maxWaiting?: number;
  /** Requests of one tenant that wait. */
  maxWaitingPerTenant?: number;
  /** Milliseconds that pass whatever becomes of the clock. */
  monotonic?: () => number;
}

/** What became of the requests so far, and how many there are now. */
export interface QueueStats {
  concurrency: number;
  running: number;
  waiting: number;
  /** Requests that got a slot. */
  started: number;
  /** Requests refused since too many wait, since the wait would be too long, and since it was. */
  refused: { full: number; predicted: number; expired: number };
  /** Sum of all waits, in milliseconds. */
  waitedMs: number;
  msSinceRefusal: number;
}

/** The named queries of one gateway on their way to ClickHouse. */
export type Queue = ReturnType<typeof createQueue>;

/** Weight of the newest duration in the mean: some twenty queries make up most of it. */
const newest = 0.1;
/** A mean is made of what was seen; until then, nothing is predicted. */
const leastSeen = 5;
const maxRetrySeconds = 60;

/**
 * Runs at most `concurrency` queries at once. Others wait, and tenants take turns: a tenant with a thousand requests
 * delays one with a single request by one query. Within a tenant, first come is first served. Exports, whose clients
 * may read as slowly as they like, get half of the slots at most, and one tenant's a quarter.
 */
export function createQueue(options: QueueOptions) {
  const { maxWaiting = 1_000, maxWaitingPerTenant = 250, monotonic = () => performance.now() } = options;
  let { concurrency } = options;
  const line = createWaiting();
  const exportsOf = new Map<string, number>();
  let exports = 0;
  let running = 0;
  let started = 0;
  let waitedMs = 0;
  let meanMs = 0;
  let seen = 0;
  let refusedAt = -Infinity;
  const refused = { full: 0, predicted: 0, expired: 0 };

  function canStart({ tenantId, isExport }: QueueRequest): boolean {
    if (running >= concurrency) return false;
    if (!isExport) return true;
    return exports < Math.max(1, concurrency >> 1) &&
      (exportsOf.get(tenantId) ?? 0) < Math.max(1, concurrency >> 2);
  }

  /** Takes a slot; the function that is returned gives it back, once. */
  function start({ tenantId, isExport }: QueueRequest): () => void {
    const startedAt = monotonic();
    running++;
    started++;
    if (isExport) countExport(tenantId, 1);
    let isOver = false;
    return function release() {
      if (isOver) return;
      isOver = true;
      running--;
      if (isExport) countExport(tenantId, -1);
      if (!isExport) countDuration(monotonic() - startedAt);
      startNext();
    };
  }

  /** Exports do not count: they last as long as their clients read. */
  function countDuration(ms: number): void {
    meanMs = seen === 0 ? ms : meanMs + newest * (ms - meanMs);
    seen++;
  }

  function countExport(tenantId: string, by: 1 | -1): void {
    exports += by;
    const count = (exportsOf.get(tenantId) ?? 0) + by;
    if (count === 0) exportsOf.delete(tenantId);
    else exportsOf.set(tenantId, count);
  }

  function startNext(): void {
    for (let next = line.take(canStart); next; next = line.take(canStart)) {
      waitedMs += monotonic() - next.since;
      next.begin(start(next.request));
    }
  }

  /** How long a request would wait for a slot: so many start before it, one in each `meanMs / slots`. */
  function expectedMs(request: QueueRequest): number {
    const slots = Math.max(1, concurrency - exports);
    return seen < leastSeen ? 0 : (line.ahead(request.tenantId) + 1) * meanMs / slots;
  }

  function overloaded(detail: string, overMs: number): Problem {
    refusedAt = monotonic();
    const retryAfterSeconds = Math.min(maxRetrySeconds, Math.max(1, Math.ceil(overMs / 1_000)));
    return new Problem("overloaded", { detail, retryAfterSeconds });
  }

  function refuse(request: QueueRequest): Problem | undefined {
    const waitMs = expectedMs(request);
    if (line.size() >= maxWaiting || line.sizeOf(request.tenantId) >= maxWaitingPerTenant) {
      refused.full++;
      return overloaded("Too many requests wait for the database", waitMs);
    }
    if (waitMs > request.timeoutMs) {
      refused.predicted++;
      return overloaded(
        "The wait for the database would be longer than the query may take",
        waitMs - request.timeoutMs,
      );
    }
  }

  function wait(request: QueueRequest): Promise<() => void> {
    const { signal, timeoutMs } = request;
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        line.remove(waiting);
        reject(reason);
        // the next one may be one whom the limits of exports let pass
        startNext();
      };
      const onAbort = () => leave(signal.reason);
      const timer = setTimeout(() => {
        refused.expired++;
        leave(
          overloaded("The wait for the database was longer than the query may take", expectedMs(request)),
        );
      }, timeoutMs);
      const waiting: Waiter = {
        request,
        since: monotonic(),
        begin(release) {
          clearTimeout(timer);
          signal.removeEventListener("abort", onAbort);
          resolve(release);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      line.add(waiting);
    });
  }

  return {
    /**
     * Takes a slot as soon as it is the request's turn; resolves with what gives it back. Throws a Problem when the
     * wait is too long or would be, and the signal's reason.
     */
    async enter(request: QueueRequest): Promise<() => void> {
      request.signal.throwIfAborted();
      // where others wait all the same, they are exports at their limit: this one may pass them
      if (canStart(request)) return start(request);
      const refusal = refuse(request);
      if (refusal) throw refusal;
      return await wait(request);
    },

    /** Changes how many run at once. */
    setConcurrency(count: number): void {
      concurrency = count;
      startNext();
    },

    stats: (): QueueStats => ({
      concurrency,
      running,
      waiting: line.size(),
      started,
      refused: { ...refused },
      waitedMs,
      msSinceRefusal: monotonic() - refusedAt,
    }),
  };
}
