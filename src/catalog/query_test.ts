import assert from "node:assert/strict";
import { createClickHouse, run } from "../clickhouse/client.ts";
import { createRoles } from "../clickhouse/roles.ts";
import { engineOptions } from "../../tests/gateway.ts";
import { loadCatalog } from "./catalog.ts";
import { createInspectors } from "./inspector.ts";
import { compileQuery } from "./query.ts";
import { QueryFileError } from "./query_file_error.ts";

const clickHouse = createClickHouse(engineOptions());
const roles = createRoles(engineOptions());
const file = "sql/demo/query.sql";

/** A function of SQL that hides the clock, with a name that no other run has. */
const hiding = `hiding_${crypto.randomUUID().replaceAll("-", "")}`;
await run(clickHouse, { sql: `CREATE FUNCTION ${hiding} AS (days) -> today() - days` });

async function faultOf(text: string, path = file): Promise<QueryFileError> {
  try {
    await compileQuery({ path, text }, await createInspectors(roles));
  } catch (error) {
    if (error instanceof QueryFileError) return error;
    throw error;
  }
  throw new Error("The file was taken");
}

interface Fault {
  name: string;
  /** Lines of the front matter after the summary. */
  frontMatter?: string;
  /** SQL; `«` stands before the place at fault. Its first line is line 10 of the file. */
  sql: string;
  message: RegExp;
}

/** A file whose SQL begins in line 10, whatever its front matter has. */
function fileOf(frontMatter: string, sql: string): string {
  const lines = ["/*---", "summary: A query", ...frontMatter.split("\n").filter(Boolean)];
  while (lines.length < 8) lines.push("# nothing");
  return [...lines, "---*/", sql].join("\n");
}

const where = "FROM outreach_events WHERE tenant_id = {tenantId:String}";

const faults: Fault[] = [
  {
    name: "a star",
    sql: `SELECT «* ${where}`,
    message: /^Name each result column: `\*` and COLUMNS\(\) change with the table$/,
  },
  {
    name: "a table's star after a product",
    sql:
      `SELECT step_number * 2 AS twice, -- all of *\n  e.«* FROM outreach_events AS e WHERE tenant_id = {tenantId:String}`,
    message: /^Name each result column/,
  },
  {
    name: "a star with EXCEPT",
    sql: `SELECT «* EXCEPT (id) ${where}`,
    message: /^Name each result column/,
  },
  {
    name: "COLUMNS()",
    sql: `SELECT '*' AS star,\n  «COLUMNS('_id$') ${where}`,
    message: /^Name each result column/,
  },
  {
    name: "a star in a subquery",
    sql: `SELECT id FROM (\n  SELECT «* ${where}\n)`,
    message: /^Name each result column/,
  },
  {
    name: "a SETTINGS clause",
    sql: `SELECT id ${where} -- SETTINGS\n«SETTINGS max_threads = 1`,
    message: /^A SETTINGS clause is not taken in SQL: name the settings in the front matter$/,
  },
  {
    name: "a SETTINGS clause in a subquery",
    sql:
      `SELECT id FROM (SELECT id ${where}\n  «SETTINGS additional_table_filters = {'sluice.outreach_events': '1'})`,
    message: /^A SETTINGS clause/,
  },
  {
    name: "a SETTINGS clause in a CTE of a union",
    sql:
      `WITH a AS (SELECT 1 AS x\n  «SETTINGS max_threads = 1) SELECT x FROM a UNION ALL SELECT 2 WHERE {tenantId:String} = ''`,
    message: /^A SETTINGS clause/,
  },
  {
    name: "a FORMAT clause",
    sql: `SELECT id, 'FORMAT' AS word ${where}\n«FORMAT CSV`,
    message: /^The caller chooses the format/,
  },
  {
    name: "INTO OUTFILE",
    sql: `SELECT id ${where}\n«INTO OUTFILE '/tmp/x.csv' FORMAT CSV`,
    message: /^The caller chooses the format/,
  },
  {
    name: "a trailing semicolon",
    sql: `SELECT id, ';' AS other ${where}«; -- done`,
    message: /^A file holds one query: remove the semicolon$/,
  },
  {
    name: "a second statement",
    sql: `SELECT id ${where}«;\nDROP TABLE outreach_events`,
    message: /^A file holds one query/,
  },
  ...["now()", "today()", "now64(3)", "yesterday()"].map((call) => ({
    name: call,
    sql: `SELECT\n  toString(«${call}) AS at ${where}`,
    message: new RegExp(`^A query may not call ${call.split("(")[0]}\\(\\).*; use \\{now:DateTime64`),
  })),
  {
    name: "rand()",
    sql: `SELECT id ${where} ORDER BY «rand()`,
    message:
      /^A query may not call rand\(\): its answer would not be a pure function of parameters and data$/,
  },
  {
    name: "a clock inside of a SQL function",
    sql: `SELECT id, «${hiding}(3) AS day ${where}`,
    message: /^A query may not call today\(\)/,
  },
  {
    name: "a clock in a condition of a subquery",
    sql: `SELECT id FROM (SELECT id ${where}\n  AND occurred_at > «Now() - 5)`,
    message: /^A query may not call now\(\)/i,
  },
  {
    name: "a tenant of another type",
    sql: "SELECT id FROM outreach_events WHERE tenant_id = «{tenantId:UUID}",
    message: /^\{tenantId\} has the type String, not UUID$/,
  },
  {
    name: "a clock of another type",
    sql: `SELECT id ${where} AND occurred_at < «{now:DateTime}`,
    message: /^\{now\} has the type DateTime64\(3,'UTC'\), not DateTime$/,
  },
  ...["page", "pageSize", "format"].map((name) => ({
    name: `the reserved name ${name}`,
    sql: `SELECT id ${where} AND id = «{${name}:UUID}`,
    message: new RegExp(`^The name "${name}" is taken by the gateway$`),
  })),
  {
    name: "a parameter that is not in camelCase",
    sql: `SELECT id ${where} AND id = «{the_id:UUID}`,
    message: /^The parameter "the_id" must be in camelCase$/,
  },
  {
    name: "a parameter of a type that there is not",
    sql: `SELECT id ${where} AND id = «{x:Uuid4}`,
    message: /^Parameter "x": .*Uuid4/,
  },
  {
    name: "a parameter of a type that cannot be bound",
    sql: `SELECT id ${where} AND id = «{x:AggregateFunction(sum, UInt8)}`,
    message: /^Parameter "x": .*no text as a parameter/,
  },
  {
    name: "an open brace",
    sql: `SELECT id ${where} AND id = «{x:UUID`,
    message: /^Cannot read placeholder: its brace or a parenthesis is not closed$/,
  },
  {
    name: "an open string",
    sql: `SELECT id ${where} AND user_id = «'abc`,
    message: /^Cannot read SQL: the quote ' is not closed$/,
  },
  {
    name: "a syntax error after letters of several bytes",
    sql:
      `SELECT 'äöü 😀' AS greeting, id FROM outreach_events WHERE\n  'é' = '' AND «GROUP BY {tenantId:String}`,
    message: /^Syntax error at "GROUP": the clause before it is empty$/,
  },
  {
    name: "a column without an alias",
    sql: `SELECT «count() ${where}`,
    message: /^Give the result column "count\(\)" an alias in camelCase$/,
  },
  {
    name: "two columns of one name",
    sql: `SELECT id, «id ${where}`,
    message: /^Two result columns have the name "id"$/,
  },
  {
    name: "what is not a SELECT",
    frontMatter: "tenant: none",
    sql: `«DROP TABLE outreach_names`,
    message: /^A query file holds a SELECT$/,
  },
  {
    name: "a query that breaks off",
    sql: `SELECT id ${where} AND«\n\n`,
    message: /^Syntax error/,
  },
];

for (const { name, frontMatter = "", sql, message } of faults) {
  Deno.test(`compileQuery() refuses ${name}, and shows where`, async () => {
    const before = sql.split("«")[0];
    const fault = await faultOf(fileOf(frontMatter, sql.replace("«", "")));
    assert.match(fault.message, message);
    assert.equal(fault.file, file);
    if (!sql.includes("«")) return assert.equal(fault.line, 1);
    const line = before.split("\n").at(-1)!;
    assert.deepEqual(
      { line: fault.line, column: fault.column },
      { line: 9 + before.split("\n").length, column: line.length + 1 },
      fault.render(),
    );
    assert.equal(fault.render().split("\n").at(-1), `  ${" ".repeat(2)} | ${" ".repeat(line.length)}^`);
  });
}

const frontMatterFaults: (Fault & { line: string })[] = [
  {
    name: "has a default beyond its own bounds",
    frontMatter: "params:\n  limit:\n    default: 500\n    maximum: 100",
    sql: `SELECT id ${where} LIMIT {limit:UInt32}`,
    line: "    default: 500",
    message: /^Front matter key "params\.limit\.default" must be at most 100$/,
  },
  {
    name: "has a pattern that is no regular expression",
    frontMatter: 'params:\n  x:\n    pattern: "(a"',
    sql: `SELECT id ${where} AND user_id = {x:String}`,
    line: '    pattern: "(a"',
    message: /^Front matter key "params\.x\.pattern": Invalid regular expression/,
  },
  {
    name: "puts a parameter in place of a clock that the SQL does not look at",
    frontMatter: "params:\n  day:\n    replacesNow: true",
    sql: `SELECT id ${where} AND occurred_at > {day:Nullable(Date)}`,
    line: "  day:",
    message: /^"day" can stand in place of \{now\} if the SQL has both, and it is Nullable$/,
  },
  {
    name: "puts a parameter that is always there in place of the clock",
    frontMatter: "params:\n  day:\n    replacesNow: true",
    sql: `SELECT id ${where} AND occurred_at > {day:Date} AND occurred_at < {now:DateTime64(3, 'UTC')}`,
    line: "  day:",
    message: /^"day" can stand in place of \{now\}/,
  },
  {
    name: "names a parameter that the SQL lacks",
    frontMatter: "params:\n  id: { description: One }\n  summary: { description: Two }",
    sql: `SELECT id ${where} AND id = {id:UUID}`,
    line: "  summary: { description: Two }",
    message: /^The front matter names the parameter "summary", which the SQL lacks$/,
  },
  {
    name: "describes a column that the query does not return",
    frontMatter: "columns:\n  id: One\n  query.x: Two",
    sql: `SELECT id ${where}`,
    line: "  query.x: Two",
    message: /^The front matter describes the column "query\.x", which the query does not return$/,
  },
];

for (const { name, frontMatter, sql, line, message } of frontMatterFaults) {
  Deno.test(`compileQuery() refuses front matter that ${name}, and shows the key`, async () => {
    const fault = await faultOf(fileOf(frontMatter!, sql));
    assert.match(fault.message, message);
    assert.deepEqual([fault.lineText, fault.column], [line, line.search(/\S/) + 1]);
  });
}

Deno.test("compileQuery() refuses a path with a parameter that the SQL lacks, or that is no path of an endpoint", async () => {
  const text = fileOf("", `SELECT id ${where}`);
  assert.match(
    (await faultOf(text, "sql/demo/[userId].sql")).message,
    /^The path names the parameter "userId"/,
  );
  for (const path of ["sql/query.sql", "sql/Demo/query.sql", "sql/demo/a b.sql", "sql/demo/[user_id].sql"]) {
    assert.match((await faultOf(text, path)).message, /^The path must be sql\/<domain>\/<query>\.sql/, path);
  }
  const taken = { events: "ingestion", stream: "live updates", admin: "administration" };
  for (const [domain, taker] of Object.entries(taken)) {
    const { message } = await faultOf(text, `sql/${domain}/query.sql`);
    assert.equal(message, `The domain "${domain}" is taken by ${taker}`);
  }
});

Deno.test("compileQuery() takes what only looks like a fault", async () => {
  const sql = `
    -- SELECT * FROM t; SETTINGS now() FORMAT CSV {x:UInt8}
    SELECT
        count(*) AS total,
        count() * 2 AS product,
        'SELECT *; {y:UInt8}' AS now,
        {now:DateTime64(3, 'UTC')} AS today,
        map('settings', 1) AS format
    ${where}`;
  const query = await compileQuery({ path: file, text: fileOf("", sql) }, await createInspectors(roles));
  assert.deepEqual(query.columns.map(({ name }) => name), ["total", "product", "now", "today", "format"]);
  assert.deepEqual(query.parameters, []);
  assert.deepEqual([query.bindsTenant, query.bindsNow], [true, true]);
});

Deno.test("loadCatalog() names both files of one endpoint, and goes on serving the first and the others", async () => {
  const text = fileOf("", `SELECT id ${where} AND id = {a:UUID}`);
  const other = fileOf("", `SELECT id ${where} AND id = {b:UUID}`);
  const { catalog, errors } = await loadCatalog([
    { path: "sql/demo/[b]/x.sql", text: other },
    { path: "sql/demo/[a]/x.sql", text },
    { path: "sql/demo/[a]/y.sql", text },
  ], roles);
  assert.deepEqual([...catalog.keys()], ["demo/{a}/x", "demo/{a}/y"]);
  assert.deepEqual(errors.map((error) => error.render()), [
    "sql/demo/[b]/x.sql:1:1: The path is the same endpoint as sql/demo/[a]/x.sql\n  1 | /*---\n    | ^",
  ]);
});

Deno.test("loadCatalog() reports a fault for each broken file, in order, beside the good ones", async () => {
  const { catalog, errors } = await loadCatalog([
    { path: "sql/demo/c.sql", text: fileOf("", `SELECT no_such ${where}`) },
    { path: "sql/demo/b.sql", text: fileOf("", `SELECT id ${where}`) },
    { path: "sql/demo/a.sql", text: "SELECT 1" },
  ], roles);
  assert.deepEqual([...catalog.keys()], ["demo/b"]);
  assert.deepEqual(errors.map((error) => error.file), ["sql/demo/a.sql", "sql/demo/c.sql"]);
});
