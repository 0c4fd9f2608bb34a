import assert from "node:assert/strict";
import { parse } from "yaml";
import { isQualityCheck } from "../src/catalog/quality_check.ts";
import { readFrontMatter } from "../src/catalog/front_matter.ts";
import { isInstalled } from "./installed.ts";
import { type Block, type Example, examplesOf, readPages } from "./docs/pages.ts";
import { type Ids, isShown, withIds } from "./docs/shown.ts";
import { createDemoWorld, createKafkaWorld, createPostgresWorld, type World } from "./docs/world.ts";

// Every block of every page is tried: commands are run and must print what the page shows, queries are loaded.

/** Commands that are not run here, and why. */
const notRun: [pattern: RegExp, reason: string][] = [
  [/\btask dev\b/, "It goes on for ever; tests/dev.test.ts and tests/dev_postgres.test.ts start it"],
  [/^deno task bundle$/, "tests/bundle.test.ts makes a bundle"],
  [/^deno task start$/, "It goes on for ever; tests/users.test.ts starts it"],
  [/\btask follow-postgres$/, "It goes on for ever; tests/postgres_follow.test.ts starts it"],
  [/^npx -y deno@2 task test$/, "It is what runs this"],
  [/^npx -y http-server /, "It goes on for ever; tests/dashboard.test.ts opens the page"],
  [/\bdocker compose\b/, "There is no Docker here; tests/compose.test.ts checks the file"],
  [/\bkubectl\b/, "There is no cluster here; tests/deploy.test.ts checks the manifests"],
  [/\bsystemctl\b/, "systemd does not run here; tests/deploy.test.ts checks the units"],
  [/^deno task client .*--python/, "It needs a generator; tests/clients.test.ts has it write the package"],
  [/^deno task openapi --against/, "It takes long; tests/tasks.test.ts runs it"],
  [/\bsupport[/_]tickets\b/, "They need a `dev` that runs; tests/new_stream.test.ts runs them"],
  [/^deno task (bench|load)( --streams 100)?$/, "It takes minutes; tests/k6.test.ts runs the load short"],
];

/** Blocks that are neither run nor loaded, by how they begin, and why. */
const notTried: [beginning: string, reason: string][] = [
  ["CREATE SECRET (TYPE http", "DuckDB's; tests/readers.test.ts asks the same"],
  ["AND ({afterOccurredAt:", "A condition; sql/outreach/events.sql holds it"],
  ...["ALTER TABLE site_views", "INSERT INTO sampling_rules", "SELECT\n    sum(weighted)"].map((
    beginning,
  ): [string, string] => [beginning, "Of a stream that is not there; tests/sampling.test.ts runs it"]),
  [
    "CREATE MATERIALIZED VIEW live_events_tickets_mv",
    "Of a domain that is not there; migrations/csr has such views",
  ],
  ["CREATE TABLE outreach_eu_kafka", "It needs a broker; tests/kafka/kafka.test.ts runs it"],
  ["CREATE MATERIALIZED VIEW outreach_eu_landing_kafka_mv", "It needs a broker, as the table before it"],
];

/** What to do with a block, by its language; a picture needs nothing. */
const checks: Record<string, (block: Block) => void> = {
  console: (block) => void examplesOf(block),
  text: () => {},
  // tests/stream/browser.test.ts opens the page's
  html: ({ page }) => assert.equal(page, "docs/live.md"),
  json: ({ text }) => void JSON.parse(text.replaceAll("…", "null")),
  csv: inFile,
  ts: inFile,
  promql: ({ page }) =>
    assert.match(
      page,
      /^docs\/(operations|nats)\.md$/,
      "tests/docs_metrics.test.ts knows their metrics",
    ),
  yaml: ({ text, file }) => {
    const { groups } = parse(text);
    // rules of Prometheus are for tests/docs_metrics.test.ts, and tests of queries for a command of the page
    if (!groups) assert.match(file ?? "", /^tests\/queries\//);
  },
  sql: ({ text, file }) => {
    if (notTried.some(([beginning]) => text.startsWith(beginning))) return;
    assert.match(file ?? "", /^sql\//);
    // a check is taken by the command that runs it
    if (!isQualityCheck(file!)) readFrontMatter(file!, text);
  },
};

function inFile({ file }: Block): void {
  assert.ok(file, "The paragraph before it names no file: no command could use it");
}

const pages = await readPages();
const blocks = pages.flatMap(({ blocks }) => blocks);

Deno.test("each block of the pages has a language, and is tried as that language is", () => {
  for (const block of blocks) {
    const check = checks[block.language];
    assert.ok(check, `${block.page}:${block.line}: "${block.language}" is no language of blocks`);
    try {
      check(block);
    } catch (error) {
      throw new Error(`${block.page}:${block.line}: ${(error as Error).message}`);
    }
  }
});

Deno.test("what the lists leave out is on a page", () => {
  const commands = blocks.filter(isConsole).flatMap(examplesOf).map(({ command }) => command);
  for (const [pattern] of notRun) assert.ok(commands.some((command) => pattern.test(command)), `${pattern}`);
  for (const [beginning] of notTried) {
    assert.ok(blocks.some(({ text }) => text.startsWith(beginning)), beginning);
  }
});

function isConsole({ language }: Block): boolean {
  return language === "console";
}

async function runExample(world: World, { page, line, command, shown }: Example, ids: Ids): Promise<void> {
  for (const id of command.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []) {
    if (!ids.has(id)) ids.set(id, id);
  }
  const { code, out, err } = await world.run(withIds(command, ids));
  const where = `${page}:${line}: ${command}`;
  assert.equal(code, 0, `${where}\n${out}${err}`);
  assert.ok(isShown(shown, out, ids), `${where}\nprinted\n${out}\nand the page shows\n${shown}`);
}

/** Runs the commands of pages one after the other, as a reader pastes them. */
async function runPages(t: Deno.TestContext, world: World, paths: (path: string) => boolean): Promise<void> {
  for (const page of pages.filter(({ path }) => paths(path))) {
    const examples = page.blocks.filter(isConsole).flatMap(examplesOf)
      .filter(({ command }) => !notRun.some(([pattern]) => pattern.test(command)));
    if (!examples.length) continue;
    await t.step(page.path, async () => {
      const ids: Ids = new Map();
      assert.deepEqual(await world.show(page.blocks), []);
      for (const example of examples) await runExample(world, example, ids);
      await world.hide(page.blocks);
    });
  }
}

const ofPostgres = (path: string) => path === "docs/postgres.md";
const ofKafka = (path: string) => path === "docs/kafka.md";

Deno.test("each command of the pages prints what stands below it", async (t) => {
  await using world = await createDemoWorld();
  await runPages(t, world, (path) => !ofPostgres(path) && !ofKafka(path));
});

Deno.test("each command of the page on Postgres prints what stands below it", async (t) => {
  await using world = await createPostgresWorld();
  await runPages(t, world, ofPostgres);
});

Deno.test("isShown() takes … for anything, this time's ids for the page's, and nothing else", () => {
  const [a, b] = ["0197c5a0-5f0e-4bd3-8a41-2c6d1be1f1a7", "3fd6c67b-00eb-4d24-8458-3338c38900ef"];
  const ids: Ids = new Map();
  assert.ok(isShown(`{"id": "${a}",  "n": …}`, `{"id":"${b}","n":[1,2]}\n`, ids));
  assert.equal(withIds(`/v1/cohorts/${a}`, ids), `/v1/cohorts/${b}`);
  assert.ok(isShown(`{"id": "${a}"}`, `{"id":"${b}"}`, ids));
  assert.ok(!isShown(`{"id": "${a}"}`, `{"id":"${a}"}`, ids), "the id is another by now");
  assert.ok(!isShown('{"text": "a b"}', '{"text":"ab"}', ids), "white space in a string counts");
  assert.ok(!isShown('{"n": 1}', '{"n":12}', ids));
  assert.ok(!isShown("", "anything", ids));
  assert.ok(isShown("a   b\n", "a b", ids), "white space in a table does not");
});

if (await isInstalled("kcat")) {
  Deno.test("each command of the page on Kafka prints what stands below it", async (t) => {
    await using world = await createKafkaWorld();
    await runPages(t, world, ofKafka);
  });
}
