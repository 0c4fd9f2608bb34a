import type { OpenApi, Refer } from "./document.ts";
import { needs } from "./security.ts";

/** The operations on budgets. */
export function budgetPaths(refer: Refer): OpenApi {
  const failures = refer(
    "BadRequest",
    "Unauthenticated",
    "Forbidden",
    "TooManyRequests",
    "Failed",
    "Unavailable",
  );
  const budget = { description: "The budgets", content: { "application/json": { schema: answerSchema } } };
  const admin = { tags: ["budgets"], security: needs("admin"), parameters: [tenantParameter] };
  const path = "/v1/admin/tenants/{tenantId}/budget";
  return {
    "/v1/budget": {
      get: {
        tags: ["budgets"],
        security: needs(),
        operationId: "getBudget",
        summary: "The tenant's own budgets, and what is left of them",
        description: "Needs no scope.",
        responses: { 200: budget, ...failures },
      },
    },
    [path]: {
      get: {
        ...admin,
        operationId: "getTenantBudget",
        summary: "A tenant's budgets",
        description: "Needs the scope `admin`.",
        responses: { 200: budget, ...failures },
      },
      put: {
        ...admin,
        operationId: "putTenantBudget",
        summary: "Change a tenant's budgets",
        description:
          "What is not named stays as it is; null goes back to the default. Holds on every gateway within " +
          "5 seconds.\n\nNeeds the scope `admin`.",
        requestBody: { required: true, content: { "application/json": { schema: changeSchema } } },
        responses: { 200: budget, ...refer("TooLarge"), ...failures },
      },
    },
    [`${path}/reset`]: {
      post: {
        ...admin,
        operationId: "postTenantBudgetReset",
        summary: "Take the use of the day and of the month back to zero",
        description: "Needs the scope `admin`.",
        responses: { 200: budget, ...failures },
      },
    },
  };
}

const tenantParameter = {
  name: "tenantId",
  in: "path",
  required: true,
  schema: { type: "string", minLength: 1, maxLength: 256 },
};

const limit = { type: ["integer", "null"], minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

const changeSchema = {
  type: "object",
  properties: {
    daily: { ...limit, description: "Queries a day" },
    monthly: { ...limit, description: "Queries a month" },
    dailyBytes: { ...limit, description: "Bytes that queries read a day" },
    perSecond: { ...limit, minimum: 1, description: "Requests a second" },
  },
  additionalProperties: false,
};

const stateSchema = {
  type: "object",
  properties: {
    limit: { type: "integer" },
    used: { type: "integer" },
    remaining: { type: "integer" },
    resetsAt: { type: "string", format: "date-time" },
    isDefault: { type: "boolean" },
  },
  required: ["limit", "used", "remaining", "resetsAt", "isDefault"],
};

const countOrNull = { type: ["integer", "null"] };

const answerSchema = {
  type: "object",
  properties: {
    data: {
      type: "object",
      properties: {
        tenantId: { type: "string" },
        daily: stateSchema,
        monthly: stateSchema,
        dailyBytes: {
          ...stateSchema,
          properties: { ...stateSchema.properties, limit: countOrNull, remaining: countOrNull },
          description: "Null is no limit",
        },
        perSecond: {
          type: "object",
          properties: { limit: { type: "integer" }, isDefault: { type: "boolean" } },
          required: ["limit", "isDefault"],
        },
      },
      required: ["tenantId", "daily", "monthly", "dailyBytes", "perSecond"],
    },
  },
  required: ["data"],
};
