import assert from "node:assert/strict";
import denoConfig from "../../deno.json" with { type: "json" };
import { optionalMigrations } from "../../src/base/config.ts";
import { prepareCatalog } from "../../src/catalog/prepared.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { listMigrationFiles } from "../../src/hosts/deno/list_migrations.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { writeBundle } from "../../src/tools/bundle/write_bundle.ts";
import { engineOptions } from "../gateway.ts";
import { temporaryFolder } from "../program.ts";
import { eventChecks } from "./events.ts";
import { exportChecks } from "./exports.ts";
import { limitChecks } from "./limits.ts";
import { liveChecks } from "./live.ts";
import { suiteQueries } from "./queries.ts";
import { requestChecks } from "./requests.ts";
import { isHere, runtimes, startBundle, untilReady } from "./runtimes.ts";
import { type Checks, targetAt } from "./target.ts";

// One suite, which knows only an address, on each runtime that a bundle is for, over the engine of all tests.

const checks: Checks = { ...requestChecks, ...eventChecks, ...exportChecks, ...limitChecks, ...liveChecks };

/** A bundle of the repository's queries and the suite's, inspected by the tests' engine. */
async function bundleInto(folder: string): Promise<void> {
  const files = [...await readQueryFiles(), ...suiteQueries];
  const { prepared, errors } = await prepareCatalog(files, createRoles(engineOptions()));
  assert.deepEqual(errors.map((error) => error.render()), []);
  const migrations = await listMigrationFiles(optionalMigrations);
  await writeBundle({ version: denoConfig.version, files, prepared: prepared!, migrations }, folder);
}

Deno.test("A bundle does the same on every runtime", async (t) => {
  await using folder = await temporaryFolder();
  await bundleInto(folder.path);
  for (const runtime of runtimes) {
    if (!await isHere(runtime)) continue;
    await t.step(runtime.name, async (t) => {
      await using bundled = startBundle(runtime, folder.path);
      await untilReady(bundled);
      const target = targetAt(bundled.url, runtime.name !== "workerd");
      for (const [sentence, check] of Object.entries(checks)) {
        await t.step(sentence, () => check(target));
      }
    });
  }
});
