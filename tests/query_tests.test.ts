import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { freePort } from "../src/tools/engine/free_port.ts";
import { readFrontMatter } from "../src/catalog/front_matter.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { createGateway, engineOptions, queryFile } from "./gateway.ts";
import { copyFolder, runProgram, startProgram, temporaryFolder } from "./program.ts";
import { runQueryTest } from "./query_test/run_test.ts";
import { parseQueryTest, readQueryTest } from "./query_test/test_file.ts";

// The tests of queries, as those who write them have them.

const path = "tests/queries/demo/opened.yaml";
const right = `given:
  outreach:
    - { eventType: message_opened, entityId: m1, channel: email, occurredAt: 2026-03-05T10:00:00Z }
cases:
  - name: counts what was opened
    then: [{ opened: 1 }]
`;

const mistakes: { name: string; from: string; to: string; says: string }[] = [
  {
    name: "a key misspelled",
    from: "given:",
    to: "givn:",
    says: `${path}:1:1: Unknown test key "givn"; did you mean "given"?\n  1 | givn:\n    | ^`,
  },
  {
    name: "a key of a case misspelled",
    from: "- name:",
    to: "- nmae:",
    says: `${path}:5:5: Unknown test key "cases[0].nmae"; did you mean "name"?\n` +
      "  5 |   - nmae: counts what was opened\n    |     ^",
  },
  {
    name: "no cases",
    from: right.slice(right.indexOf("cases:")),
    to: "",
    says:
      `${path}:1:1: Test key "cases" is missing: Requests, and what each must answer\n  1 | given:\n    | ^`,
  },
  {
    name: "a case that expects nothing",
    from: "    then: [{ opened: 1 }]\n",
    to: "",
    says: `${path}:5:5: Test key "cases[0]": say \`then\` or \`reads\`, or \`problem\`\n` +
      "  5 |   - name: counts what was opened\n    |     ^",
  },
  {
    name: "a now that is no instant",
    from: "given:",
    to: "now: soon\ngiven:",
    says: `${path}:1:1: Test key "now" must be an instant such as 2026-03-10T12:00:00Z, not "soon"\n` +
      "  1 | now: soon\n    | ^",
  },
  {
    name: "a stream without rows",
    from: right.slice(right.indexOf("    - {"), right.indexOf("cases:")),
    to: "",
    says: `${path}:2:3: Test key "given.outreach" must be a list, not null\n  2 |   outreach:\n    |   ^`,
  },
  {
    name: "a colon in a name",
    from: "counts what",
    to: "counts: what",
    says: `${path}:5:11: The test is not valid YAML: a text with a colon in it needs quotes\n` +
      "  5 |   - name: counts: what was opened\n    |           ^",
  },
];

for (const { name, from, to, says } of mistakes) {
  Deno.test(`A query's test with ${name} is told by file, line and key`, () => {
    assert.ok(right.includes(from));
    assert.throws(() => parseQueryTest(path, right.replace(from, () => to)), { message: says });
  });
}

Deno.test("A query without a test is named, with the file to write", async () => {
  await assert.rejects(readQueryTest("demo/{userId}/opened"), {
    message: "The query demo/{userId}/opened has no test: write tests/queries/demo/[userId]/opened.yaml, " +
      "see docs/query-files.md",
  });
});

const file = queryFile(
  "demo/opened",
  "",
  `SELECT uniqExact(entity_id) AS opened
FROM outreach_events
WHERE tenant_id = {tenantId:String}
    AND occurred_at < {now:DateTime64(3, 'UTC')}`,
);
const bed = {
  gateway: await createGateway({ files: [file] }),
  clickHouse: createClickHouse(engineOptions()),
  frontMatters: new Map([["demo/opened", readFrontMatter(file.path, file.text).frontMatter]]),
};

/** What became of each case, or what was thrown before. */
async function outcomeOf(text: string): Promise<string[]> {
  const outcomes: string[] = [];
  await runQueryTest(bed, "demo/opened", parseQueryTest(path, text), async (name, run) => {
    await run().then(
      () => outcomes.push(`${name}: ok`),
      (error) => outcomes.push(`${name}: ${error.message}`),
    );
  });
  return outcomes;
}

Deno.test("A query's test without `now` has the tenth of March 2026 at noon", async () => {
  assert.deepEqual(await outcomeOf(right), ["counts what was opened: ok"]);
  const later = right.replace("2026-03-05T10:00:00Z", "2026-03-10T12:00:00Z");
  assert.deepEqual(await outcomeOf(later), ["counts what was opened: data[0].opened is 0, not 1"]);
});

Deno.test("A query's test fails when rows are refused, with their reasons, unless it says how many", async () => {
  const refused = right.replace("email", "fax");
  await assert.rejects(outcomeOf(refused), {
    message: "1 row was refused, and the test says `rejected: 0`\n" +
      '  channel is unknown: "fax": {"eventType":"message_opened","entityId":"m1","channel":"fax",' +
      '"occurredAt":"2026-03-05T10:00:00Z"}',
  });
  await assert.rejects(outcomeOf(`rejected: 1\n${right}`), {
    message: "0 rows were refused, and the test says `rejected: 1`",
  });
  assert.deepEqual(await outcomeOf(`rejected: 1\n${refused.replace("opened: 1", "opened: 0")}`), [
    "counts what was opened: ok",
  ]);
});

Deno.test("A query's test that sends rows to no stream says which are near", async () => {
  await assert.rejects(outcomeOf(right.replace("outreach:", "outrech:")), {
    message: 'given.outrech: There is no stream "outrech"; did you mean "outreach"?',
  });
});

Deno.test("test NAME uses the engine of dev, and --watch tells of each change", async (t) => {
  await using folder = await temporaryFolder();
  const [dataDir, sqlDir] = [`${folder.path}/data`, `${folder.path}/sql`];
  await copyFolder(`${root}sql`, sqlDir);
  const env = {
    SLUICE_DATA_DIR: dataDir,
    SLUICE_SQL_DIR: sqlDir,
    SLUICE_DEMO: "0",
    PORT: String(freePort()),
  };
  await using dev = startProgram(Deno.execPath(), ["task", "dev"], env);
  await dev.until(/ready after/);

  await t.step("by name, it leaves rows of its tenants there, and ends with the counts", async () => {
    const args = ["task", "test", "outreach/traffic", "tests/queries/outreach/overview.yaml"];
    const { code, printed } = await runProgram(Deno.execPath(), args, env);
    assert.equal(code, 0, printed);
    assert.match(
      printed,
      /^outreach\/traffic\n( {2}ok {6}.+\n)+outreach\/overview\n( {2}ok {6}.+\n)+\n\d+ passed, 0 failed\n$/m,
    );
    const { url } = JSON.parse(await Deno.readTextFile(`${dataDir}/engine.json`));
    const password = await Deno.readTextFile(`${dataDir}/engine_password`);
    const rows = await readRows(createClickHouse({ url, user: "sluice", password, database: "sluice" }), {
      sql: "SELECT DISTINCT tenant_id FROM outreach_events WHERE tenant_id LIKE 'asking-%'",
    });
    assert.equal(rows.length, 2);
  });

  await t.step("--watch runs it again when its query is saved", async () => {
    const query = `${sqlDir}/outreach/traffic.sql`;
    const text = await Deno.readTextFile(query);
    await using watching = startProgram(
      Deno.execPath(),
      ["task", "test", "outreach/traffic", "--watch"],
      env,
    );
    await watching.until(/ passed, 0 failed/);
    await Deno.writeTextFile(query, text.replace("FROM outreach_events", "FROM outreach_event"));
    await watching.until(
      /FAILED {2}set up\n +\S+outreach\/traffic\.sql:\d+:\d+: There is no table[^]*\n0 passed, 1 failed/,
    );
    await Deno.writeTextFile(query, text);
    await watching.until(/0 passed, 1 failed[^]* passed, 0 failed/);
    watching.signalGroup("SIGINT");
    await watching.end();
  });
});
