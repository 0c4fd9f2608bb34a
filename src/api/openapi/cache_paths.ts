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
          "2 seconds. A 503 tells that the others could not be told: send it again.\n\nNeeds the scope `admin`.",
        parameters: [
          parameter(
            "query",
            "Answers of this query: its name, such as `outreach/overview`, the path of its file or its address",
          ),
          parameter("tenantId", "Answers to this tenant, and those that hold its rows"),
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
  return {
    name,
    in: "query",
    required: false,
    description,
    schema: { type: "string", minLength: 1, maxLength: 512 },
  };
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
