import assert from "node:assert/strict";
import fc from "fast-check";
import { askEngine } from "../../tests/ask_engine.ts";
import { lineColumn, maskSql, scanPlaceholders, SqlSyntaxError } from "./placeholders.ts";

// Codes of the engine's exceptions.
const MISSING_PARAMETER = 456;
const SYNTAX_ERROR = 62;
const REPEATED_ALIAS = 179;

Deno.test("scanPlaceholders() gives name, type and place of each placeholder in order", () => {
  const sql = "SELECT {a:UInt8} + {b : Array( Nullable(String) ) } + {a:UInt8}";
  assert.deepEqual(scanPlaceholders(sql), [
    { name: "a", type: "UInt8", offset: 7, end: 16 },
    { name: "b", type: "Array( Nullable(String) )", offset: 19, end: 51 },
    { name: "a", type: "UInt8", offset: 54, end: 63 },
  ]);
});

/** SQL with the names it binds; the engine must agree on each. */
const CASES: [sql: string, names: string[]][] = [
  ["SELECT 'it''s {a:UInt8}', {b:UInt8}", ["b"]],
  ["SELECT 'it\\'s {a:UInt8}', {b:UInt8}", ["b"]],
  ["SELECT 'a\\\\', {b:UInt8}", ["b"]],
  ['SELECT 1 AS "a""{a:UInt8}", {b:UInt8}', ["b"]],
  ["SELECT 1 AS `a\\`{a:UInt8}`, {b:UInt8}", ["b"]],
  ["SELECT {b:UInt8} -- {a:UInt8}", ["b"]],
  ["SELECT 1 // {a:UInt8}\n, {b:UInt8}", ["b"]],
  ["SELECT 1 # {a:UInt8}\n, {b:UInt8}", ["b"]],
  ["SELECT 1 #! {a:UInt8}\n, {b:UInt8}", ["b"]],
  ["SELECT 1 -- \r {a:UInt8}\u2028\n, {b:UInt8}", ["b"]],
  ["SELECT /* ' */ {b:UInt8} /* {a:UInt8} */", ["b"]],
  ["SELECT /* /* */ {a:UInt8} */ {b:UInt8}", ["b"]],
  ["SELECT /*/ {a:UInt8} */ {b:UInt8}", ["b"]],
  ["SELECT $${a:UInt8}'$$, {b:UInt8}", ["b"]],
  ["SELECT $x1_$ $$ {a:UInt8} $x1_$, {b:UInt8}", ["b"]],
  ["SELECT 1 AS a$b$, {a:UInt8} AS c$b$", ["a"]],
  ["SELECT 1 AS $b, {a:UInt8}", ["a"]],
  ["SELECT ‘it\\ {a:UInt8}’, {b:UInt8}", ["b"]],
  ["SELECT 1 AS “{a:UInt8}”, {b:UInt8}", ["b"]],
  ["SELECT {a:UInt8}::String, {b:String}::UInt8", ["a", "b"]],
  ["SELECT map('k', {a:UInt8}), [{b:UInt8}]", ["a", "b"]],
  ["SELECT { a\n:/* } */UInt8 -- }\n}", ["a"]],
  ["SELECT {a\u00a0:\u200bUInt8\u3000}", ["a"]],
  ["SELECT {a:Enum('x}', 'y)', 'z\\'}')}", ["a"]],
  ["SELECT {a:Array(Enum8('{b:UInt8}' = 1))}", ["a"]],
  ["SELECT {a:Tuple(`}` UInt8)}", ["a"]],
  ["SELECT {a:Identifier} FROM numbers(1)", ["a"]],
  ["SELECT {SELECT:UInt8}, {a$:UInt8}, {_:UInt8}", ["SELECT", "a$", "_"]],
  ["SELECT {a:double precision}", ["a"]],
  ["SELECT {a:UInt8} SETTINGS additional_table_filters = {'t': '{b:UInt8}'}", ["a"]],
  ["SELECT {a:UInt8} SETTINGS additional_table_filters = {}", ["a"]],
  ["SELECT b'01', x'41', {a:UInt8}", ["a"]],
  ["SELECT {a:UInt8}--}", ["a"]],
  ["SELECT '\0{b:UInt8}', {a:UInt8} -- \0", ["a"]],
];

for (const [sql, names] of CASES) {
  Deno.test(`scanPlaceholders() finds what the engine finds in ${JSON.stringify(sql)}`, async () => {
    assert.deepEqual(scanPlaceholders(sql).map(({ name }) => name), names);
    await assertEngineNeeds(sql);
  });
}

Deno.test("scanPlaceholders() leaves comments out of a type's text", () => {
  const [{ type }] = scanPlaceholders("SELECT {a:Decimal(10,/* } */2 -- )\n)}");
  assert.equal(type, "Decimal(10, 2 )");
});

Deno.test("scanPlaceholders() and the engine refuse SQL that is cut short, with its place", async () => {
  const cases: [sql: string, offset: number, message: RegExp][] = [
    ["SELECT 'abc", 7, /quote ' is not closed/],
    ["SELECT 'abc\\'", 7, /quote ' is not closed/],
    ['SELECT 1 AS "a', 12, /quote " is not closed/],
    ["SELECT ‘a'", 7, /quote ‘ is not closed/],
    ["SELECT 1 /* /* */", 9, /comment .* is not closed/],
    ["SELECT {a:UInt8", 7, /not closed/],
    ["SELECT {a:Array(UInt8}", 7, /not closed/],
    ["SELECT {a:UInt8)}", 7, /not closed/],
    ["SELECT {a:{b:UInt8}}", 7, /not closed/],
    ["SELECT {a}", 7, /has no type: write such as \{a:String\}/],
    ["SELECT {a::UInt8}", 9, /wanted a colon/],
    ["SELECT {a:}", 10, /wanted a type/],
    ["SELECT {a:UInt8::String}", 15, /wanted a type/],
    ["SELECT {`a`:UInt8}", 8, /wanted a name, not "`a`"/],
    ["SELECT {1:UInt8}", 8, /wanted a name/],
    ["SELECT 1 }", 9, /closes nothing/],
    ["SELECT 1 SETTINGS additional_table_filters = {'a': 'b'", 45, /not closed/],
  ];
  for (const [sql, offset, message] of cases) {
    assert.throws(() => scanPlaceholders(sql), (error: unknown) => {
      assert.ok(error instanceof SqlSyntaxError, sql);
      assert.equal(error.offset, offset, sql);
      assert.match(error.message, message, sql);
      return true;
    });
    assert.equal((await askEngine(sql)).code, SYNTAX_ERROR, sql);
  }
});

const hostileText = fc.array(
  fc.constantFrom(
    "{h:UInt8}",
    "{",
    "}",
    "'",
    '"',
    "`",
    "\\",
    "--",
    "/*",
    "*/",
    "# ",
    "$",
    "$a$",
    "//",
    "x",
    " ",
    "ä",
  ),
  { maxLength: 6 },
).map((parts) => parts.join(""));
const quoted = (quote: string) =>
  hostileText.map((text) => quote + text.replaceAll("\\", "\\\\").replaceAll(quote, quote + quote) + quote);
const decoy = fc.oneof(
  quoted("'"),
  quoted('"').map((name) => `1 AS "q${name.slice(1)}`),
  quoted("`").map((name) => `1 AS \`q${name.slice(1)}`),
  hostileText.map((text) => `1 -- ${text}\n`),
  hostileText.map((text) => `1 // ${text}\n`),
  hostileText.map((text) => `1 # ${text}\n`),
  hostileText.map((text) => `/* ${text.replaceAll(/[/*]/g, "")} */ 1`),
  hostileText.map((text) => `/* /*${text.replaceAll(/[/*]/g, "")}*/ {h:UInt8} */ 1`),
  hostileText.map((text) => `$t$${text}$t$`),
  hostileText.map((text) => `$$${text.replaceAll("$", "")}$$`),
  fc.constantFrom("1 AS a$t$", "1::String", "map('a', 1)", "‘{h:UInt8}’", "6/2", "1--{h:UInt8}\n"),
);
const placeholder = fc.tuple(
  // Not Nullable: the engine takes NULL for one that is not sent.
  fc.constantFrom(
    { name: "a", type: "String" },
    { name: "_c1", type: "Decimal(9, 2)" },
    { name: "SELECT", type: "Enum('}', ')', '1', '{h:UInt8}')" },
    { name: "d$", type: "LowCardinality(String)" },
  ),
  fc.constantFrom("", " ", "\n", "/* } */", "-- }\n"),
).map(([bound, space]) => ({ ...bound, text: `{${["", bound.name, ":", bound.type, "}"].join(space)}` }));

Deno.test("scanPlaceholders() finds exactly the placeholders that stand among hostile text", async () => {
  const anyParts = fc.array(fc.oneof(decoy, placeholder), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(anyParts, async (parts) => {
      const expected = parts.filter((part) => typeof part !== "string");
      const sql = `SELECT ${parts.map((part) => typeof part === "string" ? part : part.text).join(",")}`;
      const found = scanPlaceholders(sql);
      assert.deepEqual(
        found.map(({ name, type, offset, end }) => ({ name, type, text: sql.slice(offset, end) })),
        expected,
      );
      await assertEngineNeeds(sql, true);
    }),
    { numRuns: 100 },
  );
});

Deno.test("scanPlaceholders() never disagrees with the engine about random fragments that the engine can read", async () => {
  const fragment = fc.constantFrom(
    ..."' '' \" ` \\ -- // /* */ # #! $ $$ $a$ {x:UInt8} {x:String} , ,1 ,'a' x 1 ‘ ’ “ ” :: ( )".split(" "),
    " ",
    "\n",
    " AS ",
    "'a'",
    "1a$b$",
    ",$a$",
    ",{x:UInt8}",
  );
  let understood = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 8 }), async (fragments) => {
      const sql = `SELECT 1 ${fragments.join("")}`;
      const { code, text } = await askEngine(sql);
      if (code === SYNTAX_ERROR) return;
      understood++;
      const names = scanPlaceholders(sql).map(({ name }) => name);
      if (code === MISSING_PARAMETER) assert.ok(names.includes("x"), `${sql}: ${text}`);
      else assert.deepEqual(names, [], `${sql}: ${text}`);
    }),
    { numRuns: 1500 },
  );
  assert.ok(understood > 100, `only ${understood} of 1500 texts were readable`);
});

Deno.test("maskSql() blanks comments and the inside of strings, and keeps length, lines and code", () => {
  assert.equal(
    maskSql("SELECT 'FORMAT' -- SETTINGS\n, /* a\n b */ $t$ x $t$ FROM `FORMAT` # end"),
    "SELECT '      '            \n,     \n      $       $ FROM `FORMAT`      ",
  );
  assert.equal(maskSql("SELECT 1 #FORMAT"), "SELECT 1 #FORMAT");
});

Deno.test("maskSql() keeps the place of every placeholder", () => {
  fc.assert(fc.property(fc.array(fc.oneof(decoy, fc.constant("{a:String}")), { minLength: 1 }), (parts) => {
    const sql = `SELECT ${parts.join(",")}`;
    assert.equal(maskSql(sql).length, sql.length);
    assert.deepEqual(scanPlaceholders(maskSql(sql)), scanPlaceholders(sql));
    assert.doesNotMatch(maskSql(sql).replaceAll(/`[^`]*`|"[^"]*"/g, ""), /h:UInt8/);
  }));
});

Deno.test("lineColumn() counts lines and characters from 1", () => {
  const text = "SELECT 1,\r\n  '😀', x\n";
  assert.deepEqual(lineColumn(text, 0), { line: 1, column: 1, lineText: "SELECT 1," });
  assert.deepEqual(lineColumn(text, text.indexOf("x")), { line: 2, column: 8, lineText: "  '😀', x" });
  assert.deepEqual(lineColumn(text, text.length), { line: 3, column: 1, lineText: "" });
});

/** Asks the engine to confirm that the statement needs each name that was found, and no other. */
async function assertEngineNeeds(sql: string, mustRun = false): Promise<void> {
  const found = scanPlaceholders(sql);
  const all = Object.fromEntries(
    found.map(({ name, type }) => [name, type === "Identifier" ? "number" : "1"]),
  );
  const { code, text } = await askEngine(sql, all);
  assert.ok(code !== MISSING_PARAMETER && code !== SYNTAX_ERROR, `${sql}: ${text}`);
  if (mustRun) assert.ok(code === 0 || code === REPEATED_ALIAS, `${sql}: ${text}`);
  for (const name of Object.keys(all)) {
    const { [name]: _, ...rest } = all;
    const answer = await askEngine(sql, rest);
    assert.equal(answer.code, MISSING_PARAMETER, `${sql} without ${name}: ${answer.text}`);
    assert.ok(answer.text.includes(`\`${name}\``), answer.text);
  }
}
