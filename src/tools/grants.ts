import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import { grantsFile } from "../isolation/grants.ts";
import type { Table } from "../isolation/table.ts";
import tablesSql from "../isolation/tables.sql" with { type: "text" };
import openColumnsSql from "./open_columns.sql" with { type: "text" };
import { root } from "../hosts/deno/sql_files.ts";

/** ClickHouse's users file with the rights that follow from the tables. */
export const grantsPath = `${root}deploy/clickhouse/users.d/sluice_grants.xml`;

/** What the file must hold for the tables of the database, of those that are `wanted`; asked as their owner. */
export async function makeGrants(
  owner: ClickHouse,
  wanted: (table: string) => boolean = () => true,
): Promise<string> {
  const [tables, open] = await Promise.all([
    readRows<Table>(owner, { sql: tablesSql }),
    readRows<{ name: string; columns: string[] }>(owner, { sql: openColumnsSql }),
  ]);
  return grantsFile(
    tables.filter(({ name }) => wanted(name.slice(name.indexOf(".") + 1))),
    new Map(open.map(({ name, columns }) => [name, columns])),
  );
}
