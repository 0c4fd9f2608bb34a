import type { JsonSchema } from "../clickhouse/json_schema.ts";

/** A copy of a row's schema with the header's descriptions, each at its path such as `summary.openRate`. */
export function describeColumns(row: JsonSchema, descriptions: Record<string, string>): JsonSchema {
  const copy = structuredClone(row);
  for (const [path, description] of Object.entries(descriptions)) {
    const found = path.split(".").reduce<JsonSchema | undefined>(
      (schema, name) =>
        schema && (elementOf(schema).properties as Record<string, JsonSchema> | undefined)?.[name],
      copy,
    );
    if (!found) throw new Error(`The header describes "${path}", which the result does not have`);
    found.description = description;
  }
  return copy;
}

/** An array stands for its elements. */
function elementOf(schema: JsonSchema): JsonSchema {
  return schema.type === "array" && schema.items ? elementOf(schema.items as JsonSchema) : schema;
}
