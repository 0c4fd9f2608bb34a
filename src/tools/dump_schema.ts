import { type ClickHouseOptions, createClickHouse, run } from "../clickhouse/client.ts";
import { dbmate } from "./migrate.ts";

/** The table that a view writes while it is refreshed, under another name each time. */
const refreshing = /^CREATE TABLE \w+\.`\.tmp\.[^;]*;\n\n/gm;

/** The statements that make the tables and views of a database, by name, and its applied migrations. */
export async function dumpSchema(target: ClickHouseOptions): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "sluice-schema-" });
  try {
    // a table that a refresh makes would be gone when its statement is asked for
    await run(createClickHouse(target), { sql: "SYSTEM STOP VIEWS" });
    await dbmate(target, ["dump"], ["--schema-file", file]);
    return (await Deno.readTextFile(file)).replaceAll(refreshing, "");
  } finally {
    await Deno.remove(file);
  }
}
