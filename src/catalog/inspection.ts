import { type ClickHouse, linesOf, readRows, type Statement } from "../clickhouse/client.ts";
import { type Table, tablesToFilter } from "../tenants/filter.ts";
import { type Paging, readPaging } from "./page_rules.ts";

/**
 * Functions whose value depends on more than arguments and data. With the clock bound as `{now}` a named query
 * is a pure function, which tests and the cache rely on. Found in the resolved tree, so also inside SQL
 * functions. Source: `SELECT name FROM system.functions WHERE NOT deterministic` of ClickHouse 26.7, less those
 * that depend on data alone (dictGet, joinGet, arrayJoin and the like).
 */
const impure = new Set(
  ("now now64 nowInBlock nowInBlock64 today yesterday UTCTimestamp utcTimestamp serverTimezone timezone " +
    "rand rand32 rand64 randConstant randCanonical randUniform randNormal randLogNormal randExponential " +
    "randChiSquared randStudentT randFisherF randBernoulli randBinomial randNegativeBinomial randPoisson " +
    "randomString randomFixedString randomPrintableASCII randomStringUTF8 fuzzBits fuzzJSON fuzzQuery " +
    "generateUUIDv4 generateUUIDv7 generateULID generateSnowflakeID generateSerialID generateRandomStructure " +
    "rowNumberInBlock rowNumberInAllBlocks runningAccumulate runningDifference neighbor blockNumber blockSize " +
    "blockSerializedSize hostName hostname fqdn FQDN version uptime serverUUID currentUser user currentDatabase " +
    "database currentSchemas currentProfiles currentRoles defaultProfiles defaultRoles enabledProfiles " +
    "enabledRoles connectionId connection_id initialQueryID initialQueryStartTime queryID getSetting " +
    "getSettingOrDefault getServerSetting getServerPort getMacro getOSKernelVersion tcpPort sleep " +
    "sleepEachRow displayName buildId revision filesystemAvailable filesystemCapacity filesystemUnreserved " +
    "shardNum shardCount zookeeperSessionUptime transactionID transactionLatestSnapshot file getClientHTTPHeader " +
    "curdate current_date current_timestamp localtime localtimestamp UTC_timestamp session_user current_user " +
    "current_database currentQueryID current_query_id query_id initial_query_id initial_query_start_time " +
    "authenticatedUser authUser fullHostName current_schemas schema arrayShuffle arrayPartialShuffle " +
    "arrayRandomSample obfuscateQuery getMergeTreeSetting")
    .split(" ").map((name) => name.toLowerCase()),
);

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
  /** The tables that the SQL names, wherever it does, as it writes them. */
  writtenTables: string[];
  paging: Paging;
}

/** What the engine resolved a statement to. */
export interface Resolution {
  /** Names of all functions that the statement calls, also through SQL functions. */
  functions: string[];
  tableFunctions: string[];
  /** All tables that it reads itself, with their database. */
  tables: string[];
  /** Result columns with their types as DESCRIBE prints them. */
  columns: { name: string; type: string }[];
}

/** What the engine makes of a statement before it runs. */
export interface Meaning {
  /** Names of impure functions that the statement calls, also through SQL functions. */
  impureFunctions: string[];
  /** Whatever the statement reads other than tables of its database, such as `merge()`, `system.parts`, `dictGet`. */
  foreignSources: string[];
  /** All tables that the statement reads itself, with their database. */
  tables: string[];
  /** Those of which it may see one tenant's rows only. */
  tenantTables: string[];
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
    paging: readPaging(ast),
  };
}

const functionPattern = /^\s*FUNCTION id: \d+, function_name: (\w+)/;
const tableFunctionPattern = /^\s*TABLE_FUNCTION id: .*\btable_function_name: (\w+)/;
const tablePattern = /^\s*TABLE id: .*\btable_name: (.+?)(?:, final: \d+.*)?$/;
const constantPattern = /constant_value: \\?'(.+?)\\?', constant_value_type/;

/**
 * What the resolved SELECT of a view reads: tables with their database, names that may be dictionaries', and whatever else
 * its rows depend on, such as `merge()` or `now()`. Throws ClickHouseError.
 */
export async function resolvedSources(
  clickHouse: ClickHouse,
  statement: Statement,
): Promise<{ tables: string[]; dictionaries: string[]; others: string[] }> {
  const tree = await explainTree(clickHouse, statement);
  const asksDictionary = tree.some((line) => /function_name: dict/.test(line));
  return {
    tables: namesIn(tree, tablePattern),
    dictionaries: asksDictionary ? namesIn(tree, constantPattern) : [],
    others: [
      ...namesIn(tree, tableFunctionPattern).filter((name) => !harmlessTableFunctions.has(name)),
      ...namesIn(tree, functionPattern).filter((name) =>
        impure.has(name.toLowerCase()) || name === "joinGet"
      ),
    ].map((name) => `${name}()`),
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
    tableFunctions: namesIn(tree, tableFunctionPattern),
    tables: namesIn(tree, tablePattern),
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/** What a statement means in a database of these tables. */
export function readMeaning(
  { writtenTables }: Syntax,
  { functions, tableFunctions, tables, columns }: Resolution,
  known: Table[],
): Meaning {
  const isOwn = (table: string) => known.some(({ name }) => name === table);
  // a second look, beside the resolved tree
  const written = known.map(({ name }) => name).filter((name) =>
    writtenTables.includes(name) || writtenTables.includes(name.split(".").slice(1).join("."))
  );
  const read = [...new Set([...tables, ...written])];
  return {
    impureFunctions: functions.filter((name) => impure.has(name.toLowerCase())),
    foreignSources: [
      ...tableFunctions.filter((name) => !harmlessTableFunctions.has(name)).map((name) => `${name}()`),
      ...tables.filter((table) => !isOwn(table) && table !== "system.one"),
      ...functions.filter((name) => /^(dict|joinGet|__getScalar)/.test(name)).map((name) => `${name}()`),
    ],
    tables: read,
    tenantTables: tablesToFilter(read, known),
    columns,
  };
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
