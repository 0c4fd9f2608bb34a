import { fileURLToPath } from "node:url";
import { writeWhole } from "../hosts/deno/write_whole.ts";
import { dumpSchema } from "./dump_schema.ts";
import { grantsPath, makeGrants } from "./grants.ts";
import { withScratchEngine } from "./scratch_engine.ts";

const schemaFile = fileURLToPath(new URL("../../sql/schema.sql", import.meta.url));

/** Writes what follows from the migrations, from an empty engine that has them all: the schema, and the users' rights. */
export async function writeSchema(): Promise<void> {
  await withScratchEngine(async (clickHouse, target) => {
    await writeWhole(schemaFile, await dumpSchema(target));
    await writeWhole(grantsPath, await makeGrants(clickHouse));
  });
}
