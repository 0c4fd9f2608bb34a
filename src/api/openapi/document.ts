import type { Served } from "../../catalog/serving.ts";
import { tablesOf } from "../../query/formats/export_columns.ts";
import { type Format, formats } from "../../query/format.ts";
import { warningsColumn } from "../../catalog/query_rules.ts";
import { dataColumns } from "../../query/formats/warnings.ts";
import { queryScopes } from "../../auth/scope.ts";
import { maxOffset } from "../../query/bind.ts";
import type { Parameter } from "../../catalog/parameter.ts";
import { type Endpoint, endpoints } from "../../catalog/find_query.ts";
import type { Query } from "../../catalog/query.ts";
import { type JsonSchema, resultSchema } from "../../clickhouse/types/json_schema.ts";
import { problems, type ProblemType } from "../../base/problem.ts";
import { budgetPaths } from "./budget_paths.ts";
import { cachePaths } from "./cache_paths.ts";
import { credentialPaths } from "./credential_paths.ts";
import { describeColumns } from "./describe_columns.ts";
import { eventsPath } from "./events_path.ts";
import { healthPaths } from "./health_paths.ts";
import { metaSchema, problemSchema } from "./schemas.ts";
import { syncPaths } from "./sync_paths.ts";
import { writeOperation } from "./write_operation.ts";
import { needs, securitySchemes } from "./security.ts";

/** A part of an OpenAPI document; its shape is checked by a validator in the tests. */
// deno-lint-ignore no-explicit-any -- as free as JSON
export type OpenApi = Record<string, any>;

/** How the document is written as YAML: long lines, and no anchors, which some readers do not take. */
export const yamlOptions = { lineWidth: 110, aliasDuplicateObjects: false };

/** The OpenAPI 3.1 document of what is served: a pure function of the catalog and the streams. */
export function openApiDocument({ catalog, streams }: Served): OpenApi {
  const queries = endpoints(catalog).map((endpoint) => [`/v1/${endpoint.path}`, endpointPath(endpoint)]);
  const domains = [...new Set([...catalog.keys()].map((name) => name.split("/")[0]))];
  return {
    openapi: "3.1.1",
    info: {
      title: "Sluice",
      version: "1",
      description:
        "Analytics of your tenant. Every endpoint under `/v1` is a SQL file; the token names the tenant.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: needs(),
    tags: [
      ...domains.map((name) => ({ name })),
      { name: "events", description: "Sending events in" },
      { name: "credentials", description: "API keys, and tokens for streams" },
      { name: "health", description: "How the gateway is" },
    ],
    paths: withRefusals({
      ...Object.fromEntries(queries),
      ...(streams.length && { "/v1/events/{stream}": eventsPath(streams, refer) }),
      ...credentialPaths(refer),
      ...budgetPaths(refer),
      ...syncPaths(refer),
      ...cachePaths(refer),
      ...healthPaths(),
    }),
    components: {
      securitySchemes,
      schemas: { Problem: problemSchema, Meta: metaSchema },
      responses: Object.fromEntries(
        Object.entries(responses).map(([name, types]) => [name, problemContent(types)]),
      ),
    },
  };
}

/** The paths with what every request under `/v1` that may change something can meet before its route. */
function withRefusals(paths: OpenApi): OpenApi {
  const refusals = refer("PreconditionFailed", "UnsupportedMediaType");
  return Object.fromEntries(
    Object.entries(paths as Record<string, OpenApi>).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          method === "get" || !path.startsWith("/v1/")
            ? operation
            : { ...operation, responses: { ...operation.responses, ...refusals } },
        ]),
      ),
    ]),
  );
}

/** Problem responses that operations refer to, by name. */
const responses: Record<string, ProblemType[]> = {
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
};

/** References to problem responses, by status. */
export type Refer = (...names: string[]) => OpenApi;

function refer(...names: string[]): OpenApi {
  return Object.fromEntries(names.map((name) => {
    const [status] = problems[responses[name][0]];
    return [status, { $ref: `#/components/responses/${name}` }];
  }));
}

function problemContent(types: ProblemType[]): OpenApi {
  const list = types.map((type) => `\`/problems/${type}\`: ${problems[type][1]}`).join(". ");
  return {
    description: list,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

/** The operations at one address: a query's, less a POST that a writing endpoint takes, and those that write. */
function endpointPath({ queries }: Endpoint): OpenApi {
  return Object.fromEntries(
    [...queries].map((
      [method, query],
    ) => [method.toLowerCase(), queryOperations(query)[method.toLowerCase()]]),
  );
}

function queryOperations(query: Query): OpenApi {
  const { header, name } = query;
  const inPath = query.parameters.filter((parameter) => parameter.in === "path");
  const others = [
    ...query.parameters.filter((parameter) => parameter.in === "query"),
    ...pageParameters(query),
  ];
  const scopes = queryScopes(name, header.scope);
  const scopeSentence = `Needs the scope ${scopes.map((scope) => `\`${scope}\``).join(" or ")}.`;
  const shared = {
    tags: [name.split("/")[0]],
    summary: header.summary,
    description: [header.description, scopeSentence].filter(Boolean).join("\n\n"),
    security: needs(scopes.at(-1)),
    responses: {
      200: {
        description: "The answer",
        ...(header.cache && { headers: cacheHeaders }),
        content: answerContent(query),
      },
      ...refer("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "NotAcceptable"),
      ...refer("TooManyRequests", "QueryTooLarge", "Failed", "Unavailable", "Timeout"),
    },
  };
  const body = {
    type: "object",
    properties: Object.fromEntries(others.map((parameter) => {
      const description = describe(parameter);
      const schema = parameter.isNullable ? orNull(parameter.schema) : parameter.schema;
      return [parameter.name, { ...schema, ...(description && { description }) }];
    })),
    required: others.filter((parameter) => parameter.required).map((parameter) => parameter.name),
    additionalProperties: false,
  };
  const pathParameters = inPath.map(parameterObject);
  const forms = [formatParameter, ...exportParameters(query)];
  if (header.method) {
    const method = header.method.toLowerCase();
    const { responses: _, ...common } = shared;
    const operation = { ...common, operationId: operationId(method, name), parameters: pathParameters };
    return { [method]: writeOperation(query, operation, withoutEmptyRequired(body), refer) };
  }
  return {
    get: {
      ...shared,
      operationId: operationId("get", name),
      parameters: [...pathParameters, ...others.map(parameterObject), ...forms],
      responses: {
        ...shared.responses,
        ...(header.cache && {
          206: { description: "The bytes that `Range` asks for, of an export that is kept" },
          304: { description: "What `If-None-Match` names is still the answer" },
          ...refer("PreconditionFailed", "RangeNotSatisfiable"),
        }),
      },
    },
    post: {
      ...shared,
      operationId: operationId("post", name),
      description: [header.description, "The same query with its parameters in the body.", scopeSentence]
        .filter(Boolean).join("\n\n"),
      parameters: [...pathParameters, ...forms],
      requestBody: {
        required: body.required.length > 0,
        content: { "application/json": { schema: withoutEmptyRequired(body) } },
      },
      responses: { ...shared.responses, ...refer("TooLarge", "UnsupportedMediaType") },
    },
  };
}

const text = { schema: { type: "string" } };

const cacheHeaders = {
  "Cache-Status": { description: "How the answer came, by RFC 9211: `hit`, or `fwd=` and why not", ...text },
  ETag: {
    description: "Equal for equal data, whenever it was computed; strong for an export that is not packed",
    ...text,
  },
  Age: { description: "Seconds since the answer was computed", schema: { type: "integer" } },
};

function operationId(method: string, name: string): string {
  return [method, ...name.split(/[^A-Za-z0-9]+/).filter(Boolean)]
    .map((word, i) => i ? word[0].toUpperCase() + word.slice(1) : word).join("");
}

function withoutEmptyRequired(schema: { required: string[] } & OpenApi): OpenApi {
  const { required, ...rest } = schema;
  return required.length ? schema : rest;
}

type Described = Pick<
  Parameter,
  "name" | "required" | "isNullable" | "schema" | "description" | "example" | "in"
>;

/** A schema that takes null as well. */
function orNull({ type = [], ...schema }: JsonSchema): JsonSchema {
  return { type: [type, "null"].flat(), ...schema, ...(schema.enum && { enum: [...schema.enum, null] }) };
}

function parameterObject(parameter: Described): OpenApi {
  const { name, in: place, required, schema, example } = parameter;
  const description = describe(parameter);
  return {
    name,
    in: place,
    required,
    ...(description && { description }),
    schema,
    ...(required && example !== undefined && { example }),
  };
}

/**
 * What a parameter means. The example of one that may be left out is told here: as `example` the API reference would fill
 * it in, and the first try would ask for something else than the defaults.
 */
function describe({ required, description, example }: Described): string | undefined {
  if (required || example === undefined) return description;
  const shown = typeof example === "object" ? JSON.stringify(example) : example;
  return [description, `For example \`${shown}\``].filter(Boolean).join(". ");
}

const formatParameter = {
  name: "format",
  in: "query",
  required: false,
  description: "Form of the answer; without it, the `Accept` header decides",
  schema: { type: "string", enum: formats.map(({ name }) => name), default: formats[0].name },
};

/** What says more of the form of an export. */
function exportParameters(query: Query): OpenApi[] {
  const tables = tablesOf(query);
  return [
    ...(tables.length
      ? [{
        name: "table",
        in: "query",
        required: false,
        description: "In exports: the list in the answer whose elements are the rows",
        schema: { type: "string", enum: tables },
      }]
      : []),
    {
      name: "escapeFormulas",
      in: "query",
      required: false,
      description:
        "In csv: puts an apostrophe in front of text that a program for sheets would run as a formula",
      schema: { type: "boolean", default: false },
    },
  ];
}

function pageParameters({ header: { page, cursor } }: Query): Described[] {
  if (!page) return [];
  const base = { in: "query" as const, required: false, isNullable: false, example: undefined };
  return [
    {
      ...base,
      name: "page",
      description: cursor
        ? "Number of the page, from 1; then `total` is counted, and a page costs more the deeper it lies"
        : "Number of the page, from 1",
      schema: { type: "integer", minimum: 1, maximum: maxOffset, ...(!cursor && { default: 1 }) },
    },
    ...(cursor
      ? [{
        ...base,
        name: "cursor",
        description:
          "`meta.page.next` of the page before, whose other parameters are sent again; not together with `page`. " +
          "It holds for a day. Without either, the first page",
        schema: { type: "string", pattern: "^[A-Za-z0-9_-]+$" },
      }]
      : []),
    {
      ...base,
      name: "pageSize",
      description: "Rows of a page",
      schema: { type: "integer", minimum: 1, maximum: page.max, default: page.size },
    },
  ];
}

function answerContent(query: Query): OpenApi {
  const { [warningsColumn]: _, ...described } = query.header.columns;
  const row = describeColumns({
    type: "object",
    properties: Object.fromEntries(dataColumns(query).map(({ name, type }) => [name, resultSchema(type)])),
    required: dataColumns(query).map((column) => column.name),
  }, described);
  const data = query.header.returns === "object" ? row : { type: "array", items: row };
  const meta = { $ref: "#/components/schemas/Meta" };
  const contentOf = ({ isText }: Format) => isText ? text : {};
  return {
    "application/json": {
      schema: { type: "object", properties: { data, meta }, required: ["data", "meta"] },
    },
    ...Object.fromEntries(formats.slice(1).map((format) => [format.mediaType, contentOf(format)])),
  };
}
