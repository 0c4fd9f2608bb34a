import type { OpenApi, Refer } from "./document.ts";
import { needs } from "./security.ts";

/** The operation on the result cache. */
export function cachePaths(refer: Refer): OpenApi {
  return {
    "/v1/admin/cache": {
      delete: {
        tags: ["cache"],
        security: needs("admin"),
        operationId: "deleteCache",
        summary: "Forget cached answers",
        description:
          "Those that match all that is named; all when nothing is. Here at once, on every other gateway within " +
          "2 seconds.\n\nNeeds the scope `admin`.",
        parameters: [
          parameter("query", "Answers of this query, such as `outreach/overview`"),
          parameter("tenantId", "Answers to this tenant"),
          parameter("table", "Answers read from this table, also through views"),
        ],
        responses: {
          200: { description: "What was forgotten", content: { "application/json": { schema } } },
          ...refer("BadRequest", "Unauthenticated", "Forbidden", "TooManyRequests", "Failed", "Unavailable"),
        },
      },
    },
  };
}

function parameter(name: string, description: string): OpenApi {
  return { name, in: "query", required: false, description, schema: { type: "string", maxLength: 512 } };
}

const schema = {
  type: "object",
  properties: {
    data: {
      type: "object",
      properties: {
        id: { type: "string", format: "uuid" },
        query: { type: "string" },
        tenantId: { type: "string" },
        table: { type: "string" },
        forgotten: { type: "integer", description: "Answers that the gateway asked had kept" },
      },
      required: ["id", "query", "tenantId", "table", "forgotten"],
    },
  },
  required: ["data"],
};
