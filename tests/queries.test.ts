import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { readQueryFiles, root } from "../src/hosts/deno/sql_files.ts";
import { readFrontMatter } from "../src/catalog/front_matter.ts";
import { queryName } from "../src/catalog/query.ts";
import { type Answer, createGateway, newTenant, read, type TestGateway } from "./gateway.ts";

// Tests that analysts write: tests/queries/<domain>/<query>.yaml. docs/query-files.md describes the format.

const row = z.record(z.string(), z.unknown());
const given = z.record(z.string(), z.array(row));
const parameters = row.default({}).describe("Parameters");
const testFile = z.strictObject({
  scope: z.string().default("query ingest").describe("Scopes of the credential that asks"),
  now: z.string().describe("The instant that queries take as now"),
  given: given.default({}).describe("Rows sent to each stream for the tenant that asks"),
  others: given.default({}).describe("Rows of another tenant, which must never show"),
  before: z.array(z.strictObject({
    call: z.string().describe("A writing endpoint, such as cohorts/create"),
    when: parameters,
    as: z.string().optional().describe(
      "Name under which the new id is kept: `$name` stands for it from there on",
    ),
    by: z.enum(["asking", "other"]).default("asking").describe("Whose call it is"),
  })).default([]).describe("Writing endpoints called before the cases"),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      when: parameters,
      then: z.unknown().optional().describe(
        "What `data` must hold: named keys of objects, all elements of lists",
      ),
      warnings: z.array(z.string()).optional().describe("What `meta.warnings` must hold"),
      problem: row.optional().describe("What the problem document must hold"),
      reads: z.array(z.strictObject({ query: z.string(), when: parameters, then: z.unknown() })).optional()
        .describe("What queries answer after a writing endpoint"),
    }).refine(
      ({ then, problem, reads }) => (then !== undefined || reads !== undefined) !== (problem !== undefined),
      "say `then` or `reads`, or `problem`",
    ),
  ).min(1),
});

const gateway = await createGateway();
const files = await readQueryFiles();
const frontMatters = new Map(
  files.map(({ path, text }) => [queryName(path), readFrontMatter(path, text).frontMatter] as const),
);

for (const file of files) {
  const path = `${root}tests/queries/${file.path.replace(/^sql\//, "").replace(/\.sql$/, ".yaml")}`;
  const name = queryName(file.path);
  const test = testFile.parse(parse(await Deno.readTextFile(path)));
  Deno.test(name, async (t) => {
    const tenants = { asking: newTenant("asking"), other: newTenant("other") };
    const kept = new Map<string, unknown>();
    gateway.setNow(new Date(test.now));
    await sendAll(gateway, tenants.asking, test.given);
    await sendAll(gateway, tenants.other, test.others);
    for (const { call, when, as, by } of test.before) {
      const { status, body } = await ask(call, tenants[by], withIds(when, kept), "admin");
      assert.ok(status === 201 || status === 204, `${call}: ${JSON.stringify(body)}`);
      if (as) kept.set(as, body.data.id);
    }
    for (const { name: caseName, ...each } of test.cases) {
      await t.step(caseName, async () => {
        const { when, then, warnings, problem, reads } = withIds(each, kept);
        gateway.setNow(new Date(test.now));
        const { status, body } = await ask(name, tenants.asking, when, test.scope);
        if (problem) {
          assert.ok(status >= 400, `expected a problem, got ${JSON.stringify(body).slice(0, 500)}`);
          return assertHolds({ ...body, status }, problem, "problem");
        }
        assert.ok(status < 300, JSON.stringify(body));
        if (then !== undefined) assertHolds(body.data, then, "data");
        if (!frontMatters.get(name)?.method) assertTimes(body.data, await schemaOf(name), "data");
        if (warnings) assert.deepEqual(body.meta.warnings, warnings);
        for (const read of reads ?? []) {
          const answer = await ask(read.query, tenants.asking, read.when, "query");
          if (answer.status !== 200) assert.fail(JSON.stringify(answer.body));
          assertHolds(answer.body.data, read.then, read.query);
        }
      });
    }
  });
}

let document: Promise<Answer> | undefined;

/** The schema of a query's data. */
// deno-lint-ignore no-explicit-any -- as free as JSON
async function schemaOf(name: string): Promise<any> {
  document ??= gateway.fetch("/openapi.json").then(read);
  const { paths } = (await document).body;
  const { responses } = paths[`/v1/${frontMatters.get(name)?.path ?? name}`].get;
  return responses[200].content["application/json"].schema.properties.data;
}

const timeForms: Record<string, RegExp> = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  "date": /^\d{4}-\d\d-\d\d$/,
};

/** Whether each text that is a time is said to be one, by its type or in the front matter, and no other is. */
// deno-lint-ignore no-explicit-any -- as free as JSON
function assertTimes(value: unknown, schema: any, path: string): void {
  if (Array.isArray(value)) {
    return value.forEach((each) => schema?.items && assertTimes(each, schema.items, path));
  }
  if (typeof value === "string") {
    for (const [form, pattern] of Object.entries(timeForms)) {
      assert.equal(
        schema.format === form,
        pattern.test(value),
        `${path} has the format ${schema.format}: ${value}`,
      );
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      if (schema?.properties?.[key]) assertTimes(each, schema.properties[key], `${path}.${key}`);
    }
  }
}

/** Asks a query, or calls a writing endpoint. */
async function ask(
  name: string,
  tenant: string,
  when: Record<string, unknown>,
  scope: string,
): Promise<Answer> {
  const frontMatter = frontMatters.get(name);
  assert.ok(frontMatter, `There is no query "${name}"`);
  const path = frontMatter.path ?? name;
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, key]) => key);
  const address = path.replaceAll(/\{([^}]+)\}/g, (_, key) => encodeURIComponent(String(when[key])));
  const rest = Object.fromEntries(Object.entries(when).filter(([key]) => !inPath.includes(key)));
  return frontMatter.method
    ? await gateway.call(frontMatter.method, address, tenant, rest, scope)
    : await gateway.query(address, tenant, rest, scope);
}

/** The value with each text `$name` in it as the id that was kept under the name. */
function withIds<Value>(value: Value, kept: Map<string, unknown>): Value {
  const replace = (each: unknown): unknown => {
    if (typeof each === "string") {
      return each.replaceAll(/\$([a-z]\w*)/g, (text, name) => String(kept.get(name) ?? text));
    }
    if (Array.isArray(each)) return each.map(replace);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, part]) => [key, replace(part)]));
  };
  return replace(value) as Value;
}

async function sendAll(gateway: TestGateway, tenant: string, streams: z.infer<typeof given>): Promise<void> {
  for (const [stream, rows] of Object.entries(streams)) {
    const events = rows.flatMap(expand).map((event) => ({ id: crypto.randomUUID(), ...event }));
    if (events.length === 0) continue;
    const { status, body } = await gateway.send(stream, tenant, events);
    // a query of dead letters has lines that are refused on purpose
    assert.ok(status === 200 || body.type === "/problems/nothing-accepted", JSON.stringify(body));
  }
}

/** A row with `{1..8}` in its strings is eight rows; the same number stands in all of them. */
function expand(event: Record<string, unknown>): Record<string, unknown>[] {
  const text = JSON.stringify(event);
  const range = /\{(\d+)\.\.(\d+)\}/.exec(text);
  if (!range) return [event];
  const [, first, last] = range.map(Number);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => JSON.parse(text.replaceAll(range[0], String(first + i))),
  );
}

/** Whether the actual value holds the expected one: an object its keys, a list each element in order. */
function assertHolds(actual: unknown, expected: unknown, path: string): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${path} is ${JSON.stringify(actual)}, not a list`);
    assert.equal(
      actual.length,
      expected.length,
      `${path} has other elements: ${JSON.stringify(actual).slice(0, 2000)}`,
    );
    return expected.forEach((each, i) => assertHolds(actual[i], each, `${path}[${i}]`));
  }
  if (typeof expected === "object" && expected !== null) {
    assert.ok(
      typeof actual === "object" && actual !== null,
      `${path} is ${JSON.stringify(actual)}, not an object`,
    );
    for (const [key, value] of Object.entries(expected)) {
      assert.ok(key in actual, `${path} has no "${key}"`);
      assertHolds((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
    return;
  }
  assert.deepEqual(actual, expected, path);
}
