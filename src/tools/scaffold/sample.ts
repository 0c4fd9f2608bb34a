import { Refusal } from "./refusal.ts";

/** Lines of a sample that are looked at. */
const maxLines = 10_000;

/** Guesses a stream's fields from lines of NDJSON, as the command has them: `closedAt:DateTime?`. Throws Refusal. */
export function fieldsOfSample(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim()).slice(0, maxLines);
  if (!lines.length) throw new Refusal("The sample has no line");
  const values = new Map<string, unknown[]>();
  for (const [i, line] of lines.entries()) {
    for (const [name, value] of Object.entries(parseLine(line, i + 1))) {
      if (!values.has(name)) values.set(name, []);
      if (value !== null && value !== "") values.get(name)!.push(value);
    }
  }
  return [...values].map(([name, given]) =>
    `${name}:${typeOf(name, given)}${given.length < lines.length ? "?" : ""}`
  );
}

function parseLine(line: string, number: number): Record<string, unknown> {
  try {
    const value = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below
  }
  throw new Refusal(`Line ${number} of the sample is not a JSON object`);
}

function typeOf(name: string, values: unknown[]): string {
  if (!values.length) {
    throw new Refusal(`The sample has no value of "${name}": write the fields without --sample`);
  }
  if (values.some((value) => typeof value === "object" && !Array.isArray(value))) {
    throw new Refusal(
      `"${name}" of the sample is an object, which no field can be: take it out, or its members to the top`,
    );
  }
  if (values.every(Array.isArray)) {
    const elements = values.flat();
    return `Array(${elements.length ? typeOf(name, elements) : "String"})`;
  }
  const every = (test: (value: unknown) => boolean) => values.every(test);
  const matches = (pattern: RegExp) => every((value) => typeof value === "string" && pattern.test(value));
  if (every((value) => typeof value === "boolean")) return "Bool";
  if (every(Number.isSafeInteger)) return "Int";
  if (every((value) => typeof value === "number")) return "Float";
  if (matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)) return "UUID";
  if (matches(/^\d{4}-\d\d-\d\d$/)) return "Date";
  if (matches(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/)) return "DateTime";
  return "String";
}
