import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../migrations", import.meta.url));
/** Folders whose tables need another system; they are applied only when `MIGRATIONS` names them. */
export const optionalMigrations = ["kafka", "nats", "postgres"];

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
