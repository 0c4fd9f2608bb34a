import { taskCommand } from "../../hosts/deno/task_command.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { loadCatalog } from "../../catalog/catalog.ts";
import { createInspectionMemory } from "../../catalog/inspection_memory.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { listMigrations } from "../../hosts/deno/list_migrations.ts";
import { optionalMigrations } from "../../base/variables/optional_migrations.ts";
import { migrationsRoot } from "../../hosts/deno/migration_folders.ts";
import { findAlteredTargets, type MigrationFile } from "../altered_targets.ts";
import { devConfig } from "../dev_engine.ts";
import { grantsPath, makeGrants } from "../grants.ts";
import { keptInspections } from "../kept_inspections.ts";
import { withScratchEngine } from "../scratch_engine.ts";
import { readSqlFiles, renderFault } from "../../hosts/deno/sql_files.ts";

// `deno task check-sql`: applies all migrations to an empty engine, compares the users' rights with its tables, has it check
// each query file, and refuses migrations that a refresh could undo.

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

const { SLUICE_SQL_DIR: sqlDir } = devConfig();
const files = await readSqlFiles(sqlDir);
const { errors, hasGrants, altered } = await withScratchEngine(async (owner, target) => ({
  ...await loadCatalog(files, createRoles(target), createInspectionMemory(keptInspections())),
  altered: findAlteredTargets(await readMigrations(owner)),
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
    `deploy/clickhouse/users.d/sluice_grants.xml is not what the migrations say: run \`${
      taskCommand("migrate dump")
    }\``,
  );
}
for (const sentence of altered) say(sentence);
Deno.exit(errors.length || !hasGrants || altered.length ? 1 : 0);

/** All migrations in their order, the optional ones too. */
async function readMigrations(clickHouse: ClickHouse): Promise<MigrationFile[]> {
  const migrations = await listMigrations(clickHouse, optionalMigrations);
  return await Promise.all(migrations.map(async ({ name }) => ({
    name,
    text: await Deno.readTextFile(`${migrationsRoot}/${name}.sql`),
  })));
}
