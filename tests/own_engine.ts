import { createClickHouse } from "../src/clickhouse/client.ts";
import { type Engine, startEngine } from "../src/tools/engine/engine.ts";
import { freePort } from "../src/tools/engine/free_port.ts";
import { startMigratedEngine } from "../src/tools/migrated_engine.ts";
import { writeTestConfig } from "./engine_config.ts";
import { temporaryFolder } from "./program.ts";

/** An engine of its own with migrated tables, which can be stopped and started at the same address. */
export async function ownEngine() {
  const folder = await temporaryFolder();
  await writeTestConfig(`${folder.path}/config`);
  const options = {
    dataDir: `${folder.path}/clickhouse`,
    configDir: `${folder.path}/config`,
    password: crypto.randomUUID(),
    httpPort: freePort(),
    tcpPort: freePort(),
  };
  let engine: Engine = await startMigratedEngine(options);
  const target = { ...engine, database: "sluice" };
  return {
    folder: folder.path,
    target,
    clickHouse: createClickHouse(target),
    signal: (signal: Deno.Signal) => Deno.kill(engine.pid, signal),
    stop: () => engine.stop(),
    async kill() {
      engine.kill();
      await engine.ended;
    },
    start: async () => {
      engine = await startEngine(options);
    },
    async [Symbol.asyncDispose]() {
      engine.kill();
      await engine.ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}
