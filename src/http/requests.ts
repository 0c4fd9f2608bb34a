import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Log } from "../base/log.ts";
import { countBytes } from "./count_bytes.ts";
import { type HttpEnv, newFacts, type RequestFacts } from "./facts.ts";
import { toProblem } from "./on_error.ts";
import { activeTraceId, nameSpan } from "./trace.ts";

/** A request that is over: its body is sent, broke off or was left by the caller. */
export interface EndedRequest extends RequestFacts {
  method: string;
  path: string;
  status: number;
  /** Slug of the problem type, or empty. */
  problem: string;
  durationMs: number;
  bytesSent: number;
}

/** Who is told of requests. */
export interface RequestsOptions {
  log: Log;
  /** Whether the gateway is not ready yet: a 503 is no error then. */
  isStarting: () => boolean;
  onEnd: (request: EndedRequest) => void;
}

/** What browsers have to know of answers that are data, and of the pages of the API reference. */
const securityFields = {
  "cross-origin-resource-policy": "cross-origin",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=15552000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
};

/**
 * Begins the facts of each request and hands them on when it is over. When its answer's head is known, that gets the fields of
 * every answer and its line of the log: without query string, token and body, which may hold secrets. Each request has an id of
 * our own, answered as `X-Request-Id`. What a caller sends as `X-Request-Id` or `X-Correlation-Id` cannot choose it; it is logged
 * and answered as `X-Correlation-Id`.
 */
export function requests({ log, isStarting, onEnd }: RequestsOptions) {
  return createMiddleware<HttpEnv>(async function requests(c, next) {
    const sent = c.req.header("x-correlation-id") ?? c.req.header("x-request-id");
    const facts = newFacts(sent && /^[\w.:/+=-]{1,128}$/.test(sent) ? sent : undefined);
    c.set("facts", facts);
    await next();
    const { method, path } = c.req;
    const { status, headers } = c.res;
    // on the answer itself: what is set before there is one makes Hono copy it
    for (const name in securityFields) {
      headers.append(name, securityFields[name as keyof typeof securityFields]);
    }
    headers.append("x-request-id", facts.requestId);
    // what says nothing of it, a CDN might keep for as long as it likes
    if (!headers.has("cache-control")) headers.append("cache-control", "no-store");
    if (facts.correlationId) headers.append("x-correlation-id", facts.correlationId);
    nameSpan(c);

    const length = headers.get("content-length");
    const end = (bytesSent: number, failure?: string) =>
      onEnd({
        ...facts,
        method,
        path,
        status,
        problem: failure ?? (c.error ? toProblem(c.error).type : ""),
        durationMs: performance.now() - facts.startedAt,
        bytesSent,
      });
    if (facts.ended) facts.ended.then(({ bytes, failure }) => end(bytes, failure));
    else if (facts.isAudited) endWithBody(c, length, end);
    log({
      level: status >= 500 && !(status === 503 && isStarting()) ? "error" : "info",
      message: "request",
      requestId: facts.requestId,
      correlationId: facts.correlationId,
      tenantId: facts.tenantId || undefined,
      method,
      path,
      query: facts.query || undefined,
      status,
      cache: facts.cache || undefined,
      durationMs: round(performance.now() - facts.startedAt),
      clickHouseMs: facts.clickHouseMs ? round(facts.clickHouseMs) : undefined,
      bytesRead: facts.bytesRead || undefined,
      // of an answer that streams, the audit tells when it is over
      bytesSent: length === null ? undefined : Number(length),
      traceId: activeTraceId(),
    });
  });
}

/** Calls `end` with the bytes of the answer's body when it is over. */
function endWithBody(c: Context, length: string | null, end: (bytesSent: number, failure?: string) => void) {
  // a body whose size is known is not touched: to look at it makes a stream of it
  if (c.req.method === "HEAD") return end(0);
  if (length !== null) return end(Number(length));
  if (!c.res.body) return end(0);
  const counted = new Response(countBytes(c.res.body, end), c.res);
  // without this, Hono would copy the headers of the old answer onto the new one
  c.res = undefined;
  c.res = counted;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
