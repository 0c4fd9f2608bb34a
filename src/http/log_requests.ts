import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app.ts";
import { activeTraceId } from "./trace.ts";

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
    const { audit: note, requestId, correlationId, credential, query } = c.var;
    const length = c.res.headers.get("content-length");
    log({
      level: c.res.status >= 500 ? "error" : "info",
      message: "request",
      requestId,
      correlationId,
      tenantId: credential?.tenantId,
      method: c.req.method,
      path: c.req.path,
      query: query?.name,
      status: c.res.status,
      cache: note?.cache || undefined,
      durationMs: round(performance.now() - start),
      clickHouseMs: note?.clickHouseMs ? round(note.clickHouseMs) : undefined,
      bytesRead: note?.bytesRead || undefined,
      // of an answer that streams, the audit tells when it is over
      bytesSent: note?.bytesSent ?? (length === null ? undefined : Number(length)),
      traceId: activeTraceId(),
    });
  });
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
