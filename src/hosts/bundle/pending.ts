import { optionalMigrations } from "../../base/variables/optional_migrations.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { appliedVersions } from "../applied_versions.ts";
import type { Bundle } from "./bundle.ts";

/** Names of the bundle's migrations that the database lacks, of the optional folders those named. */
export async function pendingMigrations(
  clickHouse: ClickHouse,
  { migrations }: Pick<Bundle, "migrations">,
  named: string[],
): Promise<string[]> {
  const applied = await appliedVersions(clickHouse);
  return migrations.filter(({ name, version }) => isWanted(name, named) && !applied.has(version))
    .map(({ name }) => name);
}

/** Whether it lies in no folder that is optional and was not named. */
function isWanted(name: string, named: string[]): boolean {
  const folders = name.split("/").slice(0, -1);
  return !folders.some((folder) => optionalMigrations.includes(folder) && !named.includes(folder));
}
