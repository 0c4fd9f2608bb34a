import { type Document, type ErrorCode, isCollection, isMap, isPair, isScalar, parseDocument } from "yaml";
import { z } from "zod";
import { suggestion } from "../base/suggestion.ts";
import { describe } from "../clickhouse/types/parameter_error.ts";

/** A mistake in a YAML text; `offset` is where a reader looks first. */
export class YamlFault extends Error {
  override readonly name = "YamlFault";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** A YAML text that a schema has taken. */
export interface CheckedYaml<Value> {
  value: Value;
  /** Where the key at a path stands in the text, or the nearest key above it that does. */
  offsetOf: (path: PropertyKey[]) => number;
}

/** What the parser's complaints mean to an author; other ones are shown as they are. */
const sentences: Partial<Record<ErrorCode, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "a text with a colon in it needs quotes",
  TAB_AS_INDENT: "indent with spaces, not with tabs",
  DUPLICATE_KEY: "the key is there twice",
};

/**
 * Reads a YAML text. `what` begins the messages: `Front matter`, for `Front matter key "page" must be …`. Throws YamlFault
 * with the first mistake; a key that is not known comes first, since a missing one may be the same.
 */
export function readYaml<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  what: string,
): CheckedYaml<z.infer<Schema>> {
  const document = parseDocument(text);
  const offsetOf = (path: PropertyKey[]) => offsetIn(document, path);
  const invalid = (reason: string, offset: number) =>
    new YamlFault(`The ${what.toLowerCase()} is not valid YAML: ${reason}`, offset);
  const [fault] = document.errors;
  // its own line and column count from the beginning of the text
  const reason = fault && (sentences[fault.code] ?? fault.message.split(/ at line \d+, column \d+/)[0]);
  if (fault) throw invalid(reason, fault.pos[0]);
  let input: unknown;
  try {
    input = document.toJS() ?? {};
  } catch (error) {
    // an alias of an anchor that is not there only shows here
    throw invalid((error as Error).message, 0);
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return { value: parsed.data, offsetOf };
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const known = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys;
    const keys = Object.keys(schemaAt(known, issue.path)?.properties ?? {});
    const path = [...issue.path, key];
    throw new YamlFault(
      `Unknown ${what.toLowerCase()} key "${printed(path)}"${suggestion(key, keys)}`,
      offsetOf(path),
    );
  }
  throw new YamlFault(
    `${what} key "${printed(issue.path)}"${sentenceOf(issue, valueAt(input, issue.path), known)}`,
    offsetOf(issue.path),
  );
}

const kinds: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "keys with their values",
  record: "keys with their values",
};

/** The issue as the rest of a sentence that begins with the key. */
function sentenceOf(issue: z.core.$ZodIssue, value: unknown, known: JsonSchema): string {
  const about = schemaAt(known, issue.path)?.description;
  if (value === undefined && (issue.code === "invalid_type" || issue.code === "invalid_union")) {
    return ` is missing${about ? `: ${about}` : ""}`;
  }
  if (issue.code === "invalid_type") {
    return ` must be ${kinds[issue.expected] ?? issue.expected}, not ${describe(value)}`;
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const listed = [values.slice(0, -1).join(", "), values.at(-1)].filter(Boolean).join(" or ");
    return ` must be ${listed}, not ${describe(value)}`;
  }
  if (!issue.message.startsWith("must ")) return `: ${issue.message}`;
  return ` ${issue.message}${typeof value === "string" ? `, not ${describe(value)}` : ""}`;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The part of a JSON schema that a path leads to. */
function schemaAt(schema: JsonSchema, path: PropertyKey[]): JsonSchema | undefined {
  let at: JsonSchema | undefined = schema;
  for (const key of path) {
    const within: JsonSchema[] = at?.anyOf as JsonSchema[] ?? [at];
    at = within.map((each) => each?.properties?.[String(key)] ?? each?.additionalProperties ?? each?.items)
      .find((each): each is JsonSchema => typeof each === "object" && each !== null);
  }
  return (at?.anyOf as JsonSchema[] | undefined)?.find(({ properties }) => properties) ?? at;
}

/** A path such as `cases[0].name`. */
function printed(path: PropertyKey[]): string {
  return path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").replace(
    /^\./,
    "",
  );
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** Where what is at `path` stands in the YAML text: a key, an element of a list; or its nearest ancestor that does. */
function offsetIn(document: Document.Parsed, path: PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    if (!isCollection(node)) break;
    const found: unknown = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === name)
      : node.items[Number(name)];
    const place: unknown = isPair(found) ? found.key : found;
    if (!isRanged(place)) break;
    offset = place.range[0];
    node = isPair(found) ? found.value : found;
  }
  return offset;
}

function isRanged(node: unknown): node is { range: [number, number, number] } {
  return typeof node === "object" && node !== null && Array.isArray((node as { range?: unknown }).range);
}
