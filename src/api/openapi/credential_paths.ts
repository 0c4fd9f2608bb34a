import { z } from "zod";
import { maxPageSize, newKeyRequest } from "../../auth/api_key_request.ts";
import type { OpenApi, Refer } from "./document.ts";
import { needs } from "./security.ts";

/** The operations on API keys and stream tokens. */
export function credentialPaths(refer: Refer): OpenApi {
  const shared = { tags: ["credentials"] };
  const failures = refer(
    "BadRequest",
    "Unauthenticated",
    "Forbidden",
    "TooManyRequests",
    "Failed",
    "Unavailable",
  );
  const admin = { ...shared, security: needs("admin") };
  return {
    "/v1/admin/keys": {
      get: {
        ...admin,
        operationId: "getAdminKeys",
        summary: "List API keys",
        description:
          "Newest first, those that were revoked too; never the key itself.\n\nNeeds the scope `admin`.",
        parameters: listParameters,
        responses: {
          200: answer("The keys", { type: "array", items: keySchema }, pageMeta),
          ...refer("BadRequest"),
          ...failures,
        },
      },
      post: {
        ...admin,
        operationId: "postAdminKeys",
        summary: "Make an API key",
        description: "The answer shows the key, once.\n\nNeeds the scope `admin`.",
        requestBody: { required: true, content: { "application/json": { schema: bodySchema } } },
        responses: {
          201: answer("The key", madeKeySchema),
          ...refer("BadRequest", "TooLarge"),
          ...failures,
        },
      },
    },
    "/v1/admin/keys/{id}": {
      delete: {
        ...admin,
        operationId: "deleteAdminKey",
        summary: "Revoke an API key",
        description: "It is refused everywhere within 5 seconds.\n\nNeeds the scope `admin`.",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
        responses: {
          204: { description: "It is revoked, now or before" },
          ...refer("NotFound"),
          ...failures,
        },
      },
    },
    "/v1/stream/token": {
      post: {
        ...shared,
        security: needs("stream"),
        operationId: "postStreamToken",
        summary: "Make a token for the address of a stream",
        description:
          "For browsers' `EventSource`, which can send no header: `GET /v1/stream/…?token=…`. It holds for a minute, " +
          "when the stream is opened, and for nothing else.\n\nNeeds the scope `stream`.",
        responses: { 200: answer("The token", streamTokenSchema), ...refer("NotConfigured"), ...failures },
      },
    },
  };
}

function answer(description: string, data: OpenApi, meta?: OpenApi): OpenApi {
  const properties = { data, ...(meta && { meta }) };
  const schema = { type: "object", properties, required: Object.keys(properties) };
  return { description, content: { "application/json": { schema } } };
}

const { $schema: _, ...bodySchema } = z.toJSONSchema(newKeyRequest, { io: "input" });

const integer = { type: "integer", minimum: 1 };
const listParameters = [
  {
    name: "tenantId",
    in: "query",
    required: false,
    description: "Only the keys of this tenant",
    schema: { type: "string" },
  },
  {
    name: "page",
    in: "query",
    required: false,
    description: "Number of the page, from 1",
    schema: { ...integer, default: 1 },
  },
  {
    name: "pageSize",
    in: "query",
    required: false,
    description: "Keys of a page",
    schema: { ...integer, maximum: maxPageSize, default: 100 },
  },
];

const pageMeta = {
  type: "object",
  properties: {
    page: {
      type: "object",
      properties: { number: integer, size: integer, total: { type: "integer" } },
      required: ["number", "size", "total"],
    },
  },
  required: ["page"],
};

const instant = { type: "string", format: "date-time" };
const instantOrNull = (description: string) => ({ ...instant, type: ["string", "null"], description });

const keyProperties = {
  id: { type: "string", format: "uuid" },
  tenantId: { type: "string" },
  name: { type: "string" },
  scopes: { type: "array", items: { type: "string" } },
  createdAt: instant,
  expiresAt: instantOrNull("When it ceases to hold"),
  revokedAt: instantOrNull("When it was revoked"),
  lastUsedAt: instantOrNull("When it was last used, a second or so ago at the latest"),
};
const keySchema = { type: "object", properties: keyProperties, required: Object.keys(keyProperties) };

const madeKeyProperties = {
  ...keyProperties,
  key: { type: "string", description: "The key: shown here, and never again" },
};
const madeKeySchema = {
  type: "object",
  properties: madeKeyProperties,
  required: Object.keys(madeKeyProperties),
};

const streamTokenSchema = {
  type: "object",
  properties: { token: { type: "string" }, expiresAt: instant },
  required: ["token", "expiresAt"],
};
