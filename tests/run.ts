import { startEngine } from "../src/deno/engine/engine.ts";
import { migrateUp } from "../src/deno/migrate.ts";
import { root } from "../src/deno/sql_files.ts";
import { writeTestConfig } from "./engine_config.ts";

// The whole suite: one engine for all files, which run beside each other; each test has tenants of its own.
// Arguments go to `deno test`, such as a file or `--filter`.
const dataDir = await Deno.makeTempDir({ prefix: "sluice-test-" });
await writeTestConfig(`${dataDir}/config`);
const engine = await startEngine({
  dataDir: `${dataDir}/data`,
  configDir: `${dataDir}/config`,
  password: crypto.randomUUID(),
});
let code = 1;
try {
  await migrateUp({ ...engine, database: "sluice" });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--parallel", ...Deno.args],
    cwd: root,
    env: {
      SLUICE_TEST_CLICKHOUSE_URL: engine.url,
      SLUICE_TEST_CLICKHOUSE_USER: engine.user,
      SLUICE_TEST_CLICKHOUSE_PASSWORD: engine.password,
    },
    stdout: "piped",
  }).spawn();
  let tail = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-2_000);
  }
  ({ code } = await child.status);
  // deno-lint-ignore no-control-regex -- the colours of a terminal
  const counts = /(\d+) passed.*\| (\d+) failed/.exec(tail.replaceAll(/\x1b\[\d*m/g, ""));
  const [, passed = "0", failed = "1"] = counts ?? [];
  // deno-lint-ignore no-console -- the line that ends the run
  console.log(`${passed} passed, ${failed} failed`);
  if (passed === "0") code ||= 1;
} finally {
  await engine.stop();
  await Deno.remove(dataDir, { recursive: true });
}
Deno.exit(code);
