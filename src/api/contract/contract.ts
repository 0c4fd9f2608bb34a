import { type Change, createChanges } from "./change.ts";
import { isAnnotation, isNode, isSame, namesOf, type Node } from "./node.ts";
import { compareOperations } from "./operation.ts";

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/**
 * What changed from one OpenAPI document to the next, as those see it who call the API: breaking, additive, or of the
 * documentation alone. What no rule knows counts as breaking. Throws when one of them is no such document.
 */
export function compareContracts(before: unknown, after: unknown): Change[] {
  const [old, now] = [checked(before), checked(after)];
  const changes = createChanges();
  const [was, is] = [operationsOf(old), operationsOf(now)];
  for (const [name, operation] of was) {
    const next = is.get(name);
    if (next) compareOperations(operation, next, [old, now], changes.of(name));
    else changes.of(name)("breaking", "the operation is gone");
  }
  for (const name of is.keys()) if (!was.has(name)) changes.of(name)("additive", "the operation is new");
  compareRest(old, now, changes.of("all operations"));
  return changes.list();
}

/** A cut document would have everything look new. */
function checked(document: unknown): Node {
  if (!isNode(document) || !/^3\./.test(String(document.openapi)) || !isNode(document.paths)) {
    throw new Error("It is no OpenAPI 3 document: `openapi` or `paths` is missing");
  }
  return document;
}

/** Each operation by method and path, with what its path holds for all. */
function operationsOf({ paths }: Node): Map<string, Node> {
  return new Map(
    Object.entries<Node>(paths).flatMap(([path, item]) =>
      methods.filter((method) => item[method]).map((method): [string, Node] => {
        const parameters = [...item.parameters ?? [], ...item[method].parameters ?? []];
        return [`${method.toUpperCase()} ${path}`, { ...item[method], parameters }];
      })
    ),
  );
}

/** What holds for the document as a whole. */
function compareRest(
  before: Node,
  after: Node,
  tell: ReturnType<ReturnType<typeof createChanges>["of"]>,
): void {
  const schemesOf = ({ components }: Node): Node => components?.securitySchemes ?? {};
  for (const name of namesOf(schemesOf(before), schemesOf(after))) {
    const [old, now] = [schemesOf(before)[name], schemesOf(after)[name]];
    if (!old) tell("additive", `the credential ${name} is new`);
    else if (!now) tell("breaking", `the credential ${name} is gone`);
    else if (namesOf(old, now).some((key) => !isAnnotation(key) && !isSame(old[key], now[key]))) {
      tell("breaking", `the credential ${name} is given in another way`);
    } else if (!isSame(old, now)) tell("documentation", `the credential ${name}: another description`);
  }
  for (const key of namesOf(before, after)) {
    // parts of components matter where operations name them; the default credentials where they hold
    if (["paths", "components", "security"].includes(key) || isSame(before[key], after[key])) continue;
    const isText = ["openapi", "info", "tags"].includes(key) || isAnnotation(key);
    tell(isText ? "documentation" : "breaking", `\`${key}\` is another`);
  }
}
