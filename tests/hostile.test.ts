import assert from "node:assert/strict";
import type { ClickHouse } from "../src/clickhouse/client.ts";
import { createClickHouse } from "../src/clickhouse/client.ts";
import { formats } from "../src/query/format.ts";
import { type QueryFile, queryName } from "../src/catalog/query.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createGateway, engineOptions, type TestGateway, tokenOf } from "./gateway.ts";
import { askIn, askInAll, type Seen } from "./hostile_ask.ts";
import { refused, silent } from "./hostile_expected.ts";
import { readHostileFiles } from "./hostile_files.ts";
import { fill, foreign, makeThings, mergeParts, nobody, other, own } from "./hostile_world.ts";

const files = await readHostileFiles();
const shipped = (await readQueryFiles()).filter(({ path }) => /^sql\/(cohorts\/|ops\/usage)/.test(path));
const shapeOf = ({ path }: { path: string }) => path.split("/").at(-1)!.replace(".sql", "");
const loadable = files.filter((file) => !refused[shapeOf(file)]);
/** Queries that every caller may ask; those of the operator are loaded, and nothing else. */
const asked = loadable.filter(({ path, text }) =>
  path.startsWith("sql/hostile/") && !/^tenant: all$/m.test(text)
);
const now = new Date();
const budgets = { dailyBytes: 1e15 };
const mark = "mine";

Deno.test.afterAll(await makeThings());

const before = await createGateway({ files: [...shipped, ...loadable], budgets });
before.setNow(now);
await fill(before, own, mark);
await mergeParts();
const alone = await askEach(before, nobody, ["json"]);
await fill(before, other, foreign);
// the audit keeps its path
await before.query(`hostile/${foreign}`, other);
await before.audit.flush();
await mergeParts();

const gateway = await createGateway({ files: [], budgets });
gateway.setNow(now);
const faults = await gateway.load([...shipped, ...files]);
const usageOf = async (round: () => Promise<unknown>): Promise<[Used, Used]> => {
  const then = await used(gateway);
  await round();
  return [then, await used(gateway)];
};

Deno.test("each hostile file is refused for its reason, or loaded as expected", () => {
  assert.ok(files.length >= 60);
  const reasons = new Map(faults.map((fault) => [shapeOf({ path: fault.split(":")[0] }), fault]));
  for (const file of files) {
    const shape = shapeOf(file);
    const wanted = refused[shape];
    const fault = reasons.get(shape);
    if (wanted === undefined) assert.equal(fault, undefined, shape);
    else assert.ok(fault?.includes(wanted), `${shape}: ${fault ?? "it loads"}`);
  }
  const known = new Set(files.map(shapeOf));
  for (const shape of [...Object.keys(refused), ...silent]) assert.ok(known.has(shape), shape);
});

Deno.test("no fault of a file holds a value of a row, of any tenant", () => {
  for (const fault of faults) {
    const told = fault.split("\n")[0];
    assert.ok(!told.includes(foreign) && !told.includes(other) && !told.includes(mark), fault);
  }
});

Deno.test("an ordinary tenant's answers are the same whether another has what it asks for or not", async (t) => {
  let withNobody: Round = {};
  let withForeign: Round = {};
  const names = formats.map(({ name }) => name);
  const usedByNobody = await usageOf(async () => withNobody = await askEach(gateway, nobody, names));
  const usedByForeign = await usageOf(async () => withForeign = await askEach(gateway, foreign, names));
  for (const file of asked) {
    const shape = shapeOf(file);
    await t.step(shape, () => {
      assert.deepEqual(leaksOf(withNobody[shape], withForeign[shape]), []);
      // nor whether there is another tenant at all
      assert.deepEqual(leaksOf({ json: alone[shape].json }, { json: withNobody[shape].json }), []);
    });
  }
  await t.step("its budget and the audit of its requests tell nothing either", () => {
    const [one, two] = [usedByNobody, usedByForeign].map(([then, after]) => spent(then, after));
    assert.deepEqual(two, one);
  });
});

Deno.test("the caller's document of the API holds nothing of any row", async () => {
  const document = await (await gateway.fetch("/openapi.json")).text();
  assert.ok(document.includes("/v1/hostile/load-enum"));
  for (const word of [foreign, nobody, mark, other, own]) assert.ok(!document.includes(word), word);
});

Deno.test("with the owner's eyes each of these queries would have shown something", async () => {
  // the same statements, sent as a user whom no policy holds: what is looked for is there to be found
  const owner = createClickHouse(engineOptions());
  const isOwnRun = (said: unknown) => said === own || said === JSON.stringify([own]);
  const open = await createGateway({
    files: loadable,
    budgets,
    through: (statement, ask: ClickHouse) =>
      (isOwnRun(statement.settings?.log_comment) ? owner : ask)(statement),
  });
  open.setNow(now);
  const withNobody = await askEach(open, nobody, ["json"]);
  const withForeign = await askEach(open, foreign, ["json"]);
  const blind = asked.map(shapeOf).filter((shape) =>
    leaksOf(withNobody[shape], withForeign[shape]).length === 0 &&
    leaksOf({ json: alone[shape].json }, { json: withNobody[shape].json }).length === 0
  );
  assert.deepEqual(blind, silent);
});

Deno.test("an answer that is kept is its tenant's alone, though its query binds no tenant", async () => {
  const caching = await createGateway({
    files: loadable.filter((file) => shapeOf(file) === "read-cached"),
    cacheBytes: 1e7,
  });
  for (const [tenant, last] of [[own, mark], [other, foreign], [own, mark], [other, foreign]]) {
    const { body } = await caching.query("hostile/read-cached", tenant);
    assert.ok(body.data[0].last.startsWith(last), JSON.stringify(body));
  }
});

Deno.test("a writing endpoint is answered the same, and writes the same, whether another has it or not", async () => {
  const cohorts = async () => (await gateway.query("cohorts", own)).body.data.length;
  for (const shape of ["write-oracle", "write-throw"]) {
    const count = await cohorts();
    const answers = [];
    for (const probe of [nobody, foreign]) {
      const { status, body } = await gateway.call("POST", `cohorts/${shape}`, own, { probe });
      answers.push({ status, type: body?.type, detail: body?.detail });
    }
    assert.deepEqual(answers[0], answers[1], shape);
    assert.equal(await cohorts(), count, shape);
  }
});

/** What a caller saw, by shape and format. */
type Round = Record<string, Record<string, Seen>>;

async function askEach(gateway: TestGateway, probe: string, names: string[]): Promise<Round> {
  const round: Round = {};
  for (const file of asked) {
    const search = parametersOf(file, probe);
    const name = queryName(file.path);
    round[shapeOf(file)] = names.length === formats.length
      ? await askInAll(gateway, own, name, search)
      : { json: await askIn(gateway, own, name, "json", search) };
  }
  return round;
}

function parametersOf({ text }: QueryFile, probe: string): Record<string, string> {
  return text.includes("{probe:") ? { probe } : {};
}

/** How two callers' answers differ but for the probe that each has sent, and what of the other tenant's is in the first. */
function leaksOf(one: Record<string, Seen>, two: Record<string, Seen>): string[] {
  const leaks: string[] = [];
  for (const format of Object.keys(one)) {
    const [a, b] = [one[format], two[format]].map(withoutProbe);
    if (a !== b) leaks.push(`${format}: ${a.slice(0, 400)} … ${b.slice(0, 400)}`);
    if (a.includes(foreign) || a.includes(other)) leaks.push(`${format}: ${a.slice(0, 400)}`);
  }
  return leaks;
}

/** The tag of an answer that says the probe back depends on it. */
function withoutProbe({ status, headers, text }: Seen): string {
  const isEcho = text.includes(foreign) || text.includes(nobody);
  const { etag, ...others } = headers;
  return JSON.stringify({ status, headers: isEcho ? others : { etag, ...others }, text })
    .replaceAll(foreign, "<probe>").replaceAll(nobody, "<probe>");
}

/** What the tenant is told that it used. */
interface Used {
  budget: Record<string, { used: number }>;
  usage: Record<string, Record<string, number>>;
}

async function used(gateway: TestGateway): Promise<Used> {
  await gateway.audit.flush();
  const headers = { authorization: `Bearer ${await tokenOf(own, "query")}` };
  const { data } = await (await gateway.fetch("/v1/budget", undefined, { headers })).json();
  const { body } = await gateway.query("ops/usage", own, { pageSize: 1000 });
  const rows = body.data as (Record<string, number> & { query: string })[];
  return { budget: data, usage: Object.fromEntries(rows.map((row) => [row.query, row])) };
}

function spent(then: Used, after: Used) {
  const names = Object.keys(after.usage).filter((name) => name.startsWith("hostile/"));
  const told = ["requests", "errors", "spent", "rowsRead", "bytesRead"];
  return {
    dailyBytes: after.budget.dailyBytes.used - then.budget.dailyBytes.used,
    byQuery: Object.fromEntries(names.map((name) => [
      name,
      told.map((field) => after.usage[name][field] - (then.usage[name]?.[field] ?? 0)),
    ])) as Record<string, number[]>,
  };
}
