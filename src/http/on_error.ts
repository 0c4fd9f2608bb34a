import type { ErrorHandler } from "hono";
import { ClickHouseError, ClickHouseUnreachable, problemOf, textForLog } from "../clickhouse/exception.ts";
import { Problem, problemResponse } from "../base/problem.ts";
import type { Log } from "../base/log.ts";
import type { HttpEnv } from "./facts.ts";

/** Status of a request whose client left; never seen by anyone but the log (nginx's convention). */
const clientClosed = 499;

/**
 * Turns whatever was thrown into a problem document. What is our own fault is logged with its cause, but for a 503 of a gateway
 * that is starting.
 */
export function onError<Env extends HttpEnv>(log: Log, isStarting: () => boolean): ErrorHandler<Env> {
  return function onError(error, c) {
    if (c.req.raw.signal.aborted && !(error instanceof Problem)) {
      return new Response(null, { status: clientClosed });
    }
    const problem = toProblem(error);
    if (problem.status >= 500 && !(problem.status === 503 && isStarting())) {
      log({
        level: "error",
        message: problem.message,
        requestId: c.var.facts.requestId,
        path: c.req.path,
        file: c.var.facts.file || undefined,
        cause: problem.cause === undefined ? undefined : causeText(problem.cause),
      });
    }
    const response = problemResponse(problem, `urn:uuid:${c.var.facts.requestId}`);
    response.headers.forEach((value, name) => c.header(name, value));
    return c.newResponse(response.body, response.status as 500);
  };
}

function causeText(cause: unknown): string {
  if (cause instanceof ClickHouseError) {
    return `${cause.name}: ${textForLog(cause)}`;
  }
  if (!(cause instanceof Error)) return String(cause);
  return `${cause.name}: ${cause.message}${cause.cause === undefined ? "" : `; ${causeText(cause.cause)}`}`;
}

/** The problem that an error is to the caller. */
export function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ClickHouseError || error instanceof ClickHouseUnreachable) return problemOf(error);
  return new Problem("internal", {}, error);
}
