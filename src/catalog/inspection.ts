import { type ClickHouse, linesOf, readRows, type Statement } from "../clickhouse/client.ts";
import type { Table } from "../isolation/table.ts";
import { type Paging, readPaging } from "./page_rules.ts";

/** Table functions that make rows and read none. */
const harmlessTableFunctions = new Set([
  "numbers",
  "numbers_mt",
  "zeros",
  "zeros_mt",
  "generate_series",
  "generateSeries",
  "values",
  "null",
]);

/** What the syntax tree of a SELECT is made of; matchers, settings and formats are told apart. */
const plainParts = new Set(
  ("SelectWithUnionQuery SelectIntersectExceptQuery ExpressionList SelectQuery Function Literal Identifier Subquery " +
    "WithElement TablesInSelectQuery TablesInSelectQueryElement TableExpression TableIdentifier TableJoin ArrayJoin " +
    "OrderByElement WindowDefinition WindowListElement InterpolateElement FillModifier SampleRatio Asterisk " +
    "QualifiedAsterisk ColumnsListMatcher ColumnsRegexpMatcher QualifiedColumnsListMatcher " +
    "QualifiedColumnsRegexpMatcher Set").split(" "),
);

/** What the engine parsed. */
export interface Syntax {
  isSelect: boolean;
  /** Result columns that the statement does not name: `*`, `t.*`, `COLUMNS('…')`. */
  matchers: string[];
  /** Whether some part of the statement has a SETTINGS clause. */
  hasSettings: boolean;
  /** Table functions that read something; known before the engine calls them to learn their columns. */
  tableFunctions: string[];
  /** Whether the statement says its own output FORMAT or INTO OUTFILE. */
  hasFormat: boolean;
  /** The tables that the SQL names, wherever it does, as it writes them; CTEs too. */
  writtenTables: string[];
  /** Names to the right of IN, which may be tables. */
  setNames: string[];
  /** Functions that the SQL calls, wherever it does, as it writes them. */
  functions: string[];
  /** Columns that the engine adds to each table, such as `_part_offset`. */
  hiddenColumns: string[];
  /** Parts of the statement that belong to no plain SELECT, such as a FORMAT clause's or an EXPLAIN. */
  oddParts: string[];
  paging: Paging;
}

/** What the engine resolved a statement to. */
export interface Resolution {
  /** Names of all functions that the statement calls, also through SQL functions. */
  functions: string[];
  /** Table functions that read something. */
  tableFunctions: string[];
  /** All tables that it reads itself, with their database. */
  tables: string[];
  /** Result columns with their types as DESCRIBE prints them. */
  columns: { name: string; type: string }[];
}

/** Asks the engine to parse a statement. Throws ClickHouseError. */
export async function inspectSyntax(clickHouse: ClickHouse, statement: Statement): Promise<Syntax> {
  const sql = `EXPLAIN AST ${statement.sql}`;
  const rows = await readRows<{ explain: string }>(clickHouse, { ...statement, sql });
  const ast = rows.map((row) => row.explain);
  return {
    isSelect: /^Select/.test(ast[0] ?? ""),
    matchers: findMatchers(ast),
    hasSettings: ast.some((line) => /^\s*Set$/.test(line)),
    tableFunctions: ast.filter((_, i) => /^\s*TableExpression\b/.test(ast[i - 1] ?? ""))
      .map((line) => /^\s*Function (\w+)/.exec(line)?.[1] ?? "").filter((name) =>
        name !== "" && !harmlessTableFunctions.has(name)
      ),
    // a format is the only identifier that stands directly below the statement
    hasFormat: ast.some((line) => /^ (Identifier|Literal) /.test(line)),
    writtenTables: namesIn(ast, /^\s*TableIdentifier (\S+)/),
    setNames: findSetNames(ast),
    functions: namesIn(ast, /^\s*Function (\S+)/).filter((name) => !harmlessTableFunctions.has(name)),
    hiddenColumns: namesIn(ast, /^\s*Identifier (?:\S+\.)?(_\w*)/),
    oddParts: namesIn(ast, /^\s*(\w+)/).filter((part) => !plainParts.has(part)),
    paging: readPaging(ast),
  };
}

const functionPattern = /^\s*FUNCTION id: \d+, function_name: (\w+)/;
const tableFunctionPattern = /^\s*TABLE_FUNCTION id: .*\btable_function_name: (\w+)/;
const tablePattern = /^\s*TABLE id: .*\btable_name: (.+?)(?:, final: \d+.*)?$/;
const constantPattern = /constant_value: \\?'(.+?)\\?', constant_value_type/;

/**
 * What the resolved SELECT of a view reads and calls: tables with their database, names that may be dictionaries', table
 * functions that read, and functions. Throws ClickHouseError.
 */
export async function resolvedSources(
  clickHouse: ClickHouse,
  statement: Statement,
): Promise<{ tables: string[]; dictionaries: string[]; tableFunctions: string[]; functions: string[] }> {
  const tree = await explainTree(clickHouse, statement);
  const asksDictionary = tree.some((line) => /function_name: dict/.test(line));
  return {
    tables: namesIn(tree, tablePattern),
    dictionaries: asksDictionary ? namesIn(tree, constantPattern) : [],
    tableFunctions: namesIn(tree, tableFunctionPattern).filter((name) => !harmlessTableFunctions.has(name)),
    functions: namesIn(tree, functionPattern),
  };
}

/** Asks the engine to resolve a SELECT, whose parameters must bind each placeholder. Throws ClickHouseError. */
export async function inspectResolution(clickHouse: ClickHouse, statement: Statement): Promise<Resolution> {
  const [tree, columns] = await Promise.all([
    explainTree(clickHouse, statement),
    readRows<{ name: string; type: string }>(clickHouse, {
      ...statement,
      sql: `DESCRIBE (${statement.sql}\n)`,
    }),
  ]);
  return {
    functions: namesIn(tree, functionPattern),
    tableFunctions: namesIn(tree, tableFunctionPattern).filter((name) => !harmlessTableFunctions.has(name)),
    tables: namesIn(tree, tablePattern),
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/** All tables that a statement reads: those of the resolved tree and, as a second look, those of the database that it names. */
export function tablesRead(
  { writtenTables, setNames }: Syntax,
  { tables }: Resolution,
  known: Table[],
): string[] {
  const named = new Set([...writtenTables, ...setNames]);
  const written = known.map(({ name }) => name).filter((name) =>
    named.has(name) || named.has(name.split(".").slice(1).join("."))
  );
  return [...new Set([...tables, ...written])];
}

/** Names to the right of IN: the second argument, at the depth of the first. */
function findSetNames(ast: string[]): string[] {
  return ast.flatMap((line, i) => {
    if (!/^\s*Function (?:global)?(?:not)?(?:null)?in(?:ignoreset)?\b/i.test(line)) return [];
    const [, indent] = /^(\s*)/.exec(ast[i + 2] ?? "")!;
    const second = ast.slice(i + 3).find((next) => !next.startsWith(`${indent} `));
    const name = /^\s*Identifier (\S+)/.exec(second ?? "")?.[1];
    return name && second!.startsWith(indent) ? [name] : [];
  });
}

/** The first group of each line that matches, each name once. */
function namesIn(tree: string[], pattern: RegExp): string[] {
  return [...new Set(tree.map((line) => pattern.exec(line)?.[1]).filter((name) => name !== undefined))];
}

/**
 * Lines of the resolved tree that name something, each once, without their ids. The whole text is not held: it has a megabyte
 * for many a query, and a scalar subquery that is used again and again can make it forty.
 */
async function explainTree(clickHouse: ClickHouse, statement: Statement): Promise<string[]> {
  const response = await clickHouse({
    ...statement,
    sql: `EXPLAIN QUERY TREE ${statement.sql}`,
    settings: {
      ...statement.settings,
      default_format: "TSVRaw",
      wait_end_of_query: 1,
      // without it, a scalar subquery of a type such as Array is in the tree as a bare `__getScalar`
      enable_scalar_subquery_optimization: 0,
    },
  });
  const named = new Set<string>();
  for await (const line of linesOf(response, statement.signal)) {
    if (/_name: |constant_value: /.test(line)) named.add(line.replace(/^( *[A-Z_]+ id:) \d+/, "$1 0"));
  }
  return [...named];
}

/** Matchers in the printed syntax tree, whose depth is its indentation; the star of `count(*)` is none. */
function findMatchers(ast: string[]): string[] {
  return ast.flatMap((line, i) => {
    const name = /^\s*(Asterisk|QualifiedAsterisk|Columns\w*Matcher|Qualified\w*Matcher)\b/.exec(line)?.[1];
    if (!name) return [];
    const inCount = name === "Asterisk" && /^\s*Function count\b/i.test(ast[i - 2] ?? "");
    return inCount ? [] : [name];
  });
}
