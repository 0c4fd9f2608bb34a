import type { OpenApi } from "./document.ts";

/** The operations that tell how the gateway is. They need no credential, but for METRICS_TOKEN. */
export function healthPaths(): OpenApi {
  return {
    "/health": {
      get: operation("getHealth", "How the gateway is, in a word for each part", {
        200: content("It answers requests; `degraded` tells that a part does not do its work", summarySchema),
        503: content("It answers none", summarySchema),
      }),
    },
    "/health/live": {
      get: operation("getHealthLive", "Whether the process runs", {
        200: content("It does", statusSchema("ok")),
      }),
    },
    "/health/ready": {
      get: operation("getHealthReady", "Whether queries can be answered", {
        200: content("They can", statusSchema("ok")),
        503: content("They cannot, and why", {
          ...statusSchema("unavailable"),
          properties: { ...statusSchema("unavailable").properties, reason: { type: "string" } },
        }),
      }),
    },
    "/health/cache": {
      get: operation("getHealthCache", "What the result cache holds, and did since the gateway started", {
        200: content("Its counts, in all and by query", cacheSchema),
      }),
    },
    "/health/dependencies": {
      get: operation("getHealthDependencies", "What the gateway needs, and how each of it is", {
        200: content("It answers requests", dependenciesSchema),
        503: content("It answers none", dependenciesSchema),
      }),
    },
    "/metrics": {
      get: {
        ...operation("getMetrics", "Metrics in Prometheus's text format", {
          200: {
            description: "All metrics",
            content: { "text/plain": { schema: { type: "string" } } },
          },
          401: { $ref: "#/components/responses/Unauthenticated" },
        }),
        description: "Wants the bearer token METRICS_TOKEN, where the gateway has one.",
      },
    },
  };
}

function operation(operationId: string, summary: string, responses: OpenApi): OpenApi {
  return { tags: ["health"], security: [], operationId, summary, responses };
}

function content(description: string, schema: OpenApi): OpenApi {
  return { description, content: { "application/json": { schema } } };
}

function statusSchema(...statuses: string[]) {
  return {
    type: "object",
    properties: { status: { type: "string", enum: statuses } },
    required: ["status"],
  };
}

const status = { type: "string", enum: ["ok", "degraded", "unavailable"] };

const summarySchema = {
  type: "object",
  properties: { status, dependencies: { type: "object", additionalProperties: status } },
  required: ["status", "dependencies"],
};

const count = { type: "integer" };

function part(properties: OpenApi = {}): OpenApi {
  return { type: "object", properties: { status, ...properties }, required: ["status"] };
}

const dependenciesSchema = {
  type: "object",
  properties: {
    status,
    dependencies: {
      type: "object",
      properties: {
        clickHouse: part({
          version: { type: "string" },
          latencyMs: { type: "number" },
          pendingMigrations: { ...count, description: "Migrations that the database lacks" },
        }),
        keys: part({
          fetchedAt: {
            type: ["string", "null"],
            format: "date-time",
            description: "When the keys of tokens came",
          },
        }),
        audit: part({ waiting: count, dropped: count }),
        budgets: part(),
        queue: part({ running: count, waiting: count }),
        catalog: part({
          broken: {
            type: "array",
            items: { type: "string" },
            description: "Query files that are wrong; the last good version of each may go on being served",
          },
        }),
      },
      required: ["clickHouse", "audit", "budgets", "queue", "catalog"],
    },
  },
  required: ["status", "dependencies"],
};

const held = { entries: count, bytes: count, evictions: count };
const counts = { hits: count, misses: count, staleHits: count, sharedRuns: count, bypasses: count };
const hitRate = { type: ["number", "null"], description: "Share of hits, of what the cache could answer" };

const cacheSchema = {
  type: "object",
  properties: {
    ...held,
    maxBytes: count,
    tooLarge: count,
    ...counts,
    hitRate,
    queries: {
      type: "array",
      items: {
        type: "object",
        properties: { query: { type: "string" }, ...held, ...counts, hitRate },
        required: ["query", ...Object.keys(held), ...Object.keys(counts), "hitRate"],
      },
    },
  },
  required: [
    ...Object.keys(held),
    "maxBytes",
    "tooLarge",
    ...Object.keys(counts),
    "hitRate",
    "queries",
  ],
};
