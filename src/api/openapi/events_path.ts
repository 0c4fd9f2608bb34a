import { ingestedSchema } from "../../ingest/schema.ts";
import type { OpenApi, Refer } from "./document.ts";
import { idempotencyKeySchema } from "./schemas.ts";
import { needs } from "./security.ts";

/** Sending events into one of the streams. */
export function eventsPath(streams: string[], refer: Refer): OpenApi {
  const event = { type: "object", additionalProperties: true };
  return {
    post: {
      tags: ["events"],
      operationId: "postEvents",
      summary: "Send events",
      description:
        "One JSON object, a list of them, or NDJSON of any length, also with `Content-Encoding: gzip`. " +
        "The answer comes when the accepted lines are stored; refused ones are kept as dead letters. " +
        "A key that comes twice in one object has its line refused, as has an event older than events are kept.\n\n" +
        "Needs the scope `ingest`.",
      security: needs("ingest"),
      parameters: [
        { name: "stream", in: "path", required: true, schema: { type: "string", enum: streams } },
        {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description: "A repetition with the same key and body stores nothing and gets the same answer",
          schema: idempotencyKeySchema,
        },
      ],
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: { anyOf: [event, { type: "array", items: event }] } },
          "application/x-ndjson": { schema: { type: "string" } },
        },
      },
      responses: {
        200: {
          description: "What became of the lines",
          content: { "application/json": { schema: ingestedSchema } },
        },
        ...refer("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "TooLarge"),
        ...refer("UnsupportedMediaType"),
        ...refer("Unprocessable", "Failed", "Unavailable"),
      },
    },
  };
}
