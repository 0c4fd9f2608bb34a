import { fileURLToPath } from "node:url";
import { optionalMigrations } from "../../base/variables/optional_migrations.ts";

/** Where the migrations are, in folders by subject such as `csr/scores`. */
export const migrationsRoot = fileURLToPath(new URL("../../../migrations", import.meta.url));

/** Folders of the migrations that are always applied, and of the optional ones that are named. */
export async function migrationFolders(named: string[] = []): Promise<string[]> {
  return await foldersBelow(
    migrationsRoot,
    (name) => !optionalMigrations.includes(name) || named.includes(name),
  );
}

async function foldersBelow(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !isWanted(name)) continue;
    found.push(`${folder}/${name}`, ...await foldersBelow(`${folder}/${name}`, isWanted));
  }
  return found;
}
