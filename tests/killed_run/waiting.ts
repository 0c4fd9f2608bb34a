import { freePort } from "../../src/tools/engine/free_port.ts";
import { startEngine } from "../../src/tools/engine/engine.ts";
import { engineOptions, secret } from "../gateway.ts";
import { startProgram, temporaryFolder } from "../program.ts";

// A test that never ends, with a gateway, a development server and an engine of its own: tests/killed_run.test.ts runs and
// kills it.
Deno.test("waits to be killed", async () => {
  await using folder = await temporaryFolder();
  await using dev = startProgram(Deno.execPath(), ["task", "dev"], {
    PORT: String(freePort()),
    SLUICE_DATA_DIR: `${folder.path}/data`,
    SLUICE_DEMO: "0",
  });
  const { url, user, password } = engineOptions();
  await using gateway = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    AUTH_JWT_SECRET: secret,
  });
  await startEngine({ dataDir: `${folder.path}/engine`, password: crypto.randomUUID() });
  await dev.until(/^Sluice /m);
  await gateway.until(/Ready/);
  // deno-lint-ignore no-console -- what the other test waits for
  console.log("The test waits");
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
});
