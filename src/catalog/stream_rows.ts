import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import streamsSql from "./streams.sql" with { type: "text" };

/** A stream that takes events, and the comment of its landing table, which may be an event. */
export interface StreamRow {
  stream: string;
  example: string;
}

/** The streams of the database. Throws ClickHouseError, ClickHouseUnreachable. */
export async function readStreams(ingester: ClickHouse): Promise<StreamRow[]> {
  const rows = await readRows<StreamRow>(ingester, { sql: streamsSql });
  return rows.map(({ stream, example }) => ({ stream, example }));
}
