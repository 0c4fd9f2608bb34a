import { root } from "../src/hosts/deno/sql_files.ts";
import { copyFolder, runProgram, temporaryFolder } from "./program.ts";

/** A copy of the repository in which tasks may write. */
export interface Copy extends AsyncDisposable {
  path: string;
  /** Runs a task to its end. */
  task(...args: string[]): Promise<{ code: number; printed: string }>;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  env: Record<string, string>;
}

/** Makes one without queries: those of the test come. */
export async function copyOfRepository(): Promise<Copy> {
  const folder = await temporaryFolder();
  const path = `${folder.path}/sluice`;
  for (const each of ["src", "migrations", "deploy"]) await copyFolder(root + each, `${path}/${each}`);
  await Deno.mkdir(`${path}/sql/outreach`, { recursive: true });
  await copyFolder(`${root}tests/query_test`, `${path}/tests/query_test`);
  // what tests are made of, and the one that runs those of the queries
  const parts = (await fileNames(`${root}tests`)).filter((name) => /^\w+\.ts$/.test(name))
    .map((name) => `tests/${name}`);
  for (const each of [...parts, "tests/queries.test.ts", "deno.json", "deno.lock"]) {
    await Deno.copyFile(root + each, `${path}/${each}`);
  }
  const env = { SLUICE_DATA_DIR: `${folder.path}/data` };
  return {
    path,
    env,
    task: (...args) => runProgram(Deno.execPath(), ["task", ...args], env, path),
    read: (file) => Deno.readTextFile(`${path}/${file}`),
    write: (file, text) => Deno.writeTextFile(`${path}/${file}`, text),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

async function fileNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.toSorted();
}
