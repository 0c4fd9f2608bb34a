import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isQualityCheck } from "../../catalog/quality_check.ts";
import type { QueryFile } from "../../catalog/query.ts";
import type { QueryFileError } from "../../catalog/query_file_error.ts";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The folder of the query files, of `SLUICE_SQL_DIR`: a relative one is the repository's. */
export function sqlFolder(sqlDir: string): string {
  return resolve(root, sqlDir);
}

/**
 * All files below the folder that a gateway loads, queries and quality checks, whose paths begin with `sql/` wherever it is;
 * `sql/schema.sql` and `sql/system/` are none.
 */
export async function readSqlFiles(sqlDir = "sql"): Promise<QueryFile[]> {
  const files: QueryFile[] = [];
  const folder = sqlFolder(sqlDir);
  for (const path of await listSql(folder, "sql")) {
    try {
      files.push({ path, text: await Deno.readTextFile(folder + path.slice("sql".length)) });
    } catch (error) {
      // it went away since it was listed: an editor at work
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return files;
}

/** The files of queries alone, without the quality checks. */
export async function readQueryFiles(sqlDir = "sql"): Promise<QueryFile[]> {
  return (await readSqlFiles(sqlDir)).filter(({ path }) => !isQualityCheck(path));
}

/** The fault as a compiler prints it, with the file's path in the folder where it is. */
export function renderFault(fault: QueryFileError, sqlDir: string): string {
  return fault.render().replace(/^sql(?=\/)/, () => sqlDir.replace(/\/+$/, ""));
}

async function listSql(folder: string, path: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const each = `${path}/${name}`;
    if (each === "sql/system" || each === "sql/schema.sql" || name.startsWith(".")) continue;
    if (isDirectory) paths.push(...await listSql(`${folder}/${name}`, each));
    else if (name.endsWith(".sql")) paths.push(each);
  }
  return paths.toSorted((a, b) => a < b ? -1 : 1);
}
