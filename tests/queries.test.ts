import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { readQueryFiles, root } from "../src/deno/sql_files.ts";
import { queryName } from "../src/catalog/query.ts";
import { createGateway, newTenant, type TestGateway } from "./gateway.ts";

// Tests that analysts write: tests/queries/<domain>/<query>.yaml. CONTRIBUTING.md describes the format.

const row = z.record(z.string(), z.unknown());
const given = z.record(z.string(), z.array(row));
const testFile = z.strictObject({
  scope: z.string().default("query ingest").describe("Scopes of the credential that asks"),
  now: z.string().describe("The instant that queries take as now"),
  given: given.default({}).describe("Rows sent to each stream for the tenant that asks"),
  others: given.default({}).describe("Rows of another tenant, which must never show"),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      when: z.record(z.string(), z.unknown()).default({}).describe("Parameters"),
      then: z.unknown().optional().describe(
        "What `data` must hold: named keys of objects, all elements of lists",
      ),
      problem: z.record(z.string(), z.unknown()).optional().describe("What the problem document must hold"),
    }).refine(
      ({ then, problem }) => (then === undefined) !== (problem === undefined),
      "say `then` or `problem`",
    ),
  ).min(1),
});

const gateway = await createGateway();

for (const file of await readQueryFiles()) {
  const path = `${root}tests/queries/${file.path.replace(/^sql\//, "").replace(/\.sql$/, ".yaml")}`;
  const test = testFile.parse(parse(await Deno.readTextFile(path)));
  const name = queryName(file.path);
  Deno.test(name, async (t) => {
    const [tenant, other] = [newTenant("asking"), newTenant("other")];
    await sendAll(gateway, tenant, test.given);
    await sendAll(gateway, other, test.others);
    for (const { name: caseName, when, then, problem } of test.cases) {
      await t.step(caseName, async () => {
        gateway.setNow(new Date(test.now));
        const segments = name.replaceAll(/\{([^}]+)\}/g, (_, key) => encodeURIComponent(String(when[key])));
        const inPath = [...name.matchAll(/\{([^}]+)\}/g)].map(([, key]) => key);
        const rest = Object.fromEntries(Object.entries(when).filter(([key]) => !inPath.includes(key)));
        const { status, body } = await gateway.query(segments, tenant, rest, test.scope);
        if (problem) {
          assert.ok(status >= 400, `expected a problem, got ${JSON.stringify(body).slice(0, 500)}`);
          return assertHolds({ ...body, status }, problem, "problem");
        }
        assert.equal(status, 200, JSON.stringify(body));
        assertHolds(body.data, then, "data");
      });
    }
  });
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
