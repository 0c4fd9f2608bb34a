import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app.ts";

/** One line of the log. */
export interface LogEntry {
  level: "info" | "warn" | "error";
  message: string;
  [field: string]: unknown;
}

/** Takes a line of the log. */
export type Log = (entry: LogEntry) => void;

/** Logs each request when its answer's head is known. No query string, no token, no body: they may hold secrets. */
export function logRequests(log: Log) {
  return createMiddleware<AppEnv>(async function logRequests(c, next) {
    const start = performance.now();
    await next();
    log({
      level: c.res.status >= 500 ? "error" : "info",
      message: "request",
      requestId: c.var.requestId,
      correlationId: c.var.correlationId,
      tenantId: c.var.credential?.tenantId,
      method: c.req.method,
      path: c.req.path,
      query: c.var.query?.name,
      status: c.res.status,
      durationMs: Math.round((performance.now() - start) * 10) / 10,
    });
  });
}
