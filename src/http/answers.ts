import { z } from "@hono/zod-openapi";
import { once } from "../base/once.ts";
import { problems, type ProblemType } from "../base/problem.ts";

/** A route's answer in JSON. */
export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/** A route's answer in the envelope `{"data": …}`. */
export function dataAnswer<Schema extends z.ZodType>(description: string, data: Schema) {
  return jsonAnswer(description, z.object({ data }));
}

/** A body in JSON, which a route cannot do without. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true as const, content: { "application/json": { schema } } };
}

/** Problems that routes answer with, by the name under which the OpenAPI document has the answer; one status each. */
export const problemAnswers = {
  BadRequest: ["invalid-parameter", "invalid-request"],
  Unauthenticated: ["unauthenticated"],
  Forbidden: ["forbidden"],
  TooManyRequests: ["budget-spent", "too-many-requests"],
  NotFound: ["not-found"],
  NotAcceptable: ["not-acceptable"],
  Conflict: ["idempotency-conflict", "conflict"],
  PreconditionFailed: ["precondition-failed"],
  TooLarge: ["body-too-large"],
  UnsupportedMediaType: ["unsupported-media-type"],
  RangeNotSatisfiable: ["range-not-satisfiable"],
  Unprocessable: ["nothing-accepted", "idempotency-mismatch"],
  QueryTooLarge: ["query-too-large"],
  Failed: ["internal", "broken-query"],
  NotConfigured: ["not-configured"],
  Unavailable: ["unavailable", "overloaded"],
  Timeout: ["timeout"],
} as const satisfies Record<string, readonly ProblemType[]>;

/** References to problem answers, by status. Handlers throw problems and never return them: their types have none. */
export function problemRefs(...names: (keyof typeof problemAnswers)[]): Record<never, never> {
  return Object.fromEntries(names.map((name) => {
    const [status] = problems[problemAnswers[name][0]];
    return [status, { $ref: `#/components/responses/${name}` }];
  }));
}

/** What every route under `/v1` may answer with that has no body and asks ClickHouse. */
export const usualProblems = problemRefs(
  "BadRequest",
  "Unauthenticated",
  "Forbidden",
  "TooManyRequests",
  "Failed",
  "Unavailable",
);

/** A problem document. */
export const problemSchema = once(() =>
  z.object({
    type: z.enum(Object.keys(problems).map((type) => `/problems/${type}`)).meta({ format: "uri-reference" }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional().meta({ format: "uri-reference", description: "Names the request" }),
    parameter: z.string().optional().describe("The parameter at fault"),
    errors: z.array(z.object({ parameter: z.string(), detail: z.string() })).optional()
      .describe("Each fault, when there are several"),
  }).meta({ description: "RFC 9457", additionalProperties: true })
);
