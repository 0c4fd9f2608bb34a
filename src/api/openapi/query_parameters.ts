import type { Parameter } from "../../catalog/parameter.ts";
import type { Query } from "../../catalog/query.ts";
import type { JsonSchema } from "../../clickhouse/types/json_schema.ts";
import { maxOffset } from "../../query/bind.ts";
import { tablesOf } from "../../query/formats/export_columns.ts";
import { formats } from "../../query/format.ts";

type Described = Pick<
  Parameter,
  "name" | "required" | "isNullable" | "schema" | "description" | "example" | "in"
>;

/** A parameter in an address, as an OpenAPI document has it. */
type ParameterObject = {
  name: string;
  in: "path" | "query";
  required: boolean;
  description?: string;
  schema: Record<string, unknown>;
  example?: unknown;
};

/** A query's parameters: those in its path, and those that a caller sends in the address or in a body. */
export function ownParameters(query: Query): { path: Described[]; others: Described[] } {
  const inPlace = (place: Parameter["in"]) => query.parameters.filter((parameter) => parameter.in === place);
  return { path: inPlace("path"), others: [...inPlace("query"), ...pageParameters(query)] };
}

function pageParameters({ frontMatter: { page, cursor } }: Query): Described[] {
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

/** A parameter in an address. */
export function parameterObject(parameter: Described): ParameterObject {
  const { name, in: place, required, schema, example } = parameter;
  const description = describe(parameter);
  return {
    name,
    in: place as "path" | "query",
    required,
    ...(description && { description }),
    schema,
    ...(required && example !== undefined && { example }),
  };
}

/** Parameters as the fields of a JSON body. */
export function bodySchema(parameters: Described[]): JsonSchema {
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map((parameter) => {
      const description = describe(parameter);
      const schema = parameter.isNullable ? orNull(parameter.schema) : parameter.schema;
      return [parameter.name, { ...schema, ...(description && { description }) }];
    })),
    ...(required.length && { required }),
    additionalProperties: false,
  };
}

/** A schema that takes null as well. */
function orNull({ type = [], ...schema }: JsonSchema): JsonSchema {
  return { type: [type, "null"].flat(), ...schema, ...(schema.enum && { enum: [...schema.enum, null] }) };
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

/** The parameters that say in which form the answer comes; they stay in the address, whatever is in a body. */
export function formParameters(query: Query): ParameterObject[] {
  const tables = tablesOf(query);
  const base = { in: "query" as const, required: false };
  return [
    {
      name: "format",
      ...base,
      description: "Form of the answer; without it, the `Accept` header decides",
      schema: { type: "string", enum: formats.map(({ name }) => name), default: formats[0].name },
    },
    ...(tables.length
      ? [{
        name: "table",
        ...base,
        description: "In exports: the list in the answer whose elements are the rows",
        schema: { type: "string", enum: tables },
      }]
      : []),
    {
      name: "escapeFormulas",
      ...base,
      description:
        "In csv: puts an apostrophe in front of text that a program for sheets would run as a formula",
      schema: { type: "boolean", default: false },
    },
  ];
}
