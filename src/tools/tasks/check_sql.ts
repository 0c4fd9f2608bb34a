import { createRoles } from "../../clickhouse/roles.ts";
import { loadCatalog } from "../../catalog/catalog.ts";
import { devConfig } from "../dev_engine.ts";
import { grantsPath, makeGrants } from "../grants.ts";
import { withScratchEngine } from "../scratch_engine.ts";
import { readQueryFiles, renderFault } from "../../hosts/deno/sql_files.ts";

// `deno task check-sql`: applies all migrations to an empty engine, compares the users' rights with its tables, and has it
// check each query file.

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

const { SLUICE_SQL_DIR: sqlDir } = devConfig();
const files = await readQueryFiles(sqlDir);
const { errors, hasGrants } = await withScratchEngine(async (owner, target) => ({
  ...await loadCatalog(files, createRoles(target)),
  hasGrants: await makeGrants(owner) === await Deno.readTextFile(grantsPath),
}));
for (const error of errors) say(renderFault(error, sqlDir));
say(
  errors.length
    ? `${errors.length} of ${files.length} query files are wrong`
    : `${files.length} query files are right`,
);
if (!hasGrants) {
  say(
    "deploy/clickhouse/users.d/sluice_grants.xml is not what the migrations say: run `deno task migrate dump`",
  );
}
Deno.exit(errors.length || !hasGrants ? 1 : 0);
