import type { Effect, Tell } from "./change.ts";
import { changedAnnotations, follow, isAnnotation, isNode, isSame, namesOf, type Node } from "./node.ts";
import { limitChanges } from "./limits.ts";
import { typeChange } from "./types.ts";

/** Where a schema stands. What is sent may be wider than before, what is answered may be narrower. */
export interface Place {
  direction: "sent" | "answered";
  /** Such as `the field "data.total"`. */
  name: (path: string) => string;
  /** The path of the schema within the body, such as `data[].total`. */
  path: string;
  tell: Tell;
  /** The documents that both schemas stand in. */
  documents: [before: Node, after: Node];
  /** References that led here: a schema may hold itself. */
  through?: string[];
}

/** What it does to callers when a set of values becomes wider, narrower, or another. */
export function effectOf(direction: Place["direction"], becomes: "wider" | "narrower" | "other"): Effect {
  if (becomes === "other") return "breaking";
  return (direction === "sent") === (becomes === "wider") ? "additive" : "breaking";
}

/** Names that have a comparison of their own; whatever else differs counts as breaking. */
const compared = new Set([
  ...["$ref", "type", "nullable", "format", "enum", "const", "default", "properties", "required", "items"],
  ...["additionalProperties", "anyOf", "oneOf", "allOf", "maximum", "minimum", "exclusiveMaximum"],
  ...["exclusiveMinimum", "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"],
  ...["pattern", "multipleOf", "uniqueItems"],
]);

/** Tells what differs between two schemas and all below them. */
export function compareSchemas(before: unknown, after: unknown, place: Place): void {
  const step = `${referenceOf(before)} ${referenceOf(after)}`;
  if (step !== " " && place.through?.includes(step)) return;
  const inner = step === " " ? place : { ...place, through: [...place.through ?? [], step] };
  const [old, now] = [follow(before, place.documents[0]), follow(after, place.documents[1])];
  const name = place.name(place.path);
  const { tell, direction } = place;

  const retyped = typeChange(old, now, direction);
  if (retyped) tell(retyped.effect, `${name} ${retyped.what}`);
  if (retyped?.isOther) return;
  compareValues(old, now, name, place);
  for (const { becomes, what } of limitChanges(old, now)) {
    tell(effectOf(direction, becomes), `${name}: ${what}`);
  }
  if (!isSame(old.default, now.default)) {
    const what = `${name}: the default was ${textOf(old.default)} and is ${textOf(now.default)}`;
    tell(direction === "sent" ? "breaking" : "documentation", what);
  }
  compareProperties(old, now, inner);
  if (old.items !== undefined || now.items !== undefined) {
    compareSchemas(old.items, now.items, { ...inner, path: `${place.path}[]` });
  }
  compareOthers(old, now, name, inner);
  for (const key of ["anyOf", "oneOf", "allOf"]) compareChoices(old[key], now[key], key, name, inner);
  for (const key of namesOf(old, now)) {
    if (!compared.has(key) && !isAnnotation(key) && !isSame(old[key], now[key])) {
      tell("breaking", `${name}: \`${key}\` is another`);
    }
  }
  const annotations = changedAnnotations(old, now);
  if (annotations.length) tell("documentation", `${name}: another ${annotations.join(" and ")}`);
}

function referenceOf(schema: unknown): string {
  return isNode(schema) ? schema.$ref ?? "" : "";
}

/** The values that a schema lists, without null, which is a matter of its type. */
function valuesOf(schema: Node): unknown[] | undefined {
  const values = schema.enum ?? ("const" in schema ? [schema.const] : undefined);
  return values?.filter((value: unknown) => value !== null);
}

function compareValues(before: Node, after: Node, name: string, { direction, tell }: Place): void {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (!old && !now) return;
  if (!old) return tell(effectOf(direction, "narrower"), `${name} is now one of ${listOf(now!)}`);
  if (!now) return tell(effectOf(direction, "wider"), `${name} is no longer one of ${listOf(old)}`);
  const lost = old.filter((value) => !now.some((each) => isSame(value, each)));
  const gained = now.filter((value) => !old.some((each) => isSame(value, each)));
  if (lost.length) tell(effectOf(direction, "narrower"), `${name} is never ${listOf(lost)} any more`);
  if (gained.length) tell(effectOf(direction, "wider"), `${name} may now be ${listOf(gained)}`);
}

const listOf = (values: unknown[]) => values.map(textOf).join(", ");

function textOf(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

function compareProperties(before: Node, after: Node, place: Place): void {
  const { direction, tell } = place;
  const isNeeded = (schema: Node, name: string) => schema.required?.includes(name) ?? false;
  const properties = namesOf(before.properties, after.properties);
  for (const name of new Set([...properties, ...before.required ?? [], ...after.required ?? []])) {
    const path = place.path ? `${place.path}.${name}` : name;
    const what = place.name(path);
    const old = before.properties?.[name];
    const now = after.properties?.[name];
    const [wasNeeded, isNeededNow] = [isNeeded(before, name), isNeeded(after, name)];
    if (old !== undefined && now === undefined) tell("breaking", `${what} is gone`);
    else if (old === undefined && now !== undefined) {
      if (direction === "sent" && isNeededNow) tell("breaking", `${what} is new and required`);
      else tell("additive", `${what} is new`);
    } else {
      if (wasNeeded && !isNeededNow) tell(effectOf(direction, "wider"), `${what} may now be missing`);
      if (!wasNeeded && isNeededNow) {
        const always = direction === "sent" ? "is now required" : "is now always there";
        tell(effectOf(direction, "narrower"), `${what} ${always}`);
      }
      if (old !== undefined) compareSchemas(old, now, { ...place, path });
    }
  }
}

/** Properties that have no name of their own: none are allowed, any, or those of a schema. */
function compareOthers(before: Node, after: Node, name: string, place: Place): void {
  const [old, now] = [before.additionalProperties ?? true, after.additionalProperties ?? true];
  if (isSame(old, now)) return;
  if (isNode(old) && isNode(now)) return compareSchemas(old, now, { ...place, path: `${place.path}.*` });
  const { direction, tell } = place;
  if (now === false) tell(effectOf(direction, "narrower"), `${name} has no further fields any more`);
  // fields that a client does not know, it does not read
  else if (old === false) tell("additive", `${name} may have further fields`);
  else {
    const becomes = now === true ? "wider" : "narrower";
    tell(
      effectOf(direction, becomes),
      `${name} has further fields of ${now === true ? "any" : "another"} type`,
    );
  }
}

function compareChoices(before: unknown[], after: unknown[], key: string, name: string, place: Place): void {
  if (before?.length !== after?.length) {
    place.tell(
      "breaking",
      `${name}: \`${key}\` has ${after?.length ?? 0} choices and had ${before?.length ?? 0}`,
    );
  } else before?.forEach((choice, i) => compareSchemas(choice, after[i], place));
}
