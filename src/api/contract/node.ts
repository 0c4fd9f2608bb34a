/** A part of an OpenAPI document. */
// deno-lint-ignore no-explicit-any -- walks a document of any shape
export type Node = Record<string, any>;

const maxHops = 20;

/** A node, or what its `$ref` leads to in its own document. Throws when it leads nowhere. */
export function follow(node: unknown, document: Node): Node {
  let found = node;
  for (let hops = 0; isNode(found) && typeof found.$ref === "string"; hops++) {
    const target: unknown = targetOf(found.$ref, document);
    if (target === undefined || hops === maxHops) throw new Error(`There is nothing at ${found.$ref}`);
    found = target;
  }
  // a schema may be `true` for anything, or `false` for nothing
  return isNode(found) ? found : found === false ? { not: {} } : {};
}

function targetOf(reference: string, document: Node): unknown {
  if (!reference.startsWith("#/")) return undefined;
  return reference.slice(2).split("/").map((name) =>
    decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")
  ).reduce<unknown>(
    (node, name) => isNode(node) && Object.hasOwn(node, name) ? node[name] : undefined,
    document,
  );
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of both objects, each once. */
export function namesOf(before: Node = {}, after: Node = {}): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

/** Whether two values are the same JSON, whatever the order of the names. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
  }
  if (isNode(a) && isNode(b)) {
    return namesOf(a, b).every((name) =>
      Object.hasOwn(a, name) && Object.hasOwn(b, name) && isSame(a[name], b[name])
    );
  }
  return a === b;
}

/** Names that say something to readers alone. */
const annotations = [
  "description",
  "summary",
  "title",
  "example",
  "examples",
  "deprecated",
  "externalDocs",
  "$comment",
];

export function isAnnotation(name: string): boolean {
  return annotations.includes(name) || name.startsWith("x-");
}

/** The annotations that differ. */
export function changedAnnotations(before: Node, after: Node): string[] {
  return namesOf(before, after).filter((name) => isAnnotation(name) && !isSame(before[name], after[name]));
}
