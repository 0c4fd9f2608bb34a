import { type Engine, type EngineOptions, startEngine } from "./engine/engine.ts";
import { migrateUp } from "./migrate.ts";
import { copyMigratedTables } from "./migrated_tables.ts";

/** Starts an engine in a new data folder with migrated tables, also of the optional folders that are named. */
export async function startMigratedEngine(options: EngineOptions, named?: string[]): Promise<Engine> {
  await copyMigratedTables(options.dataDir);
  const engine = await startEngine(options);
  try {
    await migrateUp({ ...engine, database: "sluice" }, named);
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
