import type { ClickHouseOptions } from "../clickhouse/client.ts";
import { dbmate } from "./migrate.ts";

const dumpAttempts = 10;
/** The table that a view writes while it is refreshed, under another name each time. */
const refreshing = /^CREATE TABLE \w+\.`\.tmp\.[^;]*;\n\n/gm;

/** The statements that make the tables and views of a database, by name, and its applied migrations. */
export async function dumpSchema(target: ClickHouseOptions): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "sluice-schema-" });
  try {
    await dumpInto(file, target);
    return (await Deno.readTextFile(file)).replaceAll(refreshing, "");
  } finally {
    await Deno.remove(file);
  }
}

/** Dumps again when a refresh has ended since dbmate listed the tables, its own among them. */
async function dumpInto(file: string, target: ClickHouseOptions): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await dbmate(target, ["dump"], ["--schema-file", file]);
      return;
    } catch (error) {
      const isGone = /Table `\.tmp\.[^`]*` doesn't exist/.test((error as Error).message);
      if (!isGone || attempt === dumpAttempts) throw error;
    }
  }
}
