import { z } from "zod";
import { readYaml, YamlFault } from "../../src/catalog/checked_yaml.ts";
import { errorAt } from "../../src/catalog/query_file_error.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";

/** What a test takes as now when it does not say. */
const defaultNow = "2026-03-10T12:00:00Z";

const row = z.record(z.string(), z.unknown());
const given = z.record(z.string(), z.array(row));
const parameters = row.default({}).describe("Parameters");

/** The format of a query's test. */
export const queryTestSchema = z.strictObject({
  scope: z.string().default("query ingest").describe("Scopes of the credential that asks"),
  now: z.iso.datetime({ offset: true, error: "must be an instant such as 2026-03-10T12:00:00Z" })
    .default(defaultNow).describe("The instant that queries take as now"),
  given: given.default({}).describe("Rows sent to each stream for the tenant that asks"),
  others: given.default({}).describe("Rows of another tenant, which must never show"),
  rejected: z.number().int().nonnegative().default(0)
    .describe("How many rows of `given` and `others` the streams refuse"),
  refresh: z.array(z.string()).default([])
    .describe("Scheduled views that run before the cases, in this order"),
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
      name: z.string().describe("A sentence about behaviour"),
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
  ).min(1, "must have a case").describe("Requests, and what each must answer"),
});

/** A query's test, as its analyst wrote it. */
export type QueryTest = z.infer<typeof queryTestSchema>;

/** Where the test of a query is, below the repository's root; `{x}` of the name is `[x]`. */
export function testPath(name: string): string {
  return `tests/queries/${name.replaceAll(/\{([^}]+)\}/g, "[$1]")}.yaml`;
}

/** The test of a query. Throws an error that says what is wrong with the file, where, or that there is none. */
export async function readQueryTest(name: string): Promise<QueryTest> {
  const path = testPath(name);
  let text: string;
  try {
    text = await Deno.readTextFile(root + path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`The query ${name} has no test: write ${path}, see docs/query-files.md`);
  }
  return parseQueryTest(path, text);
}

/** Reads the text of a test file. Throws an error with file, line, key and a caret. */
export function parseQueryTest(path: string, text: string): QueryTest {
  try {
    return readYaml(queryTestSchema, text, "Test").value;
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new Error(errorAt(path, text, error.offset, error.message).render());
  }
}
