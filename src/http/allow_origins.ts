import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Log } from "../base/log.ts";

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

/** The pages that this machine serves, on whichever port. */
const local = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
/** So many origins are told of, each once: anybody may send any. */
const maxTold = 100;

/**
 * CORS for exact origins; `localhost` stands for every port of this machine. Hono's middleware sets its fields before the answer is
 * there, which makes Hono copy the answer, its body as a stream; here they are set on the answer itself.
 */
export function allowOrigins(origins: string[], log: Log): MiddlewareHandler {
  const exact = new Set(origins);
  const takesLocal = exact.delete("localhost");
  const isAllowed = (origin: string) => exact.has(origin) || takesLocal && local.test(origin);
  const library = cors({
    origin: (origin) => isAllowed(origin) ? origin : null,
    allowHeaders,
    exposeHeaders,
    maxAge: 600,
  });
  const told = new Set<string>();
  /** The browser tells its page nothing of the reason. */
  const tellRefused = (origin: string) => {
    if (isAllowed(origin) || told.has(origin) || told.size >= maxTold) return;
    told.add(origin);
    log({
      level: "warn",
      message: `Refused a page: origin ${origin.slice(0, 200)} is not in ALLOWED_ORIGINS`,
    });
  };
  return async function allowOrigins(c, next) {
    if (c.req.method === "OPTIONS") {
      const origin = c.req.header("origin");
      if (origin && c.req.header("access-control-request-method")) tellRefused(origin);
      return await library(c, next);
    }
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
