// The room base: what every room uses: problems, configuration, log lines, bytes, waiting.

/**
 * Every error a caller can meet, in one table: slug → HTTP status and title (RFC 9457).
 * The slug is the stable part of `type`: `/problems/<slug>`, which the gateway serves as a page.
 */
export const problems = {
  "invalid-parameter": [400, "A parameter is unknown, missing, repeated or has a wrong value"],
  "invalid-request": [400, "The request cannot be read"],
  "unauthenticated": [401, "A credential is needed"],
  "forbidden": [403, "The credential does not allow this"],
  "not-found": [404, "There is nothing at this address"],
  "method-not-allowed": [405, "The address does not take this method"],
  "not-acceptable": [406, "The answer does not come in the format asked for"],
  "conflict": [409, "What is there already does not allow this"],
  "idempotency-conflict": [409, "The first request with this Idempotency-Key is still running"],
  "precondition-failed": [412, "A condition of the request does not hold"],
  "body-too-large": [413, "The body is larger than the limit"],
  "unsupported-media-type": [415, "The body has a type or an encoding that is not taken"],
  "range-not-satisfiable": [416, "The answer does not have the bytes asked for"],
  "idempotency-mismatch": [422, "The Idempotency-Key was used with another body"],
  "nothing-accepted": [422, "No line of the body was accepted"],
  "query-too-large": [422, "The query needs more memory or reads more rows than it may"],
  "budget-spent": [429, "A budget of the tenant is spent"],
  "too-many-requests": [429, "The tenant sends too many requests at once"],
  "internal": [500, "The server failed"],
  "broken-query": [500, "The query file is wrong"],
  "not-configured": [501, "The gateway is not configured for this"],
  "unavailable": [503, "The database is not reachable"],
  "overloaded": [503, "The database has too much to do"],
  "timeout": [504, "The query took longer than it may"],
} as const satisfies Record<string, readonly [number, string]>;

/** A slug of the problem table. */
export type ProblemType = keyof typeof problems;

/** What a problem document says beyond type, title and status; all of it may be shown to the caller. */
export interface ProblemDetails {
  detail?: string;
  /** The parameter at fault. */
  parameter?: string;
  /** Each fault, when there are several. */
  errors?: { parameter: string; detail: string }[];
  /** Seconds until a repetition makes sense; sent as `Retry-After` too. */
  retryAfterSeconds?: number;
  [extension: string]: unknown;
}

/** An error whose text is written for the caller; `cause` is only logged. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;

  constructor(readonly type: ProblemType, readonly details: ProblemDetails = {}, cause?: unknown) {
    super(details.detail ?? problems[type][1], { cause });
    this.status = problems[type][0];
  }
}

/** The problem as `application/problem+json`. */
export function problemResponse(problem: Problem, instance?: string): Response {
  const { retryAfterSeconds, headers: extra, ...details } = problem.details;
  const headers = new Headers(extra as HeadersInit | undefined);
  headers.set("content-type", "application/problem+json");
  headers.set("cache-control", "no-store");
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  const [status, title] = problems[problem.type];
  const document = { type: `/problems/${problem.type}`, title, status, ...details, instance };
  return new Response(JSON.stringify(document), { status, headers });
}
