import assert from "node:assert/strict";
import { parse } from "yaml";
import { loadCatalog } from "../src/catalog/catalog.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import { engineOptions } from "./gateway.ts";

// What an analyst is told of a mistake in a query file. `mistakes.yaml` holds the mistakes, the messages, and why these are
// good ones.

interface Mistake {
  name: string;
  judged: string;
  right: string;
  wrong: string;
  says: string;
}

const { file, mistakes }: { file: string; mistakes: Mistake[] } = parse(
  await Deno.readTextFile(new URL("mistakes.yaml", import.meta.url)),
);
const roles = createRoles(engineOptions());
const path = "sql/outreach/openers.sql";

async function faultsOf(text: string): Promise<string[]> {
  const { errors } = await loadCatalog([{ path, text }], roles);
  return errors.map((error) => error.render());
}

Deno.test("The file that the mistakes are made in is right", async () => {
  assert.deepEqual(await faultsOf(file), []);
});

for (const { name, judged, right, wrong, says } of mistakes) {
  Deno.test(`A query file's author is told of ${name}`, async () => {
    assert.ok(judged, "a sentence says why the message is a good one");
    assert.equal(file.split(right).length, 2, `${JSON.stringify(right)} stands in the file once`);
    assert.deepEqual(await faultsOf(file.replace(right, () => wrong)), [`${path}:${says.trimEnd()}`]);
  });
}
