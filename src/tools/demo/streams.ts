import { fileURLToPath } from "node:url";
import { basename } from "node:path";
import { type ClickHouse, run } from "../../clickhouse/client.ts";

/** Where `deno task new stream` writes the demo rows of streams, a file for each. */
export const demoFolder = fileURLToPath(new URL("streams", import.meta.url));

const days = 90;
const dayMs = 86_400_000;

/**
 * Loads 90 days of rows into the streams that have a file in the folder. They are the same whenever they are loaded, so none
 * counts twice. Returns a sentence for each file that cannot be loaded.
 */
export async function loadStreams(clickHouse: ClickHouse, now: Date): Promise<string[]> {
  const faults: string[] = [];
  const until = now.toISOString().slice(0, 23).replace("T", " ");
  const day = new Date(now.getTime() - (days - 1) * dayMs).toISOString().slice(0, 10);
  for (const file of await demoFiles()) {
    try {
      const sql = await Deno.readTextFile(`${demoFolder}/${file}`);
      const parameters = { day, days: String(days), until };
      await run(clickHouse, { sql, parameters, settings: { wait_end_of_query: 1 } });
    } catch (error) {
      faults.push(`Cannot load the demo rows of ${basename(file, ".sql")}: ${(error as Error).message}`);
    }
  }
  return faults;
}

async function demoFiles(): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name } of Deno.readDir(demoFolder)) if (name.endsWith(".sql")) files.push(name);
  } catch (error) {
    // there is none until a stream was made
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.toSorted();
}
