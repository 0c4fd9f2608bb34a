import { trace } from "@opentelemetry/api";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../app.ts";

/**
 * Names the request's span by what it asked for, such as `GET /v1/outreach/overview`, where requests are traced
 * (`OTEL_DENO=true`; elsewhere this costs some 30 ns). Deno makes the span and passes its context on to ClickHouse.
 */
export function nameSpan() {
  return createMiddleware<AppEnv>(async function nameSpan(c, next) {
    const span = trace.getActiveSpan();
    if (!span?.isRecording()) return await next();
    await next();
    const route = routeOf(c);
    span.updateName(`${c.req.method} ${route}`);
    span.setAttribute("http.route", route);
    span.setAttribute("sluice.request_id", c.var.requestId);
    if (c.var.query) span.setAttribute("sluice.query", c.var.query.name);
    if (c.var.audit?.cache) span.setAttribute("sluice.cache", c.var.audit.cache);
    if (c.var.credential) span.setAttribute("sluice.tenant", c.var.credential.tenantId);
  });
}

/** The pattern of the path, never the path itself: names of spans are few. */
function routeOf(c: Context<AppEnv>): string {
  if (c.var.query) return `/v1/${c.var.query.name}`;
  return matchedRoutes(c).at(-1)?.path ?? "*";
}

/** The id of the trace that the request belongs to, if it is traced. */
export function activeTraceId(): string | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span.spanContext().traceId : undefined;
}
