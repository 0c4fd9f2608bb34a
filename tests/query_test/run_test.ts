import assert from "node:assert/strict";
import type { FrontMatter } from "../../src/catalog/front_matter.ts";
import type { ClickHouse } from "../../src/clickhouse/client.ts";
import { type Answer, newTenant, read, type TestGateway } from "../gateway.ts";
import { refreshView } from "../refresh_view.ts";
import { assertHolds, assertTimes, shown } from "./holds.ts";
import { sendRows } from "./send_rows.ts";
import type { QueryTest } from "./test_file.ts";

/** Where a test runs: a gateway that serves its queries, and what is known of these. */
export interface TestBed {
  gateway: TestGateway;
  /** The engine as the owner of its tables, who may run scheduled views. */
  clickHouse: ClickHouse;
  /** Front matter by query name. */
  frontMatters: Map<string, FrontMatter>;
}

/** Runs a case under its name; what it throws is the case's failure. */
export type Step = (name: string, run: () => Promise<void>) => Promise<unknown>;

/** Runs the test of a query for two tenants of its own. Throws when the cases cannot be tried; a failing case is its step's. */
export async function runQueryTest(bed: TestBed, name: string, test: QueryTest, step: Step): Promise<void> {
  const { gateway, frontMatters } = bed;
  const tenants = { asking: newTenant("asking"), other: newTenant("other") };
  const kept = new Map<string, unknown>();
  gateway.setNow(new Date(test.now));
  await sendAll(gateway, tenants, test);
  for (const { call, when, as, by } of test.before) {
    const { status, body } = await ask(bed, call, tenants[by], withIds(when, kept), "admin");
    assert.ok(status === 201 || status === 204, `before, ${call}: ${body?.detail ?? shown(body)}`);
    if (as) kept.set(as, body.data.id);
  }
  for (const view of test.refresh) await refreshView(bed.clickHouse, view);
  const schema = frontMatters.get(name)?.method ? undefined : await schemaOf(bed, name);
  for (const { name: caseName, ...each } of test.cases) {
    await step(caseName, async () => {
      const { when, then, warnings, problem, reads } = withIds(each, kept);
      const { status, body } = await ask(bed, name, tenants.asking, when, test.scope);
      if (problem) {
        assert.ok(status >= 400, `expected a problem, got ${shown(body)}`);
        return assertHolds({ ...body, status }, problem, "problem");
      }
      assert.ok(status < 300, `The answer is a ${status}: ${body?.detail ?? shown(body)}`);
      if (then !== undefined) assertHolds(body.data, then, "data");
      if (schema) assertTimes(body.data, schema, "data");
      if (warnings) assertHolds(body.meta.warnings, warnings, "meta.warnings");
      for (const { query, when, then } of reads ?? []) {
        const answer = await ask(bed, query, tenants.asking, when, "query");
        assert.equal(answer.status, 200, `${query}: ${shown(answer.body)}`);
        assertHolds(answer.body.data, then, query);
      }
    });
  }
}

/** Names of the queries that a test asks. */
export function queriesOf(name: string, test: QueryTest): string[] {
  const reads = test.cases.flatMap(({ reads = [] }) => reads.map(({ query }) => query));
  return [...new Set([name, ...test.before.map(({ call }) => call), ...reads])];
}

/** Sends the rows of both tenants. Throws when not as many are refused as the test says. */
async function sendAll(
  gateway: TestGateway,
  tenants: { asking: string; other: string },
  { given, others, rejected }: QueryTest,
): Promise<void> {
  const sent = [
    await sendRows(gateway, tenants.asking, "given", given),
    await sendRows(gateway, tenants.other, "others", others),
  ];
  const count = sent.reduce((sum, each) => sum + each.rejected, 0);
  if (count === rejected) return;
  const reasons = sent.flatMap(({ refusals }) => refusals)
    .map(({ row, reason }) => `\n  ${reason}: ${shown(row)}`);
  throw new Error(
    `${count} ${count === 1 ? "row was" : "rows were"} refused, and the test says \`rejected: ${rejected}\`${
      reasons.join("")
    }`,
  );
}

/** Asks a query, or calls a writing endpoint. */
async function ask(
  { gateway, frontMatters }: TestBed,
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

/** The schema of a query's data. */
// deno-lint-ignore no-explicit-any -- as free as JSON
async function schemaOf({ gateway, frontMatters }: TestBed, name: string): Promise<any> {
  const { body: { paths } } = await read(await gateway.fetch("/openapi.json"));
  const { responses } = paths[`/v1/${frontMatters.get(name)?.path ?? name}`].get;
  return responses[200].content["application/json"].schema.properties.data;
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
