import { type ClickHouse, type ClickHouseOptions, createClickHouse } from "../clickhouse/client.ts";
import { startEngine } from "./engine/engine.ts";
import { migrateUp } from "./migrate.ts";
import { copyMigratedTables } from "./migrated_tables.ts";

/** Runs `work` on an engine of its own with empty, migrated tables, and leaves nothing behind. */
export async function withScratchEngine<Result>(
  work: (clickHouse: ClickHouse, target: ClickHouseOptions) => Promise<Result>,
): Promise<Result> {
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-" });
  await copyMigratedTables(dataDir);
  const engine = await startEngine({ dataDir, password: crypto.randomUUID() });
  try {
    const target = { ...engine, database: "sluice" };
    await migrateUp(target);
    return await work(createClickHouse(target), target);
  } finally {
    await engine.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}
