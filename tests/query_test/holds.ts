import assert from "node:assert/strict";

/** Throws unless the actual value holds the expected one: an object its keys, a list each element in order. */
export function assertHolds(actual: unknown, expected: unknown, path: string): void {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) assert.fail(`${path} is ${shown(actual)}, not a list`);
    if (actual.length !== expected.length) {
      assert.fail(`${path} has ${actual.length} elements, not ${expected.length}: ${shown(actual)}`);
    }
    expected.forEach((each, i) => assertHolds(actual[i], each, `${path}[${i}]`));
  } else if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) {
      assert.fail(`${path} is ${shown(actual)}, not ${shown(expected)}`);
    }
    for (const [key, each] of Object.entries(expected)) {
      assertHolds((actual as Record<string, unknown>)[key], each, `${path}.${key}`);
    }
  } else if (actual !== expected) {
    assert.fail(`${path} is ${shown(actual)}, not ${shown(expected)}`);
  }
}

const timeForms: Record<string, RegExp> = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  "date": /^\d{4}-\d\d-\d\d$/,
};

/** Throws unless each text that is a time is said to be one, by its type or in the front matter, and no other is. */
// deno-lint-ignore no-explicit-any -- as free as JSON
export function assertTimes(value: unknown, schema: any, path: string): void {
  if (Array.isArray(value)) {
    return value.forEach((each) => schema?.items && assertTimes(each, schema.items, path));
  }
  if (typeof value === "string") {
    for (const [form, pattern] of Object.entries(timeForms)) {
      const [says, is] = [schema.format === form, pattern.test(value)];
      if (is && !says) assert.fail(`${path} is a time: say \`format: ${form}\` of it in \`columns\``);
      if (says && !is) assert.fail(`${path} has the format ${form} in \`columns\`, but is ${shown(value)}`);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      if (schema?.properties?.[key]) assertTimes(each, schema.properties[key], `${path}.${key}`);
    }
  }
}

/** A value as a failure shows it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "not there";
  return text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
}
