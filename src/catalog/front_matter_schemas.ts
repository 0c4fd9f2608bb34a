import { z } from "zod";
import { frontMatterSchema } from "./front_matter.ts";
import { qualityFrontMatterSchema } from "./quality_front_matter.ts";

const written = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });

/** JSON Schemas of the front matter of queries and of quality checks, by the file in the repository that holds each. */
export function frontMatterSchemas(): Map<string, string> {
  const query = written(frontMatterSchema());
  const { cache } = query.properties as Record<string, z.core.JSONSchema.ObjectSchema>;
  const { description, ...policy } = cache;
  // it is made an object before it is checked, which zod does not write down
  const shape = { ...query.properties, cache: { description, anyOf: [policy.properties!.ttl, policy] } };
  const schemas = {
    "sql/query.schema.json": { ...query, properties: shape },
    "sql/quality.schema.json": written(qualityFrontMatterSchema()),
  };
  return new Map(
    Object.entries(schemas).map(([file, schema]) => [file, `${JSON.stringify(schema, null, 2)}\n`]),
  );
}
