import type { QueryFile } from "../src/catalog/query.ts";

const folder = new URL("hostile/", import.meta.url);

/** The hostile queries, by the names that they are loaded under; those that write are of the domain that may. */
export async function readHostileFiles(): Promise<QueryFile[]> {
  const files: QueryFile[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const domain = name.startsWith("write-") ? "cohorts" : "hostile";
    files.push({ path: `sql/${domain}/${name}`, text: await Deno.readTextFile(new URL(name, folder)) });
  }
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1);
}
