import { fileURLToPath } from "node:url";
import type { ClickHouseOptions } from "../clickhouse/client.ts";
import { dbmatePackage } from "./dbmate_package.ts";
import { npmFile } from "./npm_file.ts";

const root = fileURLToPath(new URL("../../migrations", import.meta.url));
/** Folders whose tables need another system; they are applied only when `MIGRATIONS` names them. */
export const optionalMigrations = ["kafka", "nats", "postgres"];

/** dbmate's address of a database: it speaks ClickHouse's HTTP interface too. */
function databaseUrl({ url, user, password, database }: ClickHouseOptions): string {
  const address = new URL(url);
  const secure = address.protocol === "https:";
  const port = address.port || (secure ? "443" : "80");
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `clickhouse+http${secure ? "s" : ""}://${login}@${address.hostname}:${port}/${database}`;
}

/** Folders of the migrations that are always applied, one for each domain, and of the optional ones that are named. */
export async function migrationFolders(named: string[] = []): Promise<string[]> {
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    if (isDirectory && (!optionalMigrations.includes(name) || named.includes(name))) {
      folders.push(`${root}/${name}`);
    }
  }
  return folders;
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
  const printed = await dbmate(target, ["up"], ["--no-dump-schema"], named);
  return [...printed.matchAll(/^Applied: (\S+)/gm)].map(([, name]) => name);
}
