import { type ClickHouse, run } from "../clickhouse/client.ts";
import { ClickHouseUnreachable } from "../clickhouse/exception.ts";
import { landingColumns } from "./row_encoder.ts";

/** Settings of each insert of events. */
const settings = {
  async_insert: 0,
  // rows of a block are collapsed by merges and not before they are written: a quarter faster
  optimize_on_insert: 0,
  // a request may hold events of many months
  max_partitions_per_insert_block: 0,
};

function insertSql(stream: string, columns = landingColumns): string {
  return `INSERT INTO ${stream}_landing (${columns}) FORMAT RowBinary`;
}

/**
 * Stores rows as one block under a deduplication token: a repetition with the token, as after a lost connection, stores
 * nothing twice, whatever the stream's views do. Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function insertBlock(
  clickHouse: ClickHouse,
  stream: string,
  rows: Uint8Array<ArrayBuffer>,
  token: string,
  columns?: string,
): Promise<void> {
  const statement = {
    sql: insertSql(stream, columns),
    body: rows,
    settings: {
      ...settings,
      // overrides insert_deduplicate since 26.x
      deduplicate_insert: "enable",
      deduplicate_blocks_in_dependent_materialized_views: 1,
      insert_deduplication_token: token,
    },
  };
  try {
    await run(clickHouse, statement);
  } catch (error) {
    if (!(error instanceof ClickHouseUnreachable) || /refused/i.test(String(error.cause))) throw error;
    await run(clickHouse, statement);
  }
}

/** Stores a long body as one insert of many blocks; a repetition is harmless through the events' own ids. */
export async function insertStream(
  clickHouse: ClickHouse,
  stream: string,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<void> {
  await run(clickHouse, {
    sql: insertSql(stream),
    body,
    signal,
    settings: {
      ...settings,
      deduplicate_insert: "disable",
      max_insert_block_size: 100_000,
      min_insert_block_size_rows: 100_000,
      // the events and the dead letters of a block at the same time: 295,000 events/s instead of 240,000 on 2 cores
      parallel_view_processing: 1,
      // a long body takes the cores that nobody else wants; without the right to say so (CAP_SYS_NICE) it is ignored
      os_threads_nice_value_query: 19,
      os_threads_nice_value_materialized_view: 19,
    },
  });
}
