import { unwanted } from "./parameter_error.ts";
import type { ScalarParameter } from "./scalar.ts";

const MAX_LISTED = 20;
const encoder = new TextEncoder();

/** true and false, also as 1 and 0; the server takes more words, which a schema could not list. */
export function boolParameter(): ScalarParameter {
  function read(input: unknown): string {
    if (input === true || input === 1 || input === "true" || input === "1") return "true";
    if (input === false || input === 0 || input === "false" || input === "0") return "false";
    throw unwanted("true or false", input);
  }
  return { read, quoted: false, plain: "false", schema: { type: "boolean" } };
}

/** Any text of at most so many bytes of UTF-8, NUL included; a lone surrogate has no UTF-8 and is refused. */
export function stringParameter(maxBytes: number): ScalarParameter {
  function read(input: unknown): string {
    if (typeof input !== "string") throw unwanted("a string", input);
    if (!input.isWellFormed()) throw unwanted("a string of whole Unicode characters", input);
    // A UTF-16 unit takes one byte at least, three at most.
    if (input.length * 3 > maxBytes && (input.length > maxBytes || encoder.encode(input).length > maxBytes)) {
      throw unwanted(`a string of at most ${maxBytes} bytes`, input);
    }
    return input;
  }
  const schema = { type: "string", ...(maxBytes === Infinity ? {} : { maxLength: maxBytes }) };
  return { read, quoted: true, plain: "", schema };
}

/** One of the names; the server would take the numbers too, and 01 for 1. */
export function enumParameter(names: string[]): ScalarParameter {
  const known = new Set(names);
  const listed = names.slice(0, MAX_LISTED).map((name) => JSON.stringify(name)).join(", ");
  const wanted = `one of ${listed}${
    names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : ""
  }`;

  function read(input: unknown): string {
    if (typeof input !== "string" || !known.has(input)) throw unwanted(wanted, input);
    return input;
  }
  return { read, quoted: true, plain: names[0], schema: { type: "string", enum: names } };
}

/** UUIDs with hyphens, in lower case whichever came. */
export function uuidParameter(): ScalarParameter {
  function read(input: unknown): string {
    if (typeof input !== "string" || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(input)) {
      throw unwanted("a UUID", input);
    }
    return input.toLowerCase();
  }
  const plain = "00000000-0000-0000-0000-000000000000";
  return { read, quoted: true, plain, schema: { type: "string", format: "uuid" } };
}
