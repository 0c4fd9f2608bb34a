import { type ClickHouse } from "../clickhouse/client.ts";
import { ClickHouseError } from "../clickhouse/exception.ts";
import { bindableType, ParameterError, plainValue } from "../clickhouse/parameter.ts";
import { type ClickHouseType, parseType } from "../clickhouse/type.ts";
import { type Header, readHeader } from "./header.ts";
import { inspect } from "./inspection.ts";
import { createParameter, type Parameter } from "./parameter.ts";
import { type Placeholder, scanPlaceholders, SqlSyntaxError } from "./placeholders.ts";
import { errorAt } from "./query_file_error.ts";

/** A query file as it lies in the repository. */
export interface QueryFile {
  /** Such as `sql/outreach/overview.sql`. */
  path: string;
  text: string;
}

/** A named query: an endpoint. */
export interface Query {
  /** Such as `outreach/overview`, or `cohorts/{cohortId}/metrics`. */
  name: string;
  file: string;
  header: Header;
  /** The statement that ClickHouse gets. */
  sql: string;
  parameters: Parameter[];
  columns: { name: string; type: ClickHouseType }[];
  bindsTenant: boolean;
  bindsNow: boolean;
}

const reserved: Record<string, string> = { tenantId: "String", now: "DateTime64(3,'UTC')" };
const reservedByGateway = ["page", "pageSize", "format"];

/** The name of the query in a file: its path below `sql/`, with `[x]` as `{x}`. */
export function queryName(path: string): string {
  return path.replace(/^sql\//, "").replace(/\.sql$/, "").replaceAll(/\[([^\]]+)\]/g, "{$1}");
}

/**
 * Reads a query file and has the engine check it. Throws QueryFileError for whatever its author must mend;
 * ClickHouseUnreachable when there is no engine to ask.
 */
export async function compileQuery(file: QueryFile, clickHouse: ClickHouse): Promise<Query> {
  const { path, text } = file;
  const at = (offset: number, message: string) => errorAt(path, text, offset, message);
  const name = queryName(path);
  if (!/^[a-z][a-z0-9_-]*(\/([a-z][a-z0-9_-]*|\{[a-z][A-Za-z0-9]*\}))+$/.test(name)) {
    throw at(0, `The path must be sql/<domain>/<query>.sql in lower case, not "${path}"`);
  }
  if (name.startsWith("events/")) throw at(0, `The domain "events" is taken by ingestion`);

  const { header, sql } = readHeader(path, text);
  const placeholders = scan(sql, at);
  const parameters = createParameters(name, header, placeholders, at, text);
  const names = new Set(placeholders.map((placeholder) => placeholder.name));
  if (!names.has("tenantId") && header.tenant !== "none") {
    throw at(
      0,
      "The query does not bind {tenantId:String}; say `tenant: none` in the header if it reads no tenant's rows",
    );
  }

  const statement = sql.trim();
  const inspection = await inspectStatement(clickHouse, sql, parameters, placeholders, header, at);
  const word = (pattern: RegExp) => Math.max(0, sql.search(pattern));
  if (inspection.hasSettings) {
    throw at(word(/\bSETTINGS\b/i), "A SETTINGS clause is not taken in SQL: name the settings in the header");
  }
  if (inspection.hasFormat) {
    throw at(word(/\b(FORMAT|OUTFILE)\b/i), "The caller chooses the format: remove FORMAT or INTO OUTFILE");
  }
  if (inspection.matchers.length) {
    throw at(
      word(/(?<=\bSELECT\b[^;]*?)\*|\bCOLUMNS\s*\(/i),
      "Name each result column: `*` and COLUMNS() change with the table",
    );
  }
  for (const impure of inspection.impureFunctions) {
    const instead = /now|today|yesterday|UTC|date|time/i.test(impure)
      ? "; use {now:DateTime64(3, 'UTC')}"
      : "";
    throw at(
      word(new RegExp(`\\b${impure}\\b`, "i")),
      `A query may not call ${impure}(): its answer would not be a pure function of parameters and data${instead}`,
    );
  }
  const columns = inspection.columns.map((column) => {
    if (!/^[a-zA-Z][a-zA-Z0-9]*$/.test(column.name)) {
      throw at(
        word(new RegExp(column.name.replace(/\W/g, "\\$&"))),
        `Give the result column "${column.name}" an alias in camelCase`,
      );
    }
    return { name: column.name, type: parseType(column.type) };
  });
  for (const described of Object.keys(header.columns)) {
    if (!columns.some((column) => column.name === described.split(".")[0])) {
      throw at(
        Math.max(0, text.indexOf(described)),
        `The header describes the column "${described}", which the query does not return`,
      );
    }
  }
  return {
    name,
    file: path,
    header,
    sql: statement,
    parameters,
    columns,
    bindsTenant: names.has("tenantId"),
    bindsNow: names.has("now"),
  };
}

type At = (offset: number, message: string) => Error;

function scan(sql: string, at: At): Placeholder[] {
  try {
    return scanPlaceholders(sql);
  } catch (error) {
    if (error instanceof SqlSyntaxError) throw at(error.offset, error.message);
    throw error;
  }
}

function createParameters(
  name: string,
  header: Header,
  placeholders: Placeholder[],
  at: At,
  text: string,
): Parameter[] {
  const parameters = new Map<string, { parameter: Parameter; type: string }>();
  for (const { name: parameterName, type: typeText, offset } of placeholders) {
    const type = typeText.replaceAll(/\s+/g, "");
    if (reserved[parameterName]) {
      if (type !== reserved[parameterName]) {
        throw at(offset, `{${parameterName}} has the type ${reserved[parameterName]}, not ${typeText}`);
      }
      continue;
    }
    if (reservedByGateway.includes(parameterName)) {
      throw at(offset, `The name "${parameterName}" is taken by the gateway`);
    }
    if (!/^[a-z][A-Za-z0-9]*$/.test(parameterName)) {
      throw at(offset, `The parameter "${parameterName}" must be in camelCase`);
    }
    const known = parameters.get(parameterName);
    if (known) {
      if (known.type !== type) {
        throw at(offset, `{${parameterName}} has the type ${typeText} here and another type above`);
      }
      continue;
    }
    const place = name.includes(`{${parameterName}}`) ? "path" : "query";
    try {
      const parsed = parseType(typeText);
      const reason = bindableType(parsed);
      if (reason) throw new ParameterError(reason);
      const parameter = createParameter(parameterName, parsed, header.params[parameterName] ?? {}, place);
      parameters.set(parameterName, { parameter, type });
    } catch (error) {
      throw at(offset, `Parameter "${parameterName}": ${(error as Error).message}`);
    }
  }
  for (const described of Object.keys(header.params)) {
    if (!parameters.has(described)) {
      throw at(
        Math.max(0, text.indexOf(described)),
        `The header names the parameter "${described}", which the SQL lacks`,
      );
    }
  }
  for (const [, segment] of name.matchAll(/\{([^}]+)\}/g)) {
    if (!parameters.has(segment)) {
      throw at(0, `The path names the parameter "${segment}", which the SQL lacks`);
    }
  }
  return [...parameters.values()].map(({ parameter }) => parameter);
}

async function inspectStatement(
  clickHouse: ClickHouse,
  sql: string,
  parameters: Parameter[],
  placeholders: Placeholder[],
  header: Header,
  at: At,
): ReturnType<typeof inspect> {
  const defaults = new Map(parameters.map((parameter) => [parameter.name, parameter.defaultText]));
  const plain = Object.fromEntries(
    placeholders.map(({ name, type }) => [name, defaults.get(name) ?? plainValue(parseType(type))]),
  );
  try {
    return await inspect(clickHouse, sql, plain, header.settings as Record<string, string | number>);
  } catch (error) {
    if (!(error instanceof ClickHouseError)) throw error;
    throw at(faultOffset(error.message, sql), readable(error.message));
  }
}

/** Where the engine's complaint points: the line and column it names, or the first mention of what it quotes. */
function faultOffset(message: string, sql: string): number {
  // the statement is sent behind `EXPLAIN AST `, so a column on the first line is off by that, and none is there
  const place = /\(line (\d+), col (\d+)\)/.exec(message);
  if (place) {
    const lines = sql.split("\n").slice(0, Number(place[1]) - 1);
    return lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(place[2]) - 1;
  }
  const quoted = /(?:`([^`]+)`|'([^']+)'|function (\w+))/.exec(message)?.slice(1).find((text) => text) ?? "";
  const last = quoted.split(".").at(-1)!;
  const found = last ? sql.search(new RegExp(`(?<![\\w{])${last.replace(/\W/g, "\\$&")}(?!\\w)`)) : -1;
  return found >= 0 ? found : sql.search(/\S/);
}

/** The engine's message without its code, its version and the statement it repeats. */
function readable(message: string): string {
  return message.replace(/^Code: \d+\. DB::Exception: /, "").replace(/ \(version [^)]*\)\s*$/, "")
    .replace(/(\. )?In scope .*?(?= \([A-Z_]+\)$|$)/s, "").replace(
      /(?<=\(line \d+, col \d+\)): .*?(?=\. [A-Z]|$)/s,
      "",
    ).trim();
}
