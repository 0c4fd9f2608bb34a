import assert from "node:assert/strict";
import denoConfig from "../../deno.json" with { type: "json" };
import { optionalMigrations } from "../../src/base/config.ts";
import { prepareCatalog } from "../../src/catalog/prepared.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { listMigrationFiles } from "../../src/hosts/deno/list_migrations.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { writeBundle } from "../../src/tools/bundle/write_bundle.ts";
import { engineOptions } from "../gateway.ts";
import { eventChecks } from "./events.ts";
import { exportChecks } from "./exports.ts";
import { limitChecks } from "./limits.ts";
import { liveChecks } from "./live.ts";
import { suiteQueries } from "./queries.ts";
import { createInspectionMemory } from "../../src/catalog/inspection_memory.ts";
import { keptInspections } from "../../src/tools/kept_inspections.ts";
import { requestChecks } from "./requests.ts";
import { isHere, runtimes, startBundle, untilReady } from "./runtimes.ts";
import { type Checks, targetAt } from "./target.ts";

// One suite, which knows only an address, on each runtime that a bundle is for, over the engine of all tests.

const checks: Checks = { ...requestChecks, ...eventChecks, ...exportChecks, ...limitChecks, ...liveChecks };

/** A bundle of the repository's queries and the suite's, inspected by the tests' engine. */
async function bundleInto(folder: string): Promise<void> {
  const files = [...await readQueryFiles(), ...suiteQueries];
  const { prepared, errors } = await prepareCatalog(
    files,
    createRoles(engineOptions()),
    createInspectionMemory(keptInspections()),
  );
  assert.deepEqual(errors.map((error) => error.render()), []);
  const migrations = await listMigrationFiles(optionalMigrations);
  await writeBundle({ version: denoConfig.version, files, prepared: prepared!, migrations }, folder);
}

let made: Promise<string> | undefined;

/** The folder of the bundle, which is made for the first runtime, and goes away with the tests. */
function bundleFolder(): Promise<string> {
  return made ??= makeFolder();
}

async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-test-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await bundleInto(folder);
  return folder;
}

for (const runtime of runtimes) {
  Deno.test(`A bundle on ${runtime.name} does what the suite says`, async (t) => {
    if (!await isHere(runtime)) return;
    await using bundled = startBundle(runtime, await bundleFolder());
    await untilReady(bundled);
    const target = targetAt(bundled.url, runtime.has);
    for (const [sentence, check] of Object.entries(checks)) {
      await t.step(sentence, () => check(target));
    }
  });
}
