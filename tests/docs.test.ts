import assert from "node:assert/strict";
import { scopes } from "../src/auth/scope.ts";
import { headerSchema } from "../src/catalog/header.ts";
import { problems } from "../src/base/problem.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import config from "../deno.json" with { type: "json" };

/** The text of a page; tables are padded by the formatter. */
async function read(file: string): Promise<string> {
  return (await Deno.readTextFile(root + file)).replaceAll(/ +/g, " ");
}

const readme = await read("README.md");
const contributing = await read("CONTRIBUTING.md");

Deno.test("the README's table says of each problem type what the answers say", () => {
  for (const [slug, [status, title]] of Object.entries(problems)) {
    assert.ok(readme.includes(`| \`/problems/${slug}\` | ${status} | ${title} |`), slug);
  }
});

Deno.test("the README's table says of each scope what it allows", () => {
  for (const [scope, allows] of Object.entries(scopes)) {
    assert.ok(readme.includes(`| \`${scope}\` | ${allows} |`), scope);
  }
});

Deno.test("the README names each task", () => {
  for (const task of Object.keys(config.tasks)) {
    assert.match(readme, new RegExp(`deno task ${task}\\b`), task);
  }
});

Deno.test("CONTRIBUTING describes each key of a query's header", () => {
  const params = headerSchema.shape.params.unwrap().valueType.shape;
  const { page, settings, ...keys } = headerSchema.shape;
  const nested = [params, page.unwrap().shape, settings.unwrap().shape].flatMap((shape) =>
    Object.keys(shape)
  );
  for (const key of [...Object.keys(keys), "page", "settings", ...nested]) {
    assert.ok(contributing.includes(`\`${key}\``), key);
  }
});
