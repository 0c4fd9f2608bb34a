import { languageFaults } from "../language.ts";
import { root } from "../../hosts/deno/sql_files.ts";

// A step of `deno task ok`: the words that the house does not use, in docs, comments, and all that callers and operators read.

const folders = ["src", "tests", "sql", "migrations", "deploy", "docs", ".ci"];
const files = [
  "README.md",
  "CONTRIBUTING.md",
  "llms.txt",
  "openapi.yaml",
  "docker-compose.yml",
  "Dockerfile",
  "deno.json",
];

/** These are made from the migrations, or hold the words as such. */
const skipped = ["sql/schema.sql", "src/tools/language.ts", "src/tools/language_test.ts"];

/** Files with text, below a folder. */
async function list(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await list(path));
    else if (!/\.(png|lua)$/.test(name)) paths.push(path);
  }
  return paths.toSorted();
}

let count = 0;
for (const path of [...files, ...(await Promise.all(folders.map(list))).flat()]) {
  if (skipped.includes(path)) continue;
  for (const { line, word, instead } of languageFaults(await Deno.readTextFile(root + path))) {
    // deno-lint-ignore no-console -- a program for a terminal
    console.error(`${path}:${line}: not "${word}" but: ${instead}`);
    count++;
  }
}
Deno.exit(count ? 1 : 0);
