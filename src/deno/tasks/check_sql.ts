import { createRoles } from "../../clickhouse/roles.ts";
import { loadCatalog } from "../../catalog/catalog.ts";
import { devConfig } from "../dev_engine.ts";
import { withScratchEngine } from "../scratch_engine.ts";
import { readQueryFiles, renderFault } from "../sql_files.ts";

// `deno task check-sql`: applies all migrations to an empty engine and has it check each query file.

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

const { SLUICE_SQL_DIR: sqlDir } = devConfig();
const files = await readQueryFiles(sqlDir);
const { errors } = await withScratchEngine((_, target) => loadCatalog(files, createRoles(target).reader));
for (const error of errors) say(renderFault(error, sqlDir));
say(
  errors.length
    ? `${errors.length} of ${files.length} query files are wrong`
    : `${files.length} query files are right`,
);
Deno.exit(errors.length ? 1 : 0);
