import { parseJson, RepeatedKey } from "../../base/parse_json.ts";
import { type JsonSchema, tupleSchema } from "./json_schema.ts";
import { ParameterError, unwanted, within } from "./parameter_error.ts";
import { scalarParameter } from "./parameter_scalar.ts";
import { escapeString, quoteString } from "../string_literal.ts";
import { createTimeZone } from "./time_zone.ts";
import type { ClickHouseType, TypeElement } from "./type.ts";

export { ParameterError } from "./parameter_error.ts";

type Read = (input: unknown) => string;

/** Returns why a type cannot be a parameter's, as the end of a sentence, or null when it can. */
export function bindableType(type: ClickHouseType): string | null {
  switch (type.kind) {
    case "Nullable":
    case "LowCardinality":
    case "Array":
      return bindableType(type.of);
    case "Map": {
      const keyIsScalar = type.key.kind !== "Nullable" && scalarParameter(unwrap(type.key)) !== null;
      return keyIsScalar ? bindableType(type.value) : "the keys of a Map parameter must be a scalar type";
    }
    case "Tuple":
      return type.elements.map((element) => bindableType(element.type)).find((reason) => reason !== null) ??
        null;
    case "DateTime":
    case "DateTime64":
      return unknownZone(type.zone);
    case "JSON":
      return "a JSON value has no text as a parameter: take a String and call JSONExtract";
    case "Nested":
      return "Nested is for tables: take an Array(Tuple(…))";
    default:
      return scalarParameter(type) === null ? `${type.kind} has no text as a parameter` : null;
  }
}

/**
 * Returns the function that checks a request's value and returns the text for `param_<name>`, before URL encoding.
 * A value is a string or a list of strings (query string), or any JSON value; a string for an Array is a list of
 * one, and below the top a string for an Array, a Map or a Tuple is its JSON. That function throws ParameterError;
 * this one throws TypeError for a type that bindableType refuses.
 */
export function compileParameter(type: ClickHouseType): Read {
  if (type.kind === "LowCardinality") return compileParameter(type.of);
  if (type.kind === "Nullable") {
    const read = compileParameter(type.of);
    return (input) => input === null ? "\\N" : read(input);
  }
  if (type.kind === "Array") {
    const read = compileArray(compileLiteral(type.of));
    return (input) => read(typeof input === "string" ? [input] : input);
  }
  const scalar = scalarParameter(type);
  if (scalar === null) return compileLiteral(type);
  return scalar.quoted ? (input) => escapeString(scalar.read(input)) : scalar.read;
}

/** Returns a text that binds to the type, for DESCRIBE. */
export function plainValue(type: ClickHouseType): string {
  if (type.kind === "LowCardinality") return plainValue(type.of);
  return type.kind === "Nullable" ? "\\N" : plainLiteral(type, escapeString);
}

/** Returns the schema of what a request sends; null is left out at the top, where it means an optional parameter. */
export function parameterSchema(type: ClickHouseType): JsonSchema {
  switch (type.kind) {
    case "Nullable":
    case "LowCardinality":
      return parameterSchema(type.of);
    case "Array":
      return { type: "array", items: parameterSchema(type.of) };
    case "Map":
      return { type: "object", additionalProperties: parameterSchema(type.value) };
    case "Tuple":
      return tupleSchema(type.elements, parameterSchema);
    default:
      return scalarParameter(type)?.schema ?? {};
  }
}

/** Compiles a value inside another one: quoted, with the word NULL. */
function compileLiteral(type: ClickHouseType): Read {
  switch (type.kind) {
    case "LowCardinality":
      return compileLiteral(type.of);
    case "Nullable": {
      const read = compileLiteral(type.of);
      return (input) => input === null ? "NULL" : read(input);
    }
    case "Array": {
      const read = compileArray(compileLiteral(type.of));
      return (input) => read(fromJson(input));
    }
    case "Map":
      return compileMap(compileLiteral(type.key), compileLiteral(type.value));
    case "Tuple":
      return compileTuple(type.elements);
    default: {
      const scalar = scalarParameter(type);
      if (scalar === null) throw new TypeError(`Cannot compile a parameter: ${bindableType(type)}`);
      return scalar.quoted ? (input) => quoteString(scalar.read(input)) : scalar.read;
    }
  }
}

function compileArray(read: Read): Read {
  return (input) => {
    if (!Array.isArray(input)) throw unwanted("a list", input);
    return `[${input.map((item, index) => readPart(read, item, `[${index}]`)).join(",")}]`;
  };
}

function compileMap(readKey: Read, readValue: Read): Read {
  return (input) => {
    const map = fromJson(input);
    if (!isObject(map)) throw unwanted("an object", input);
    const pairs = Object.entries(map).map(([key, value]) => {
      const step = `[${JSON.stringify(key.slice(0, 64))}]`;
      return `${readPart(readKey, key, step)}:${readPart(readValue, value, step)}`;
    });
    return `{${pairs.join(",")}}`;
  };
}

/** A named tuple takes an object with just its names; an unnamed one a list. */
function compileTuple(elements: TypeElement[]): Read {
  const reads = elements.map(({ type }) => compileLiteral(type));
  const names = elements.flatMap(({ name }) => name ?? []);
  const isNamed = names.length > 0;
  const wanted = isNamed
    ? `an object of ${names.map((name) => JSON.stringify(name)).join(", ")}`
    : `a list of ${elements.length} values`;

  return (input) => {
    const tuple = fromJson(input);
    const values = isNamed
      ? isObject(tuple) && Object.keys(tuple).length === names.length &&
          names.every((name) => Object.hasOwn(tuple, name))
        ? names.map((name) => tuple[name])
        : null
      : Array.isArray(tuple) && tuple.length === elements.length
      ? tuple
      : null;
    if (values === null) throw unwanted(wanted, input);
    const steps = isNamed
      ? names.map((name) => `[${JSON.stringify(name)}]`)
      : reads.map((_, index) => `[${index}]`);
    return `(${reads.map((read, index) => readPart(read, values[index], steps[index])).join(",")})`;
  };
}

function readPart(read: Read, input: unknown, step: string): string {
  try {
    return read(input);
  } catch (error) {
    throw within(step, error);
  }
}

function fromJson(input: unknown): unknown {
  if (typeof input !== "string" || !/^\s*[[{]/.test(input)) return input;
  try {
    return parseJson(input);
  } catch (error) {
    if (error instanceof RepeatedKey) throw new ParameterError(`is ambiguous: ${error.message}`);
    return input;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainLiteral(type: ClickHouseType, quote: (text: string) => string): string {
  switch (type.kind) {
    case "Nullable":
      return "NULL";
    case "LowCardinality":
      return plainLiteral(type.of, quote);
    case "Array":
      return "[]";
    case "Map":
      return "{}";
    case "Tuple":
      return `(${type.elements.map((element) => plainLiteral(element.type, quoteString)).join(",")})`;
    default: {
      const scalar = scalarParameter(type);
      if (scalar === null) throw new TypeError(`Cannot make a plain value: ${bindableType(type)}`);
      return scalar.quoted ? quote(scalar.plain) : scalar.plain;
    }
  }
}

function unwrap(type: ClickHouseType): ClickHouseType {
  return type.kind === "LowCardinality" ? type.of : type;
}

function unknownZone(zone: string | undefined): string | null {
  try {
    if (zone !== undefined) createTimeZone(zone);
    return null;
  } catch {
    return `the time zone "${zone}" is not known`;
  }
}
