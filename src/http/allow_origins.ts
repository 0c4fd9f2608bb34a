import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/** Headers of ours that scripts of other origins may send. */
const allowHeaders = [
  "authorization",
  "x-api-key",
  "content-type",
  "content-encoding",
  "idempotency-key",
  "if-none-match",
  "range",
  "if-range",
  "cache-control",
  "x-correlation-id",
];

/** Headers of our answers that they may read. */
const exposeHeaders = [
  "x-request-id",
  "x-correlation-id",
  "location",
  "retry-after",
  "server-timing",
  "cache-status",
  "etag",
  "accept-ranges",
  "content-range",
  "age",
  "content-disposition",
  "www-authenticate",
  "ratelimit",
  "ratelimit-policy",
];

/**
 * CORS for exact origins. Hono's middleware sets its fields before the answer is there, which makes Hono copy the answer, its
 * body as a stream; here they are set on the answer itself.
 */
export function allowOrigins(origins: string[]): MiddlewareHandler {
  const library = cors({ origin: origins, allowHeaders, exposeHeaders, maxAge: 600 });
  return async function allowOrigins(c, next) {
    if (c.req.method === "OPTIONS") return await library(c, next);
    await next();
    const answered = c.res;
    // a WebSocket's answer is on its way, and the fields of its request are gone
    if (answered.status === 101) return;
    if (c.req.header("origin") === undefined) return answered.headers.append("vary", "Origin");
    c.res = undefined;
    await library(c, async () => {});
    const { headers } = c.res;
    c.res = undefined;
    c.res = answered;
    headers.forEach((value, name) => {
      if (name === "vary") answered.headers.append(name, value);
      else answered.headers.set(name, value);
    });
  };
}
