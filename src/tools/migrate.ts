import { type ClickHouseOptions, createClickHouse } from "../clickhouse/client.ts";
import { dbmatePackage } from "./dbmate_package.ts";
import { listMigrationFiles, listMigrations } from "../hosts/deno/list_migrations.ts";
import { migrationFolders } from "../hosts/deno/migration_folders.ts";
import { npmFile } from "../hosts/deno/npm_file.ts";

/** dbmate's address of a database: it speaks ClickHouse's HTTP interface too. */
function databaseUrl({ url, user, password, database }: ClickHouseOptions): string {
  const address = new URL(url);
  const secure = address.protocol === "https:";
  const port = address.port || (secure ? "443" : "80");
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `clickhouse+http${secure ? "s" : ""}://${login}@${address.hostname}:${port}/${database}`;
}

/**
 * Runs dbmate over the migrations of all domains, merged by timestamp; returns what it printed. Throws with that
 * when it fails.
 */
export async function dbmate(
  target: ClickHouseOptions,
  command: string[],
  options: string[] = [],
  named: string[] = [],
): Promise<string> {
  const folders = await migrationFolders(named);
  // throws when two have one version
  await listMigrationFiles(named);
  const { success, stdout, stderr } = await new Deno.Command(await npmFile(dbmatePackage(), "bin/dbmate"), {
    args: [...folders.flatMap((folder) => ["-d", folder]), ...options, ...command],
    // not an argument, which everybody on the machine could read
    env: { DATABASE_URL: databaseUrl(target) },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(text.trim().replaceAll(target.password || "\0", "***"));
  return text;
}

/** Applies what is pending, of the optional folders those that are named; returns the names of the migrations applied. */
export async function migrateUp(target: ClickHouseOptions, named: string[] = []): Promise<string[]> {
  const migrations = await listMigrations(createClickHouse(target), named);
  // to ask is quicker than to start dbmate, which has nothing to do at most starts
  if (migrations.every(({ isApplied }) => isApplied)) return [];
  const printed = await dbmate(target, ["up"], ["--no-dump-schema"], named);
  return [...printed.matchAll(/^Applied: (\S+)/gm)].map(([, name]) => name);
}
