import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../migrations", import.meta.url));
/** Folders whose tables need another system; they are applied only when named. */
const optional = ["kafka", "nats", "postgres"];

/** Folders of the migrations that are always applied, one for each domain. */
export async function migrationFolders(): Promise<string[]> {
  const folders: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    if (entry.isDirectory && !optional.includes(entry.name)) folders.push(`${root}/${entry.name}`);
  }
  return folders;
}
