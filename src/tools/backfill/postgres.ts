import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import type { Progress } from "../demo/load.ts";
import { type Chunk, type Filled, type Plan, runBackfill } from "./backfill.ts";
import chunkSql from "./postgres_chunk.sql" with { type: "text" };
import horizonSql from "./postgres_horizon.sql" with { type: "text" };
import linesSql from "./postgres_lines.sql" with { type: "text" };
import recordSql from "./postgres_record.sql" with { type: "text" };
import tablesSql from "./postgres_tables.sql" with { type: "text" };

const chunkCount = 16;
/** While Postgres looks for the rows of one, the engine stores another's: neither keeps two cores busy alone. */
const chunksAtOnce = 2;
/** Keys are the first 32 bits of an id. */
const keysPerChunk = 2 ** 32 / chunkCount;

/** The tables of Postgres that the database can read. */
export async function backfillTables(clickHouse: ClickHouse): Promise<string[]> {
  const rows = await readRows<{ table: string }>(clickHouse, { sql: tablesSql });
  return rows.map(({ table }) => table);
}

/**
 * Reads a table of `backfillTables` again, by ranges of keys: all rows, or those changed since an instant. After one of
 * all rows, the table's sync goes on from where Postgres was when it began.
 */
export async function backfillPostgres(
  clickHouse: ClickHouse,
  table: string,
  from: Date | undefined,
  progress: Progress,
): Promise<Filled> {
  // a view cannot be a parameter; its name is one that the database has told
  const ofTable = (sql: string) => sql.replaceAll("postgres_table", `postgres_${table}`);
  const chunks = Array.from({ length: chunkCount }, (_, i): Chunk => ({
    isLast: i === chunkCount - 1,
    share: (i + 1) / chunkCount,
    async store({ id }) {
      const parameters = {
        source: table,
        backfill: id,
        since: String(from?.getTime() ?? 0),
        firstKey: String(i * keysPerChunk),
        lastKey: String((i + 1) * keysPerChunk - 1),
      };
      await run(clickHouse, { sql: ofTable(chunkSql), parameters, settings: { wait_end_of_query: 1 } });
      const [{ lines }] = await readRows<{ lines: number }>(clickHouse, {
        sql: linesSql,
        parameters: { source: table, backfill: id },
      });
      return lines;
    },
  }));
  const plan: Plan = {
    name: `postgres ${table} ${from?.toISOString() ?? ""}`,
    chunks,
    atOnce: chunksAtOnce,
    async readHorizon() {
      const [{ horizon }] = await readRows<{ horizon: number }>(clickHouse, { sql: ofTable(horizonSql) });
      return horizon;
    },
    async onStored({ id, horizon }) {
      const position = from ? "0" : String(horizon);
      await run(clickHouse, { sql: recordSql, parameters: { source: table, backfill: id, position } });
    },
  };
  return await runBackfill(clickHouse, plan, progress);
}
