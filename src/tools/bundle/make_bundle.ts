import denoConfig from "../../../deno.json" with { type: "json" };
import { optionalMigrations } from "../../base/variables/optional_migrations.ts";
import { createInspectionMemory } from "../../catalog/inspection_memory.ts";
import { prepareCatalog } from "../../catalog/prepared.ts";
import type { QueryFileError } from "../../catalog/query_file_error.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import type { Bundle } from "../../hosts/bundle/bundle.ts";
import { listMigrationFiles } from "../../hosts/deno/list_migrations.ts";
import { readSqlFiles } from "../../hosts/deno/sql_files.ts";
import { keptInspections } from "../kept_inspections.ts";
import { withScratchEngine } from "../scratch_engine.ts";

/** What a bundle carries: the query files of a folder, as an engine of its own has inspected them, and the names of all migrations. */
export async function makeBundle(sqlDir: string): Promise<{ bundle?: Bundle; errors: QueryFileError[] }> {
  const files = await readSqlFiles(sqlDir);
  const { prepared, errors } = await withScratchEngine((_, target) =>
    prepareCatalog(files, createRoles(target), createInspectionMemory(keptInspections()))
  );
  if (!prepared) return { errors };
  const migrations = await listMigrationFiles(optionalMigrations);
  return { bundle: { version: denoConfig.version, files, prepared, migrations }, errors };
}
