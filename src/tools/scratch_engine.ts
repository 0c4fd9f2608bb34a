import { type ClickHouse, type ClickHouseOptions, createClickHouse } from "../clickhouse/client.ts";
import { startMigratedEngine } from "./migrated_engine.ts";

/** Runs `work` on an engine of its own with empty, migrated tables, and leaves nothing behind. */
export async function withScratchEngine<Result>(
  work: (clickHouse: ClickHouse, target: ClickHouseOptions) => Promise<Result>,
): Promise<Result> {
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-" });
  const engine = await startMigratedEngine({ dataDir, password: crypto.randomUUID() });
  try {
    const target = { ...engine, database: "sluice" };
    return await work(createClickHouse(target), target);
  } finally {
    await engine.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}
