import type { MiddlewareHandler } from "hono";

/** What this middleware uses. */
export interface UntilReadyDeps {
  /** Waits, for a bounded time, while it is not known whether requests can be served; undefined when it is known. */
  whileStarting?: () => Promise<unknown> | undefined;
}

/** Has requests wait while the gateway starts. One that has waited without success goes on, and is refused by what it asks for. */
export function untilReady(whileStarting: () => Promise<unknown> | undefined): MiddlewareHandler {
  return function untilReady(_, next) {
    const waiting = whileStarting();
    return waiting ? waiting.then(next) : next();
  };
}
