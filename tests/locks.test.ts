import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { root } from "../src/hosts/deno/sql_files.ts";

// `deno task` downloads all that deno.lock names before it runs anything: what tests are made of has a lock of its own.

interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, { integrity: string }>;
}

async function readLock(file: string): Promise<Lock> {
  return JSON.parse(await Deno.readTextFile(root + file));
}

/** Of `npm:hucre@1.0.0/xlsx`, what a lock calls the package. */
function packageOf(specifier: string): string {
  return /^npm:(@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

/** Programs, one for each kind of machine: their specifiers are computed. */
const programs = /^npm:@(chdb\/lib|dbmate\/)/;

Deno.test("deno.lock has what dev and the gateway need, and nothing else", async () => {
  const needed = Object.values(config.imports).map(packageOf);
  const named = Object.keys((await readLock("deno.lock")).specifiers);
  const others = named.filter((specifier) => !needed.includes(specifier) && !programs.test(specifier));
  assert.deepEqual(others, [], "Run what wrote them with --lock=tests/deno.lock, and take deno.lock back");
});

Deno.test("the tests run with the packages of deno.lock", async () => {
  const [{ npm: ours }, { npm: theirs }] = await Promise.all([
    readLock("deno.lock"),
    readLock("tests/deno.lock"),
  ]);
  assert.ok(Object.keys(ours).length > 0);
  for (const [name, { integrity }] of Object.entries(ours)) {
    assert.equal(theirs[name]?.integrity, integrity, name);
  }
});
