import { type RouteConfig, z } from "@hono/zod-openapi";
import { queryScopes } from "../../auth/scope.ts";
import { needs } from "../../auth/security.ts";
import type { Endpoint } from "../../catalog/find_query.ts";
import type { Query } from "../../catalog/query.ts";
import { warningsColumn } from "../../catalog/query_rules.ts";
import { type JsonSchema, resultSchema } from "../../clickhouse/types/json_schema.ts";
import { dataAnswer, problemRefs } from "../../http/answers.ts";
import { idempotencyHeaders } from "../../http/idempotency/key.ts";
import { formats } from "../../query/format.ts";
import { dataColumns } from "../../query/formats/warnings.ts";
import { describeColumns } from "./describe_columns.ts";
import { bodySchema, formParameters, ownParameters, parameterObject } from "./query_parameters.ts";

type Route = Omit<RouteConfig, "path" | "method">;

/** The routes of an address: a query's two, but for a POST that a writing endpoint takes, and those that write. */
export function queryRoutes({ path, queries }: Endpoint): RouteConfig[] {
  return [...queries].map(([name, query]) => {
    const method = name.toLowerCase() as RouteConfig["method"];
    const route = query.frontMatter.method
      ? writing(query)
      : method === "get"
      ? read(query)
      : readByBody(query);
    return { method, path: `/v1/${path}`, operationId: operationId(method, query.name), ...route };
  });
}

function operationId(method: string, name: string): string {
  return [method, ...name.split(/[^A-Za-z0-9]+/).filter(Boolean)]
    .map((word, i) => i ? word[0].toUpperCase() + word.slice(1) : word).join("");
}

/** What all routes of a query have; `more` is said after its own description. */
function common({ name, frontMatter }: Query, more?: string) {
  const scopes = queryScopes(name, frontMatter.scope);
  const scopeSentence = `Needs the scope ${scopes.map((scope) => `\`${scope}\``).join(" or ")}.`;
  return {
    tags: [name.split("/")[0]],
    summary: frontMatter.summary,
    description: [frontMatter.description, more, scopeSentence].filter(Boolean).join("\n\n"),
    security: needs(scopes.at(-1)),
  };
}

function read(query: Query): Route {
  const { path, others } = ownParameters(query);
  return {
    ...common(query),
    parameters: [...[...path, ...others].map(parameterObject), ...formParameters(query)],
    responses: {
      ...answers(query),
      ...(query.frontMatter.cache && {
        206: { description: "The bytes that `Range` asks for, of an export that is kept" },
        304: { description: "What `If-None-Match` names is still the answer" },
        ...problemRefs("PreconditionFailed", "RangeNotSatisfiable"),
      }),
    },
  };
}

function readByBody(query: Query): Route {
  const { path, others } = ownParameters(query);
  return {
    ...common(query, "The same query with its parameters in the body."),
    parameters: [...path.map(parameterObject), ...formParameters(query)],
    request: { body: bodyOf(others) },
    responses: { ...answers(query), ...problemRefs("TooLarge", "UnsupportedMediaType") },
  };
}

function writing(query: Query): Route {
  const { path, others } = ownParameters(query);
  return {
    ...common(query),
    parameters: path.map(parameterObject),
    request: {
      headers: idempotencyHeaders(
        "A repetition with the same key and parameters changes nothing and gets the same answer",
      ),
      ...(others.length && { body: bodyOf(others) }),
    },
    responses: {
      ...(query.bindsNewId ? { 201: created } : { 204: { description: "It is done" } }),
      ...problemRefs("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "TooLarge"),
      ...problemRefs("UnsupportedMediaType", "Unprocessable", "TooManyRequests", "Failed", "Unavailable"),
      ...problemRefs("Timeout"),
    },
  };
}

/** A body of parameters, which may be missing when none of them is needed. */
function bodyOf(parameters: Parameters<typeof bodySchema>[0]) {
  const schema = bodySchema(parameters);
  return {
    required: schema.required !== undefined,
    content: { "application/json": { schema: raw(schema) } },
  };
}

/** What a query answers. */
function answers(query: Query): Route["responses"] {
  const { columns: { [warningsColumn]: _, ...described }, returns, cache } = query.frontMatter;
  const columns = dataColumns(query);
  const row = describeColumns({
    type: "object",
    properties: Object.fromEntries(columns.map(({ name, type }) => [name, resultSchema(type)])),
    required: columns.map(({ name }) => name),
  }, described);
  const envelope = {
    type: "object",
    properties: {
      data: returns === "object" ? row : { type: "array", items: row },
      meta: { $ref: "#/components/schemas/Meta" },
    },
    required: ["data", "meta"],
  };
  const others = formats.slice(1).map(({ mediaType, isText }) => [mediaType, isText ? text : {}]);
  return {
    200: {
      description: "The answer",
      ...(cache && { headers: cacheHeaders }),
      content: { "application/json": { schema: raw(envelope) }, ...Object.fromEntries(others) },
    },
    ...problemRefs("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "NotAcceptable"),
    ...problemRefs("TooManyRequests", "QueryTooLarge", "Failed", "Unavailable", "Timeout"),
  };
}

/** A schema of ours, which zod-openapi takes as it is. */
function raw(schema: JsonSchema): Record<string, unknown> {
  return schema;
}

const text = { schema: { type: "string" as const } };

const cacheHeaders = {
  "Cache-Status": { description: "How the answer came, by RFC 9211: `hit`, or `fwd=` and why not", ...text },
  ETag: {
    description: "Equal for equal data, whenever it was computed; strong for an export that is not packed",
    ...text,
  },
  Age: { description: "Seconds since the answer was computed", schema: { type: "integer" as const } },
};

const created = {
  headers: {
    Location: {
      description: "Its address, if it has one of its own",
      schema: { type: "string" as const, format: "uri-reference" },
    },
  },
  ...dataAnswer("It is made", z.object({ id: z.uuid() })),
};
