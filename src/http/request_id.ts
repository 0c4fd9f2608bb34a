import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app.ts";

/**
 * Gives each request an id of our own, answered as `X-Request-Id`. What a caller sends as `X-Request-Id` or
 * `X-Correlation-Id` cannot choose it; it is logged and answered as `X-Correlation-Id`.
 */
export function requestId() {
  return createMiddleware<AppEnv>(async function requestId(c, next) {
    const id = crypto.randomUUID();
    const sent = c.req.header("x-correlation-id") ?? c.req.header("x-request-id");
    const correlation = sent && /^[\w.:/+=-]{1,128}$/.test(sent) ? sent : undefined;
    c.set("requestId", id);
    c.set("correlationId", correlation);
    await next();
    // on the answer itself: what is set before there is one makes Hono copy it
    c.res.headers.set("x-request-id", id);
    if (correlation) c.res.headers.set("x-correlation-id", correlation);
  });
}
