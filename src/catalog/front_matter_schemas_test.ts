import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { readSqlFiles } from "../hosts/deno/sql_files.ts";
import { frontMatterSchemas } from "./front_matter_schemas.ts";
import { isQualityCheck } from "./quality_check.ts";

const schemas = frontMatterSchemas();
const [query, check] = ["query", "quality"].map((name) =>
  z.fromJSONSchema(JSON.parse(schemas.get(`sql/${name}.schema.json`)!))
);

Deno.test("the JSON Schemas take the front matter of each shipped file, and what may stand for a key's object", async () => {
  for (const { path, text } of await readSqlFiles()) {
    const [, yaml] = /^\/\*---\n([^]*?)\n---\*\//.exec(text)!;
    const { error } = (isQualityCheck(path) ? check : query).safeParse(parse(yaml));
    assert.equal(error, undefined, path);
  }
  for (const cache of ["6h", { ttl: "6h", stale: "1d" }]) {
    assert.ok(query.safeParse({ summary: "Of a test", cache }).success);
  }
});

Deno.test("the JSON Schemas refuse keys that there are not, and values of another type", () => {
  const right = { summary: "Of a test", table: "csr_scores", kind: "nulls" };
  assert.ok(check.safeParse(right).success);
  for (
    const wrong of [{ ...right, shedule: "1h" }, { ...right, kind: "missing" }, { summary: "Of a test" }]
  ) {
    assert.ok(!check.safeParse(wrong).success, JSON.stringify(wrong));
  }
  for (const wrong of [{ summary: "Of a test", cach: "1h" }, { summary: "Of a test", cache: "hourly" }, {}]) {
    assert.ok(!query.safeParse(wrong).success, JSON.stringify(wrong));
  }
});
