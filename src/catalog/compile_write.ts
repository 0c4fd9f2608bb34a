import { engineFault } from "./engine_fault.ts";
import type { QuerySource } from "./front_matter.ts";
import type { Resolution } from "./inspection.ts";
import type { Inspector } from "./inspector.ts";
import type { At } from "./query_file_error.ts";
import { type ClickHouse, readRows, type Statement } from "../clickhouse/client.ts";
import { ClickHouseError, problemOf } from "../clickhouse/exception.ts";
import { quoteString } from "../clickhouse/string_literal.ts";
import targetSql from "./write_target.sql" with { type: "text" };

const tenantColumn = "tenant_id";

/**
 * The statement of a writing endpoint: an INSERT of what the file's SELECT gives. Whose rows they are is not the file's
 * to say: `tenant_id` is written here, as the credential's tenant, and refused among the SELECT's columns. `statement`
 * is the SELECT, which the engine has checked like any query's, with a value for each placeholder. Throws QueryFileError.
 */
export async function compileWrite(
  { clickHouse, tables }: Inspector,
  { frontMatter, sql, offsetOf }: QuerySource,
  domain: string,
  statement: Statement,
  resolution: Resolution,
  at: At,
): Promise<string> {
  const table = frontMatter.into!;
  const target = await readRows<{ name: string; type: string }>(clickHouse, {
    sql: targetSql,
    parameters: { table },
  });
  const types = new Map(target.map(({ name, type }) => [name, type]));
  if (!types.has(tenantColumn)) {
    throw at(
      offsetOf(["into"]),
      `There is no table "${table}" with stored rows and a column ${tenantColumn}`,
    );
  }
  const written = tables.find(({ name }) => name.split(".").at(-1) === table);
  if (!written?.writers.includes(domain)) {
    throw at(
      offsetOf(["into"]),
      `Endpoints of "${domain}" may not write "${table}": the table's comment names who may, such as 'writers: ${domain}'`,
    );
  }
  const names = resolution.columns.map(({ name }) => name);
  for (const name of names) {
    const place = Math.max(sql.indexOf(name), sql.search(/\S/));
    if (name === tenantColumn) {
      throw at(place, `The gateway writes ${tenantColumn} itself, as the caller's tenant: leave it out`);
    }
    if (!types.has(name)) throw at(place, `The table "${table}" has no column "${name}" to write`);
  }
  await checkTypes(clickHouse, statement, names.map((name) => [name, types.get(name)!]), at);
  const columns = names.map((name) => `\`${name}\``).join(", ");
  return `INSERT INTO ${table} (${tenantColumn}, ${columns})
SELECT {tenantId:String}, ${columns} FROM (
${sql.trim()}
)`;
}

/** Has the engine say whether it can turn the SELECT's columns into the table's, as it will when they are inserted. */
async function checkTypes(
  clickHouse: ClickHouse,
  statement: Statement,
  columns: [name: string, type: string][],
  at: At,
): Promise<void> {
  const casts = columns.map(([name, type]) => `CAST(\`${name}\`, ${quoteString(type)})`).join(", ");
  try {
    await readRows(clickHouse, {
      ...statement,
      sql: `DESCRIBE (SELECT ${casts} FROM (\n${statement.sql}\n))`,
    });
  } catch (error) {
    if (!(error instanceof ClickHouseError) || problemOf(error).status === 503) throw error;
    const fault = engineFault(error.message, { sql: statement.sql, placeholders: [], tables: [] });
    throw at(fault.offset, fault.message);
  }
}
