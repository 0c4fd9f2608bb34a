import { queryScopes } from "../../auth/scope.ts";
import type { Query } from "../../catalog/query.ts";
import type { OpenApi, Refer } from "./document.ts";
import { idempotencyKeySchema } from "./schemas.ts";
import { needs } from "./security.ts";

/** The operation of a writing endpoint; `shared` is what it has in common with a query. */
export function writeOperation(query: Query, shared: OpenApi, body: OpenApi, refer: Refer): OpenApi {
  const { header, name } = query;
  const [scope] = queryScopes(name, header.scope);
  const isEmpty = Object.keys(body.properties).length === 0;
  return {
    ...shared,
    security: needs(scope),
    parameters: [...shared.parameters, idempotencyKey],
    ...(!isEmpty && {
      requestBody: {
        required: (body.required ?? []).length > 0,
        content: { "application/json": { schema: body } },
      },
    }),
    responses: {
      ...(query.bindsNewId ? { 201: created } : { 204: { description: "It is done" } }),
      ...refer("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "TooLarge"),
      ...refer("UnsupportedMediaType", "Unprocessable", "TooManyRequests", "Failed", "Unavailable"),
      ...refer("Timeout"),
    },
  };
}

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "A repetition with the same key and parameters changes nothing and gets the same answer",
  schema: idempotencyKeySchema,
};

const created = {
  description: "It is made",
  headers: {
    Location: {
      description: "Its address, if it has one of its own",
      schema: { type: "string", format: "uri-reference" },
    },
  },
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: {
          data: {
            type: "object",
            properties: { id: { type: "string", format: "uuid" } },
            required: ["id"],
          },
        },
        required: ["data"],
      },
    },
  },
};
