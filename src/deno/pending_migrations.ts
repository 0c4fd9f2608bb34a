import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { ClickHouseError } from "../clickhouse/exception.ts";
import appliedSql from "./applied_migrations.sql" with { type: "text" };
import { migrationFolders } from "./migrate.ts";

const unknownTable = 60;
const unknownDatabase = 81;

/** Migrations that the database lacks, such as `outreach/20261122010203_outreach_events`, in their order. */
export async function pendingMigrations(clickHouse: ClickHouse): Promise<string[]> {
  const applied = await appliedVersions(clickHouse);
  const pending: { version: string; name: string }[] = [];
  for (const folder of await migrationFolders()) {
    const domain = folder.slice(folder.lastIndexOf("/") + 1);
    for await (const { name } of Deno.readDir(folder)) {
      const [version] = /^\d+(?=_.*\.sql$)/.exec(name) ?? [];
      if (version && !applied.has(version)) pending.push({ version, name: `${domain}/${name.slice(0, -4)}` });
    }
  }
  return pending.toSorted((a, b) => a.version < b.version ? -1 : 1).map(({ name }) => name);
}

async function appliedVersions(clickHouse: ClickHouse): Promise<Set<string>> {
  try {
    const rows = await readRows<{ version: string }>(clickHouse, { sql: appliedSql });
    return new Set(rows.map(({ version }) => version));
  } catch (error) {
    const isEmpty = error instanceof ClickHouseError && [unknownTable, unknownDatabase].includes(error.code);
    if (!isEmpty) throw error;
    return new Set();
  }
}
