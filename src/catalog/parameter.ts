import type { JsonSchema } from "../clickhouse/types/json_schema.ts";
import { compileParameter, ParameterError, parameterSchema } from "../clickhouse/types/parameter.ts";
import type { ClickHouseType } from "../clickhouse/types/type.ts";
import type { ParameterEntry } from "./front_matter.ts";
import { formats } from "./parameter_format.ts";

/** A placeholder of a query that the caller fills. */
export interface Parameter {
  name: string;
  /** Where the caller sends it; what is in the cursor, the gateway has put there. */
  in: "path" | "query" | "cursor";
  required: boolean;
  isList: boolean;
  /** Whether null may be sent for it. */
  isNullable: boolean;
  /** Text bound when the caller sends none. */
  defaultText: string | undefined;
  /** Turns what the caller sent into the text that ClickHouse binds; throws ParameterError. */
  bind: (input: unknown) => string;
  schema: JsonSchema;
  description: string | undefined;
  example: unknown;
}

const nullText = "\\N";

/** What is wrong with a key of a parameter's entry; the message goes after the key's name. */
export class EntryError extends Error {
  override readonly name = "EntryError";
  constructor(readonly key: keyof ParameterEntry, reason: string) {
    super(reason);
  }
}

/** A parameter from its placeholder's type and its entry in the front matter. Throws EntryError. */
export function createParameter(
  name: string,
  type: ClickHouseType,
  entry: ParameterEntry,
  place: Parameter["in"],
): Parameter {
  const isNullable = (type.kind === "LowCardinality" ? type.of : type).kind === "Nullable";
  const isList = type.kind === "Array";
  const parse = compileParameter(type);
  const pattern = readKey(entry, "pattern", (pattern) => new RegExp(`^(?:${pattern})$`, "u"));
  const bind = (input: unknown) => {
    if (input === null && isNullable) return nullText;
    checkLimits(entry, pattern, input);
    return parse(entry.format ? formats[entry.format].parse(input) : input);
  };
  const defaultText = readKey(entry, "default", bind) ?? (isNullable ? nullText : undefined);
  readKey(entry, "example", bind);
  return {
    name,
    in: place,
    required: defaultText === undefined,
    isList,
    isNullable,
    defaultText,
    bind,
    schema: schemaOf(type, entry),
    description: entry.description,
    example: entry.example,
  };
}

function readKey<Key extends keyof ParameterEntry, Result>(
  entry: ParameterEntry,
  key: Key,
  read: (value: NonNullable<ParameterEntry[Key]>) => Result,
): Result | undefined {
  const value = entry[key];
  if (value === undefined) return;
  try {
    return read(value);
  } catch (error) {
    const { message } = error as Error;
    throw new EntryError(key, message.startsWith("must ") ? ` ${message}` : `: ${message}`);
  }
}

/** Checks the front matter's bounds on what the caller sent. */
function checkLimits(entry: ParameterEntry, pattern: RegExp | undefined, input: unknown): void {
  const elements = Array.isArray(input) ? input : [input];
  const { minItems = 0, maxItems = Infinity } = entry;
  if (elements.length < minItems) throw new ParameterError(`must have at least ${minItems} elements`);
  if (elements.length > maxItems) throw new ParameterError(`must have at most ${maxItems} elements`);
  for (const element of elements) {
    // it has no text: the type says whether it may be there at all
    if (typeof element === "object" && element !== null) continue;
    const text = String(element);
    const length = [...text].length;
    if (length < (entry.minLength ?? 0)) {
      throw new ParameterError(`must have at least ${entry.minLength} characters`);
    }
    if (length > (entry.maxLength ?? Infinity)) {
      throw new ParameterError(`must have at most ${entry.maxLength} characters`);
    }
    if (pattern && !pattern.test(text)) {
      throw new ParameterError(`must match ${entry.pattern}`);
    }
    if (Number(text) < (entry.minimum ?? -Infinity)) {
      throw new ParameterError(`must be at least ${entry.minimum}`);
    }
    if (Number(text) > (entry.maximum ?? Infinity)) {
      throw new ParameterError(`must be at most ${entry.maximum}`);
    }
  }
}

function schemaOf(type: ClickHouseType, entry: ParameterEntry): JsonSchema {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = entry;
  const limits = {
    minimum,
    maximum,
    minLength,
    maxLength,
    pattern,
  };
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  const form = entry.format && { pattern: formats[entry.format].pattern };
  const schema = { ...parameterSchema(type), ...form };
  const limited = type.kind === "Array"
    ? { ...schema, items: { ...(schema.items as JsonSchema), ...given }, ...items({ minItems, maxItems }) }
    : { ...schema, ...given };
  return entry.default === undefined ? limited : { ...limited, default: entry.default };
}

function items(limits: { minItems?: number; maxItems?: number }): JsonSchema {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
