import assert from "node:assert/strict";
import { headerSchema } from "../src/catalog/header.ts";
import { variables } from "../src/config.ts";
import { problems } from "../src/problem.ts";
import { root } from "../src/deno/sql_files.ts";
import config from "../deno.json" with { type: "json" };

const readme = await Deno.readTextFile(`${root}README.md`);
const contributing = await Deno.readTextFile(`${root}CONTRIBUTING.md`);

Deno.test("the README's table says of each variable what the configuration says", () => {
  for (const [name, schema] of Object.entries(variables)) {
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
    assert.ok(row, `${name} has no row`);
    assert.ok(row.includes(schema.description!), `${name}: the row does not say "${schema.description}"`);
    const byDefault = schema.safeParse(undefined);
    const shown = byDefault.success && byDefault.data !== undefined && byDefault.data !== ""
      ? `\`${byDefault.data}\``
      : "";
    assert.equal(row.split("|")[2].trim(), shown, `${name}: the default`);
  }
});

Deno.test("the README's table says of each problem type what the answers say", () => {
  for (const [slug, [status, title]] of Object.entries(problems)) {
    assert.ok(readme.includes(`| \`/problems/${slug}\` | ${status} | ${title} |`), slug);
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
