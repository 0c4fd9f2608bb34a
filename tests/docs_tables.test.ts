import assert from "node:assert/strict";
import { scopes } from "../src/auth/scope.ts";
import { frontMatterSchema } from "../src/catalog/front_matter.ts";
import { qualityFrontMatterSchema, qualityKinds } from "../src/catalog/quality_front_matter.ts";
import { queryTestSchema } from "./query_test/test_file.ts";
import { variables } from "../src/base/variables/variables.ts";
import { problems } from "../src/base/problem.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import config from "../deno.json" with { type: "json" };

// The tables of the pages say what the code says.

/** The text of a page; tables are padded by the formatter. */
async function read(file: string): Promise<string> {
  return (await Deno.readTextFile(`${root}docs/${file}.md`)).replaceAll(/ +/g, " ");
}

/** The cells of the row whose first one is the code `name`. */
function rowOf(page: string, name: string): string[] {
  const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
  assert.ok(row, `there is no row | \`${name}\` |`);
  return row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, ""));
}

Deno.test("docs/errors.md says of each problem type what the answers say", async () => {
  const page = await read("errors");
  for (const [slug, [status, title]] of Object.entries(problems)) {
    assert.deepEqual(rowOf(page, `/problems/${slug}`).slice(1), [String(status), title]);
  }
});

Deno.test("docs/auth.md says of each scope what it allows", async () => {
  const page = await read("auth");
  for (const [scope, allows] of Object.entries(scopes)) {
    assert.deepEqual(rowOf(page, scope).slice(1), [allows]);
  }
});

Deno.test("docs/variables.md says of each variable its default and its sentence", async () => {
  const page = await read("variables");
  for (const [name, variable] of Object.entries(variables)) {
    const byDefault = variable.safeParse(undefined);
    const shown = byDefault.success && byDefault.data && String(byDefault.data)
      ? `\`${byDefault.data}\``
      : "";
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
    assert.ok(row && variable.description, `docs/variables.md has no row | \`${name}\` |`);
    assert.deepEqual(row.split("|").slice(2, 4).map((cell) => cell.trim()), [shown, variable.description]);
  }
});

Deno.test("docs/tasks.md has a row for each task, and no page names a task that there is not", async () => {
  const page = await read("tasks");
  for (const task of Object.keys(config.tasks)) {
    assert.match(page, new RegExp(`^\\| \`deno task ${task}\\b`, "m"), task);
  }
});

Deno.test("docs/query-files.md says of each key of a query's front matter what it means", async () => {
  const page = await read("query-files");
  const params = frontMatterSchema().shape.params.unwrap().valueType.shape;
  const { settings, page: pages, ...keys } = frontMatterSchema().shape;
  for (const [key, { description }] of [...Object.entries(keys), ...Object.entries(params)]) {
    assert.ok(description && page.includes(`| \`${key}\` | ${description} |`), `${key}: ${description}`);
  }
  const named = [pages.unwrap().shape, settings.unwrap().shape].flatMap((shape) => Object.keys(shape));
  for (const key of ["page", "settings", ...named]) assert.ok(page.includes(`\`${key}\``), key);
});

Deno.test("docs/quality.md says of each key of a quality check what it means, and has each kind", async () => {
  const page = await read("quality");
  for (const [key, { description }] of Object.entries(qualityFrontMatterSchema().shape)) {
    assert.ok(description && page.includes(`| \`${key}\` | ${description} |`), `${key}: ${description}`);
  }
  for (const kind of qualityKinds) rowOf(page, kind);
});

Deno.test("docs/query-files.md says of each key of a query's test what it means", async () => {
  const page = await read("query-files");
  for (const [key, { description }] of Object.entries(queryTestSchema.shape)) {
    assert.ok(description && page.includes(`| \`${key}\` | ${description}`), `${key}: ${description}`);
  }
});
