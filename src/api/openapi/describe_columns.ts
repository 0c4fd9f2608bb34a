import type { FrontMatter } from "../../catalog/front_matter.ts";
import type { JsonSchema } from "../../clickhouse/types/json_schema.ts";

/** A copy of a row's schema with what the front matter says of it, each at its path such as `summary.openRate`. */
export function describeColumns(row: JsonSchema, columns: FrontMatter["columns"]): JsonSchema {
  const copy = structuredClone(row);
  for (const [path, { description, format }] of Object.entries(columns)) {
    const found = path.split(".").reduce<JsonSchema | undefined>(
      (schema, name) =>
        schema && (elementOf(schema).properties as Record<string, JsonSchema> | undefined)?.[name],
      copy,
    );
    if (!found) throw new Error(`The front matter describes "${path}", which the result does not have`);
    if (description !== undefined) found.description = description;
    if (format) elementOf(found).format = format;
  }
  return copy;
}

/** An array stands for its elements. */
function elementOf(schema: JsonSchema): JsonSchema {
  return schema.type === "array" && schema.items ? elementOf(schema.items as JsonSchema) : schema;
}
