import type { OpenApi, Refer } from "./document.ts";
import { needs } from "./security.ts";

/** The operation on sources that the database reads by itself. */
export function syncPaths(refer: Refer): OpenApi {
  return {
    "/v1/admin/sync/{source}": {
      post: {
        tags: ["analytics"],
        security: needs("admin"),
        operationId: "postAdminSync",
        summary: "Have the database read a source now",
        description:
          "The answer does not wait for the run: `GET /v1/analytics/sync` tells how it ended. While a run goes on, " +
          "another is not begun, so that a repetition is harmless.\n\nNeeds the scope `admin`.",
        parameters: [{
          name: "source",
          in: "path",
          required: true,
          description: "As `/v1/analytics/sync` lists them",
          schema: { type: "string" },
          example: "outcome_scores",
        }],
        responses: {
          202: { description: "Asked", content: { "application/json": { schema: answerSchema } } },
          ...refer("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "TooManyRequests"),
          ...refer("Failed", "Unavailable"),
        },
      },
    },
  };
}

const answerSchema = {
  type: "object",
  properties: {
    data: {
      type: "object",
      properties: { source: { type: "string" }, status: { type: "string", enum: ["asked"] } },
      required: ["source", "status"],
    },
  },
  required: ["data"],
};
