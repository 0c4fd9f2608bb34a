import { createInspectionMemory } from "../src/catalog/inspection_memory.ts";
import { prepareCatalog } from "../src/catalog/prepared.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import { keptInspections } from "../src/tools/kept_inspections.ts";
import { startEngine } from "../src/tools/engine/engine.ts";
import { migrateUp } from "../src/tools/migrate.ts";
import { copyMigratedTables } from "../src/tools/migrated_tables.ts";
import { onOrphaned } from "../src/hosts/deno/on_orphaned.ts";
import { onSignal } from "../src/hosts/deno/on_signal.ts";
import { readQueryFiles, root } from "../src/hosts/deno/sql_files.ts";
import { writeTestConfig } from "./engine_config.ts";
import { startKeeper } from "./keeper.ts";
import { testQueries } from "./query_test/test_queries.ts";

// `deno task test`. Names of queries run the tests of these alone. Else the whole suite: one engine for all files, which run
// beside each other; each test has tenants of its own. Arguments go to `deno test`, such as a file or `--filter`. Whatever
// ends this process ends all of it.
const ofQueries = await testQueries(Deno.args);
if (ofQueries !== undefined) Deno.exit(ofQueries);

const dataDir = await Deno.makeTempDir({ prefix: "sluice-test-" });
await writeTestConfig(`${dataDir}/config`);
await copyMigratedTables(`${dataDir}/data`);
const engine = await startEngine({
  dataDir: `${dataDir}/data`,
  configDir: `${dataDir}/config`,
  password: crypto.randomUUID(),
});
const keeper = startKeeper();
let tests: Deno.ChildProcess | undefined;
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  return stopping ??= stopAll();
}

async function stopAll(): Promise<void> {
  try {
    tests?.kill("SIGKILL");
  } catch (error) {
    // they have ended already
    if (!(error instanceof TypeError)) throw error;
  }
  await tests?.status;
  await keeper.release();
  await engine.stop();
  await Deno.remove(dataDir, { recursive: true });
}

async function runTests(): Promise<number> {
  const target = { ...engine, database: "sluice" };
  await migrateUp(target);
  const memory = createInspectionMemory(keptInspections());
  const { prepared = null } = await prepareCatalog(await readQueryFiles(), createRoles(target), memory);
  await Deno.writeTextFile(`${dataDir}/catalog.json`, JSON.stringify(prepared));
  tests = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--lock=tests/deno.lock", "--parallel", ...Deno.args],
    cwd: root,
    env: {
      SLUICE_TEST_CLICKHOUSE_URL: engine.url,
      SLUICE_TEST_CLICKHOUSE_USER: engine.user,
      SLUICE_TEST_CLICKHOUSE_PASSWORD: engine.password,
      SLUICE_TEST_CATALOG: `${dataDir}/catalog.json`,
    },
    stdout: "piped",
  }).spawn();
  await keeper.keep(tests.pid);
  let tail = "";
  const decoder = new TextDecoder();
  for await (const chunk of tests.stdout) {
    await Deno.stdout.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-2_000);
  }
  const { code } = await tests.status;
  // deno-lint-ignore no-control-regex -- the colours of a terminal
  const counts = /(\d+) passed.*\| (\d+) failed/.exec(tail.replaceAll(/\x1b\[\d*m/g, ""));
  const [, passed = "0", failed = "1"] = counts ?? [];
  // deno-lint-ignore no-console -- the line that ends the run
  console.log(`${passed} passed, ${failed} failed`);
  return passed === "0" ? code || 1 : code;
}

onSignal(stop);
onOrphaned(async () => {
  await stop();
  Deno.exit(1);
});
let code = 1;
try {
  code = await runTests();
} finally {
  await stop();
}
Deno.exit(code);
