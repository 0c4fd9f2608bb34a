import assert from "node:assert/strict";
import { readFrontMatter } from "./front_matter.ts";
import { QueryFileError } from "./query_file_error.ts";

const file = "sql/demo/query.sql";

/** The fault of a file as its author sees it. */
function faultOf(text: string): string {
  try {
    readFrontMatter(file, text);
  } catch (error) {
    if (error instanceof QueryFileError) return error.render();
    throw error;
  }
  throw new Error("The front matter was taken");
}

/** A file whose front matter has these lines after the summary, which is line 2. */
const headed = (...lines: string[]) =>
  ["/*---", "summary: A query", ...lines, "---*/", "SELECT 1"].join("\n");

Deno.test("readFrontMatter() gives the front matter with its defaults, and SQL at the same offsets and lines", () => {
  const text =
    "/*---\r\nsummary: Grüße 😀 */ still\r\nparams:\r\n  day: { default: 2026-03-01 }\r\n---*/\r\nSELECT 'x'\n";
  const { frontMatter, sql } = readFrontMatter(file, text);
  assert.equal(frontMatter.summary, "Grüße 😀 */ still");
  assert.deepEqual(frontMatter.params, { day: { default: "2026-03-01" } });
  assert.equal(frontMatter.returns, "list");
  assert.equal(sql.length, text.length);
  assert.equal(sql.indexOf("SELECT"), text.indexOf("SELECT"));
  assert.equal(sql.split("\n").length, text.split("\n").length);
  assert.equal(sql.trim(), "SELECT 'x'");
});

const faults: { name: string; text: string; rendered: string }[] = [
  {
    name: "without front matter",
    text: "SELECT 1",
    rendered: `${file}:1:1: The file must begin with front matter: /*--- … ---*/\n  1 | SELECT 1\n    | ^`,
  },
  {
    name: "with a value of the wrong type",
    text: headed("page: { size: many, max: 10 }"),
    rendered:
      `${file}:3:9: Front matter key "page.size" must be a number, not "many"\n  3 | page: { size: many, max: 10 }\n    |         ^`,
  },
  {
    name: "with a setting that is not allowed",
    text: headed("settings:", "  additional_table_filters: '{}'"),
    rendered:
      `${file}:4:3: Unknown front matter key "settings.additional_table_filters"\n  4 |   additional_table_filters: '{}'\n    |   ^`,
  },
  {
    name: "that gives pages of an object",
    text: headed("returns: object", "page: { size: 10, max: 10 }"),
    rendered:
      `${file}:4:1: Front matter key "page": an object has no pages\n  4 | page: { size: 10, max: 10 }\n    | ^`,
  },
  {
    name: "with a key given twice",
    text: headed("tenant: none", "tenant: none"),
    rendered:
      `${file}:4:1: The front matter is not valid YAML: the key is there twice\n  4 | tenant: none\n    | ^`,
  },
  {
    name: "with an alias of nothing",
    text: headed("description: *anchor"),
    rendered:
      `${file}:2:1: The front matter is not valid YAML: Unresolved alias (the anchor must be set before the alias): anchor\n  2 | summary: A query\n    | ^`,
  },
];

for (const { name, text, rendered } of faults) {
  Deno.test(`readFrontMatter() shows file, line and caret of a file ${name}`, () => {
    assert.equal(faultOf(text), rendered);
  });
}
