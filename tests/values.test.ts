import assert from "node:assert/strict";
import { readFrontMatter } from "../src/catalog/front_matter.ts";
import { type QueryFile, queryName } from "../src/catalog/query.ts";
import { scanPlaceholders } from "../src/catalog/placeholders.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createGateway, newTenant, queryFile, read, tokenOf } from "./gateway.ts";

// Values that JSON can hold and a parameter cannot.

/** A list in a list, so many times. */
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const deepObject = `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`;

/** As the body has them: `JSON.stringify` would not write some. */
const odd = [
  "null",
  "true",
  "-0",
  "1e400",
  "18446744073709551616",
  '""',
  '"\\ud800"',
  '"\\u0000"',
  "[]",
  "{}",
  "[null]",
  "[[]]",
  "[{}]",
  '{"toString":1}',
  '{"valueOf":1,"toString":null}',
  '{"toJSON":1}',
  '{"length":-1}',
  '{"__proto__":{"toString":1}}',
  '{"constructor":1}',
  '[{"toString":1}]',
  nested(3_000),
  deepObject,
];

const files = await readQueryFiles();
const types =
  "String Nullable(String) UInt8 Int64 UInt256 Float64 Decimal(9,2) Bool UUID Date Date32 DateTime DateTime64(3) IPv4 IPv6 " +
  "FixedString(3) LowCardinality(String) Array(String) Array(Array(UInt8)) Map(String,String) Tuple(a_String) Array(Tuple(a_UInt8)) Time";
const own = types.split(" ").map((type, i) =>
  queryFile(
    `values/of${i}`,
    "tenant: none\nparams:\n  x: { minLength: 0, maxLength: 9, minimum: 0, pattern: '.*' }",
    `SELECT toString({x:${type.replace("_", " ")}}) AS x`,
  )
);
const forms = [
  queryFile("values/zone", "tenant: none\nparams:\n  x: { format: timezone }", "SELECT {x:String} AS x"),
  queryFile(
    "values/day",
    "tenant: none\nparams:\n  x: { format: date-or-date-time }",
    "SELECT {x:String} AS x",
  ),
  queryFile(
    "values/pages",
    "tenant: none\npage: { size: 1, max: 2 }\ncursor: { n: after }",
    "SELECT number AS n FROM numbers(3) WHERE {after:Nullable(UInt64)} IS NULL OR n > {after:Nullable(UInt64)} ORDER BY n",
  ),
];
const gateway = await createGateway({ files: [...files, ...own, ...forms] });
const tenant = newTenant();
const authorization = `Bearer ${await tokenOf(tenant, "query admin cohorts:write")}`;
const uuid = "00000000-0000-0000-0000-000000000000";

async function send(path: string, body: string, method = "POST") {
  const headers = { authorization, "content-type": "application/json" };
  const response = await gateway.fetch(path, undefined, { method, headers, body });
  const text = await response.text();
  return { status: response.status, text };
}

/** The endpoint of a file, with the names of its parameters. */
function endpointOf({ path, text }: QueryFile) {
  const { frontMatter, sql } = readFrontMatter(path, text);
  const address = `/v1/${(frontMatter.path ?? queryName(path)).replaceAll(/\{[^}]+\}/g, uuid)}`;
  const names = new Set(scanPlaceholders(sql).map(({ name }) => name));
  return { method: frontMatter.method ?? "POST", address, names: [...names] };
}

async function expectNoFailure(file: QueryFile, names: string[], values: string[]): Promise<void> {
  const { method, address, names: own } = endpointOf(file);
  for (const name of [...own, ...names]) {
    for (const value of values) {
      const { status, text } = await send(address, `{${JSON.stringify(name)}:${value}}`, method);
      assert.ok(status < 500, `${method} ${address} ${name}: ${value.slice(0, 60)}: ${text}`);
    }
  }
}

Deno.test("no value of a parameter of any type makes a 5xx, whatever JSON it is", async () => {
  for (const file of own) await expectNoFailure(file, [], odd);
});

Deno.test("no parameter of a query makes a 5xx for lack of text", async () => {
  const gatewayOwn = ["page", "pageSize", "cursor", "format", "table", "escapeFormulas", "__proto__"];
  for (const file of [...files, ...forms]) {
    await expectNoFailure(file, gatewayOwn, ['{"toString":1}', '[{"toString":1}]', nested(3_000)]);
  }
});

Deno.test("a list or an object where text is wanted is a 400 that names the parameter", async () => {
  for (const name of ["timeRange", "startDate", "endDate", "timezone"]) {
    for (const value of ['{"toString":1}', nested(3_000), "[]", deepObject]) {
      const { status, text } = await send("/v1/outreach/overview", `{"${name}":${value}}`);
      const problem = JSON.parse(text);
      assert.deepEqual([status, problem.type, problem.parameter], [400, "/problems/invalid-parameter", name]);
    }
  }
});

Deno.test("names of every object's properties are unknown parameters like any other", async () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", ""]) {
    const { status, text } = await send("/v1/outreach/overview", `{${JSON.stringify(name)}:1}`);
    assert.deepEqual([status, JSON.parse(text).parameter], [400, name], text);
    const search = new URLSearchParams([[name, "1"]]);
    const inAddress = await read(await gateway.fetch(`/v1/outreach/overview?${search}`, tenant));
    assert.deepEqual([inAddress.status, inAddress.body.parameter], [400, name]);
  }
});

Deno.test("bodies of the gateway's own routes with such names and values are a 400", async () => {
  const routes: [method: string, path: string, fields: string[]][] = [
    ["PUT", `/v1/admin/tenants/${tenant}/budget`, [
      "daily",
      "perSecond",
      "__proto__",
      "constructor",
      "toString",
    ]],
    ["POST", "/v1/admin/keys", ["tenantId", "name", "scopes", "expiresAt", "__proto__", "toString"]],
  ];
  for (const [method, path, fields] of routes) {
    for (const field of fields) {
      for (const value of odd.filter((value) => /^[[{]/.test(value))) {
        const { status, text } = await send(path, `{${JSON.stringify(field)}:${value}}`, method);
        assert.equal(status, 400, `${method} ${path} ${field} ${value.slice(0, 60)}: ${text}`);
      }
    }
    for (
      const body of [
        ...odd.filter((value) => value !== "{}"),
        "{",
        "[",
        nested(30_000),
        `${"[".repeat(60_000)}`,
      ]
    ) {
      const { status, text } = await send(path, body, method);
      assert.equal(status, 400, `${method} ${path} ${body.slice(0, 60)}: ${text}`);
    }
  }
});

Deno.test("a body of a hundred thousand unknown parameters is refused for the first twenty, at once", async () => {
  const fields = Array.from({ length: 80_000 }, (_, i) => `"p${i}":1`);
  const { status, text } = await send("/v1/outreach/overview", `{${fields.join(",")}}`);
  assert.equal(status, 400);
  assert.equal(JSON.parse(text).errors.length, 20);
});
