import assert from "node:assert/strict";
import { readFrontMatter } from "../src/catalog/front_matter.ts";
import { queryName } from "../src/catalog/query.ts";
import { readQueryFiles, root } from "../src/hosts/deno/sql_files.ts";
import { createClickHouse } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions } from "./gateway.ts";
import { runQueryTest } from "./query_test/run_test.ts";
import { readQueryTest, testPath } from "./query_test/test_file.ts";

// Tests that analysts write: tests/queries/<domain>/<query>.yaml. docs/query-files.md describes the format.

const frontMatters = new Map(
  (await readQueryFiles()).map(({ path, text }) =>
    [queryName(path), readFrontMatter(path, text).frontMatter] as const
  ),
);
const bed = {
  gateway: await createGateway(),
  clickHouse: createClickHouse(engineOptions()),
  frontMatters,
};

for (const name of frontMatters.keys()) {
  Deno.test(name, async (t) => {
    await runQueryTest(bed, name, await readQueryTest(name), t.step);
  });
}

Deno.test("Each file in tests/queries is the test of a query", async () => {
  const paths = new Set([...frontMatters.keys()].map(testPath));
  const files = await filesIn("tests/queries");
  assert.deepEqual(files.filter((path) => !paths.has(path)), []);
});

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(root + folder));
  const files = await Promise.all(
    entries.map(({ name, isDirectory }) =>
      isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
    ),
  );
  return files.flat();
}
