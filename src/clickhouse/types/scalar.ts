import type { JsonSchema } from "./json_schema.ts";

/** How a type without parts is read from a request. */
export interface ScalarParameter {
  /** Returns ClickHouse's text of the value, neither quoted nor escaped. Throws ParameterError. */
  read(input: unknown): string;
  /** Whether the text stands in quotes inside an array, a map or a tuple. */
  quoted: boolean;
  /** A text that binds, for DESCRIBE. */
  plain: string;
  schema: JsonSchema;
}
