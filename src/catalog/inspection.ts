import { type ClickHouse, readRows, type Statement } from "../clickhouse/client.ts";

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

/** What the engine parsed. */
export interface Syntax {
  isSelect: boolean;
  /** Result columns that the statement does not name: `*`, `t.*`, `COLUMNS('…')`. */
  matchers: string[];
  /** Whether some part of the statement has a SETTINGS clause. */
  hasSettings: boolean;
  /** Whether the statement says its own output FORMAT or INTO OUTFILE. */
  hasFormat: boolean;
}

/** What the engine makes of a statement before it runs. */
export interface Meaning {
  /** Names of impure functions that the statement calls, also through SQL functions. */
  impureFunctions: string[];
  /** Result columns with their types as DESCRIBE prints them. */
  columns: { name: string; type: string }[];
}

/** Asks the engine to parse a statement. Throws ClickHouseError. */
export async function inspectSyntax(clickHouse: ClickHouse, statement: Statement): Promise<Syntax> {
  const ast = await explain(clickHouse, "AST", statement);
  return {
    isSelect: /^Select/.test(ast[0] ?? ""),
    matchers: findMatchers(ast),
    hasSettings: ast.some((line) => /^\s*Set$/.test(line)),
    // a format is the only identifier that stands directly below the statement
    hasFormat: ast.some((line) => /^ (Identifier|Literal) /.test(line)),
  };
}

/** Asks the engine to resolve a SELECT, whose parameters must bind each placeholder. Throws ClickHouseError. */
export async function inspectMeaning(clickHouse: ClickHouse, statement: Statement): Promise<Meaning> {
  const [tree, columns] = await Promise.all([
    explain(clickHouse, "QUERY TREE", statement),
    readRows<{ name: string; type: string }>(clickHouse, {
      ...statement,
      sql: `DESCRIBE (${statement.sql}\n)`,
    }),
  ]);
  const functions = tree.map((line) => /^\s*FUNCTION id: \d+, function_name: (\w+)/.exec(line)?.[1] ?? "");
  return {
    impureFunctions: [...new Set(functions.filter((name) => impure.has(name.toLowerCase())))],
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

async function explain(clickHouse: ClickHouse, what: string, statement: Statement): Promise<string[]> {
  const sql = `EXPLAIN ${what} ${statement.sql}`;
  const rows = await readRows<{ explain: string }>(clickHouse, { ...statement, sql });
  return rows.map((row) => row.explain);
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
