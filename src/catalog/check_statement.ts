import type { Statement } from "../clickhouse/client.ts";
import { ClickHouseError, problemOf, throwIfCode } from "../clickhouse/exception.ts";
import { plainValue } from "../clickhouse/types/parameter.ts";
import { parseType } from "../clickhouse/types/type.ts";
import { engineFault } from "./engine_fault.ts";
import type { FrontMatter } from "./front_matter.ts";
import { type Resolution, tablesRead } from "./inspection.ts";
import type { Inspector } from "./inspector.ts";
import { checkPages } from "./page_rules.ts";
import type { Parameter } from "./parameter.ts";
import { type Placeholder, scanPlaceholders, SqlSyntaxError } from "./placeholders.ts";
import type { At } from "./query_file_error.ts";
import { checkReach, checkSyntax, checkTokens } from "./query_rules.ts";
import { quietThrows } from "./quiet_throws.ts";
import { findReach, reachOf } from "./reach.ts";

/** The placeholders of a statement that may be wrapped into others. Throws QueryFileError. */
export function scan(sql: string, at: At): Placeholder[] {
  try {
    checkTokens(sql, at);
    return scanPlaceholders(sql);
  } catch (error) {
    if (error instanceof SqlSyntaxError) throw at(error.offset, error.message);
    throw error;
  }
}

/** What of a file decides whether its statement is taken. */
export interface CheckedSource {
  frontMatter: Pick<FrontMatter, "settings" | "page">;
  sql: string;
}

/** Names of the tables whose rows are tenants', without their database. */
export function tenantTables({ tables }: Inspector): string[] {
  return tables.filter(({ hasTenant }) => hasTenant).map(({ name }) => name.split(".").at(-1)!);
}

/** What a statement resolves to, also when it throws for lack of what its parameters name, and the statement that tells. */
async function resolveQuietly(
  inspector: Inspector,
  statement: Statement,
): Promise<{ statement: Statement; resolution: Resolution }> {
  const quiet = { ...statement, sql: quietThrows(statement.sql) };
  // that it throws is not remembered, but what it means then
  if (await inspector.remembers(quiet)) {
    return { statement: quiet, resolution: await inspector.resolutionOf(quiet) };
  }
  try {
    return { statement, resolution: await inspector.resolutionOf(statement) };
  } catch (error) {
    if (!(error instanceof ClickHouseError) || error.code !== throwIfCode) throw error;
    return { statement: quiet, resolution: await inspector.resolutionOf(quiet) };
  }
}

/** Has the engine check the statement, with a value for each placeholder. Throws QueryFileError. */
export async function checkStatement(
  inspector: Inspector,
  { frontMatter, sql }: CheckedSource,
  parameters: Parameter[],
  placeholders: Placeholder[],
  at: At,
): Promise<{ statement: Statement; resolution: Resolution; tables: string[] }> {
  const defaults = new Map(parameters.map((parameter) => [parameter.name, parameter.defaultText]));
  const values = placeholders.map((
    { name, type },
  ) => [name, defaults.get(name) ?? plainValue(parseType(type))]);
  // the limits of the result are meant for the query's own, not for what the engine tells of it
  const { max_result_rows: _rows, max_result_bytes: _bytes, ...settings } = frontMatter.settings;
  const statement = { sql, parameters: Object.fromEntries(values), settings };
  try {
    const syntax = await inspector.syntaxOf(statement);
    checkSyntax(syntax, sql, at);
    checkPages(syntax.paging, { frontMatter, sql }, at);
    checkReach(await findReach(inspector, syntax), sql, at);
    const resolved = await resolveQuietly(inspector, statement);
    checkReach(reachOf(inspector, resolved.resolution), sql, at);
    return { ...resolved, tables: tablesRead(syntax, resolved.resolution, inspector.tables) };
  } catch (error) {
    // an engine that has too much to do says nothing about the file
    if (!(error instanceof ClickHouseError) || problemOf(error).status === 503) throw error;
    const fault = engineFault(error.message, { sql, placeholders, tables: tenantTables(inspector) });
    throw at(fault.offset, fault.message);
  }
}
