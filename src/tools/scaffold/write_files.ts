import { constants, setPriority } from "node:os";
import { dirname } from "node:path";
import { root } from "../../hosts/deno/sql_files.ts";
import { writeSchema } from "../write_schema.ts";

/** A file to write. */
export interface File {
  /** Absolute. */
  path: string;
  text: string;
}

/** Prints a line. */
export function say(text: string): void {
  // deno-lint-ignore no-console -- a program for a terminal
  console.log(text);
}

/** A path as it is shown: from the root, when it is below. */
export function shown(path: string): string {
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Writes new files, formats tests among them, then the schema and the users' rights that follow from the migrations. */
export async function writeFiles(files: File[]): Promise<void> {
  for (const { path, text } of files) {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true });
  }
  for (const { path } of files) say(`Wrote ${shown(path)}`);
  const tests = files.map(({ path }) => path).filter((path) => path.endsWith(".yaml"));
  if (tests.length) {
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...tests], cwd: root }).output();
  }
  // a `dev` that takes them on goes first
  setPriority(constants.priority.PRIORITY_LOW);
  await writeSchema();
  say("Wrote sql/schema.sql and deploy/clickhouse/users.d/sluice_grants.xml");
}
