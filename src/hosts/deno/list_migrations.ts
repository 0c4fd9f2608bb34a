import type { ClickHouse } from "../../clickhouse/client.ts";
import { appliedVersions } from "../applied_versions.ts";
import { migrationFolders, migrationsRoot } from "./migration_folders.ts";

/** A migration's file and whether the database has it. */
export interface Migration {
  /** Such as `csr/scores/20261101120600_csr_scores`. */
  name: string;
  isApplied: boolean;
}

/** All migrations in their order, of the optional folders those named. A database that is not there has none applied. */
export async function listMigrations(clickHouse: ClickHouse, named: string[] = []): Promise<Migration[]> {
  const applied = await appliedVersions(clickHouse);
  const files = await listMigrationFiles(named);
  return files.map(({ version, name }) => ({ name, isApplied: applied.has(version) }));
}

/** The files of the migrations in their order, of the optional folders those named. Throws when two have one version. */
export async function listMigrationFiles(named: string[] = []): Promise<{ name: string; version: string }[]> {
  const found: { name: string; version: string }[] = [];
  for (const folder of await migrationFolders(named)) {
    const prefix = folder.slice(migrationsRoot.length + 1);
    for await (const { name } of Deno.readDir(folder)) {
      const [version] = /^\d+(?=_.*\.sql$)/.exec(name) ?? [];
      if (version) found.push({ version, name: `${prefix}/${name.slice(0, -4)}` });
    }
  }
  const sorted = found.toSorted((a, b) => a.version < b.version ? -1 : 1);
  const twice = sorted.find(({ version }, i) => version === sorted[i - 1]?.version);
  // dbmate would take the second one for applied when the first one is
  if (twice) {
    const names = sorted.filter(({ version }) => version === twice.version).map(({ name }) => `${name}.sql`);
    throw new Error(`Give each migration a version of its own: ${names.join(" and ")} have the same`);
  }
  return sorted;
}

/** The object that a migration is named for. */
export function objectOf(name: string): string {
  return /\/\d+_([^/]+)$/.exec(name)?.[1] ?? "";
}

/** How many migrations the database lacks, as messages say it. */
export function pendingText(count: number): string {
  return `${count} migration${count === 1 ? "" : "s"} pending`;
}
