import type { Config } from "../../src/base/config.ts";
import { type ClickHouseOptions, createClickHouse } from "../../src/clickhouse/client.ts";
import { listMigrations } from "../../src/hosts/deno/list_migrations.ts";
import { findRunning } from "../../src/tools/dev_engine.ts";
import { startMigratedEngine } from "../../src/tools/migrated_engine.ts";

/**
 * The engine of the development server when it runs and has all migrations; else one of its own with empty tables, which is
 * gone when it is stopped. A server that CLICKHOUSE_URL names is never tested on.
 */
export async function engineForTests(
  config: Config,
): Promise<{ target: ClickHouseOptions; stop: () => Promise<void> }> {
  const running = await findRunning(config);
  if (running) {
    const migrations = await listMigrations(createClickHouse(running), config.MIGRATIONS);
    if (migrations.every(({ isApplied }) => isApplied)) return { target: running, stop: async () => {} };
  }
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const engine = await startMigratedEngine({ dataDir, password: crypto.randomUUID() });
  const target = { ...engine, database: "sluice" };
  return {
    target,
    async stop() {
      await engine.stop();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
