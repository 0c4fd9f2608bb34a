import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { ClickHouseError } from "../clickhouse/exception.ts";
import appliedSql from "./applied_migrations.sql" with { type: "text" };

const unknownTable = 60;
const unknownDatabase = 81;

/** Versions of the migrations that the database has; a database that is not there has none. */
export async function appliedVersions(clickHouse: ClickHouse): Promise<Set<string>> {
  try {
    const rows = await readRows<{ version: string }>(clickHouse, { sql: appliedSql });
    return new Set(rows.map(({ version }) => version));
  } catch (error) {
    const isEmpty = error instanceof ClickHouseError && [unknownTable, unknownDatabase].includes(error.code);
    if (!isEmpty) throw error;
    return new Set();
  }
}
