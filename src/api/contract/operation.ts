import type { Tell } from "./change.ts";
import { changedAnnotations, follow, isAnnotation, isSame, namesOf, type Node } from "./node.ts";
import { compareSchemas, effectOf } from "./schema.ts";
import { compareSecurity } from "./security.ts";

/** The documents that two operations stand in. */
export type Documents = [before: Node, after: Node];

/** Tells what differs between two operations. */
export function compareOperations(before: Node, after: Node, documents: Documents, tell: Tell): void {
  compareParameters(parametersOf(before, documents[0]), parametersOf(after, documents[1]), documents, tell);
  compareBody(before.requestBody, after.requestBody, documents, tell);
  compareAnswers(before.responses, after.responses, documents, tell);
  compareSecurity(before.security ?? documents[0].security, after.security ?? documents[1].security, tell);
  if (before.operationId !== after.operationId) {
    // generated clients name their functions after it
    tell("breaking", `the operation was called ${before.operationId} and is called ${after.operationId}`);
  }
  const compared = ["parameters", "requestBody", "responses", "security", "operationId", "tags"];
  tellRest(before, after, compared, "the operation", tell);
  if (!isSame(before.tags, after.tags)) tell("documentation", "the operation has other tags");
}

/** Tells of annotations, and of all that has no comparison of its own, which counts as breaking. */
function tellRest(before: Node, after: Node, compared: string[], what: string, tell: Tell): void {
  for (const key of namesOf(before, after)) {
    if (compared.includes(key) || isAnnotation(key) || isSame(before[key], after[key])) continue;
    tell("breaking", `${what}: \`${key}\` is another`);
  }
  const annotations = changedAnnotations(before, after);
  if (annotations.length) tell("documentation", `${what}: another ${annotations.join(" and ")}`);
}

/** The operation's parameters by place and name, those of its path among them. */
function parametersOf(operation: Node, document: Node): Map<string, Node> {
  return new Map((operation.parameters ?? []).map((each: Node) => {
    const parameter = follow(each, document);
    const name = parameter.in === "header" ? parameter.name.toLowerCase() : parameter.name;
    return [`${parameter.in} ${name}`, parameter];
  }));
}

function compareParameters(
  before: Map<string, Node>,
  after: Map<string, Node>,
  documents: Documents,
  tell: Tell,
): void {
  const nameOf = ({ in: place, name }: Node) =>
    `the ${place === "header" ? "header" : "parameter"} "${name}"`;
  for (const [key, old] of before) {
    const now = after.get(key);
    const what = nameOf(old);
    if (!now) {
      tell("breaking", `${what} is gone`);
      continue;
    }
    if (!old.required && now.required) tell("breaking", `${what} is now required`);
    if (old.required && !now.required) tell("additive", `${what} may now be left out`);
    compareSchemas(old.schema, now.schema, {
      direction: "sent",
      name: (path) => path ? `${what}, ${path}` : what,
      path: "",
      tell,
      documents,
    });
    tellRest(old, now, ["name", "in", "required", "schema"], what, tell);
  }
  for (const [key, now] of after) {
    if (before.has(key)) continue;
    if (now.required) tell("breaking", `${nameOf(now)} is new and required`);
    else tell("additive", `${nameOf(now)} is new`);
  }
}

function compareBody(
  before: Node | undefined,
  after: Node | undefined,
  documents: Documents,
  tell: Tell,
): void {
  if (!before && !after) return;
  const [old, now] = [follow(before, documents[0]), follow(after, documents[1])];
  if (!before) {
    return now.required ? tell("breaking", "a body is now required") : tell("additive", "it takes a body");
  }
  if (!after) return tell("breaking", "it takes no body any more");
  if (!old.required && now.required) tell("breaking", "a body is now required");
  if (old.required && !now.required) tell("additive", "the body may now be left out");
  compareContent(old.content, now.content, "sent", documents, tell, {
    format: (type) => `a body of ${type}`,
    field: (path, type) =>
      type !== "application/json"
        ? `${path ? `the field "${path}" of ` : ""}a body of ${type}`
        : path
        ? `the parameter "${path}"`
        : "the body",
  });
  tellRest(old, now, ["content", "required"], "the body", tell);
}

function compareAnswers(before: Node = {}, after: Node = {}, documents: Documents, tell: Tell): void {
  for (const status of namesOf(before, after)) {
    if (!before[status]) {
      tell("additive", `the answer ${status} is new`);
      continue;
    }
    if (!after[status]) {
      tell("breaking", `the answer ${status} is gone`);
      continue;
    }
    const [old, now] = [follow(before[status], documents[0]), follow(after[status], documents[1])];
    // the usual answer is not named
    const of = status.startsWith("2") ? "" : ` of ${status}`;
    compareContent(old.content, now.content, "answered", documents, tell, {
      format: (type) => `the answer ${status} as ${type}`,
      field: (path, type) => {
        const as = type === "application/json" || type === "application/problem+json" ? "" : ` as ${type}`;
        return path ? `the field "${path}"${of}${as}` : `the answer ${status}${as}`;
      },
    });
    compareHeaders(old.headers, now.headers, of, documents, tell);
    tellRest(old, now, ["content", "headers"], `the answer ${status}`, tell);
  }
}

function compareContent(
  before: Node = {},
  after: Node = {},
  direction: "sent" | "answered",
  documents: Documents,
  tell: Tell,
  words: { format(type: string): string; field(path: string, type: string): string },
): void {
  for (const type of namesOf(before, after)) {
    if (!before[type]) tell("additive", `${words.format(type)} is new`);
    else if (!after[type]) tell("breaking", `${words.format(type)} is gone`);
    else {
      compareSchemas(before[type].schema, after[type].schema, {
        direction,
        name: (path) => words.field(path, type),
        path: "",
        tell,
        documents,
      });
      tellRest(before[type], after[type], ["schema"], words.format(type), tell);
    }
  }
}

function compareHeaders(
  before: Node = {},
  after: Node = {},
  of: string,
  documents: Documents,
  tell: Tell,
): void {
  for (const name of namesOf(before, after)) {
    const what = `the answer's header "${name}"${of}`;
    if (!before[name]) tell("additive", `${what} is new`);
    else if (!after[name]) tell("breaking", `${what} is gone`);
    else {
      const [old, now] = [follow(before[name], documents[0]), follow(after[name], documents[1])];
      if (old.required && !now.required) {
        tell(effectOf("answered", "wider"), `${what} may now be missing`);
      }
      if (!old.required && now.required) tell("additive", `${what} is now always there`);
      compareSchemas(old.schema, now.schema, {
        direction: "answered",
        name: () => what,
        path: "",
        tell,
        documents,
      });
      tellRest(old, now, ["schema", "required"], what, tell);
    }
  }
}
