import type { OpenApi } from "./document.ts";

/**
 * What a client of the committed document would notice in the generated one: a sentence for each operation,
 * parameter or field that is gone or has another type, worst first; then what was added.
 */
export function describeDrift(committed: OpenApi, generated: OpenApi): string[] {
  const before = new Map(operations(committed));
  const after = new Map(operations(generated));
  const broken: string[] = [];
  const added: string[] = [];
  for (const [name, operation] of before) {
    const now = after.get(name);
    if (!now) broken.push(`${name} is gone`);
    else compare(name, operation, now, broken, added);
  }
  for (const name of after.keys()) if (!before.has(name)) added.push(`${name} is new`);
  return [...broken, ...added];
}

/** Each operation as a flat list: `parameter channel` or `field summary.openRate` → its type. */
function operations(document: OpenApi): [string, Map<string, string>][] {
  return Object.entries(document.paths as Record<string, OpenApi> ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Map<string, string>] => [
      `${method.toUpperCase()} ${path}`,
      flatten(operation as OpenApi),
    ])
  );
}

// deno-lint-ignore no-explicit-any -- walks a document of any shape
function flatten(operation: any): Map<string, string> {
  const flat = new Map<string, string>();
  for (const { name, schema } of operation.parameters ?? []) flat.set(`parameter "${name}"`, typeOf(schema));
  const body = operation.requestBody?.content?.["application/json"]?.schema?.properties ?? {};
  for (const [name, schema] of Object.entries(body)) {
    flat.set(`parameter "${name}"`, typeOf(schema as OpenApi));
  }
  const answer = operation.responses?.["200"]?.content?.["application/json"]?.schema;
  walk(answer?.properties?.data, "", flat);
  return flat;
}

function walk(schema: OpenApi | undefined, path: string, flat: Map<string, string>): void {
  if (!schema) return;
  if (path) flat.set(`field "${path}"`, typeOf(schema));
  if (schema.type === "array") return walk(schema.items as OpenApi, path ? `${path}[]` : "", flat);
  for (const [name, child] of Object.entries(schema.properties as Record<string, OpenApi> ?? {})) {
    walk(child, path ? `${path}.${name}` : name, flat);
  }
}

/** A schema's type in a word or two, such as `string (date-time) or null`. */
function typeOf({ type, format, enum: values }: OpenApi): string {
  const types = Array.isArray(type) ? type : [type ?? "any"];
  const list = values ? ` of ${(values as unknown[]).join(", ")}` : "";
  return types.map((name) => name === "null" ? name : `${name}${format ? ` (${format})` : ""}`).join(" or ") +
    list;
}

function compare(
  name: string,
  before: Map<string, string>,
  after: Map<string, string>,
  broken: string[],
  added: string[],
): void {
  for (const [what, type] of before) {
    const now = after.get(what);
    if (now === undefined) broken.push(`${name}: the ${what} is gone`);
    else if (now !== type) broken.push(`${name}: the ${what} was ${type} and is ${now}`);
  }
  for (const what of after.keys()) if (!before.has(what)) added.push(`${name}: the ${what} is new`);
}
