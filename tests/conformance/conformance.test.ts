import assert from "node:assert/strict";
import denoConfig from "../../deno.json" with { type: "json" };
import { optionalMigrations } from "../../src/base/variables/optional_migrations.ts";
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
import { createInspectionMemory } from "../../src/catalog/inspection_memory.ts";
import { keptInspections } from "../../src/tools/kept_inspections.ts";
import { requestChecks } from "./requests.ts";
import { isHere, type Runtime, runtimes, startBundle, untilReady } from "./runtimes.ts";
import { socketChecks } from "./sockets.ts";
import { type Checks, targetAt } from "./target.ts";

// One suite, which knows only an address, on each runtime that a bundle is for, over the engine of all tests.

const checks: Checks = {
  ...requestChecks,
  ...eventChecks,
  ...exportChecks,
  ...limitChecks,
  ...liveChecks,
  ...socketChecks,
};

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

/** Steps of several runtimes run beside each other, so none can be told whose a timer or a connection is. */
const beside = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

async function checkOn(runtime: Runtime, folder: string, t: Deno.TestContext): Promise<void> {
  await using bundled = startBundle(runtime, folder);
  await untilReady(bundled);
  const target = targetAt(bundled.url, runtime.has);
  for (const [sentence, check] of Object.entries(checks)) {
    await t.step({ name: sentence, ...beside, fn: () => check(target) });
  }
}

Deno.test({
  name: "A bundle does what the suite says on each runtime",
  ...beside,
  async fn(t) {
    const here = (await Promise.all(runtimes.map(async (each) => await isHere(each) ? [each] : []))).flat();
    await using folder = await temporaryFolder();
    await bundleInto(folder.path);
    await Promise.all(
      here.map((runtime) =>
        t.step({ name: `on ${runtime.name}`, ...beside, fn: (t) => checkOn(runtime, folder.path, t) })
      ),
    );
  },
});
