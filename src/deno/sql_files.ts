import { fileURLToPath } from "node:url";
import type { QueryFile } from "../catalog/query.ts";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** All query files below `sql/`; `sql/schema.sql` and `sql/system/` hold no endpoints. */
export async function readQueryFiles(): Promise<QueryFile[]> {
  const files: QueryFile[] = [];
  for (const path of await listSql("sql")) files.push({ path, text: await Deno.readTextFile(root + path) });
  return files;
}

async function listSql(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(root + folder)) {
    const path = `${folder}/${entry.name}`;
    if (path === "sql/system" || path === "sql/schema.sql" || entry.name.startsWith(".")) continue;
    if (entry.isDirectory) paths.push(...await listSql(path));
    else if (entry.name.endsWith(".sql")) paths.push(path);
  }
  return paths.toSorted((a, b) => a < b ? -1 : 1);
}
