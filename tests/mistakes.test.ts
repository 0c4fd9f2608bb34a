import assert from "node:assert/strict";
import { parse } from "yaml";
import { loadCatalog } from "../src/catalog/catalog.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import { engineOptions } from "./gateway.ts";

// What an analyst is told of a mistake in a query file or a quality check. The YAML files hold the mistakes, the messages, and why
// these are good ones.

interface Mistake {
  name: string;
  judged: string;
  right: string;
  wrong: string;
  says: string;
}

const roles = createRoles(engineOptions());

/** Tries the mistakes of a file in the repository's file at a path. */
async function tryMistakes(source: string, path: string, what: string): Promise<void> {
  const { file, mistakes }: { file: string; mistakes: Mistake[] } = parse(
    await Deno.readTextFile(new URL(source, import.meta.url)),
  );
  const faultsOf = async (text: string) => {
    const { errors } = await loadCatalog([{ path, text }], roles);
    return errors.map((error) => error.render());
  };

  Deno.test(`The ${what} that the mistakes are made in is right`, async () => {
    assert.deepEqual(await faultsOf(file), []);
  });

  for (const { name, judged, right, wrong, says } of mistakes) {
    Deno.test(`A ${what}'s author is told of ${name}`, async () => {
      assert.ok(judged, "a sentence says why the message is a good one");
      assert.equal(file.split(right).length, 2, `${JSON.stringify(right)} stands in the file once`);
      assert.deepEqual(await faultsOf(file.replace(right, () => wrong)), [`${path}:${says.trimEnd()}`]);
    });
  }
}

await tryMistakes("mistakes.yaml", "sql/outreach/openers.sql", "query file");
await tryMistakes("quality/mistakes.yaml", "sql/quality/outreach/no-channel.sql", "quality check");
