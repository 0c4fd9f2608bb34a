import { type ClickHouse, type ClickHouseOptions, createClickHouse, type Send } from "./client.ts";

/**
 * The gateway's ways to ask ClickHouse, each as a user of its own with no more rights than it needs
 * (deploy/clickhouse/users.d): the named queries, writing endpoints, inserts into landing tables,
 * runs of the views that read other databases, and the gateway's own state.
 */
export interface Roles {
  reader: ClickHouse;
  writer: ClickHouse;
  ingester: ClickHouse;
  syncer: ClickHouse;
  clickHouse: ClickHouse;
}

/** The clients; their users' names are the owner's with `_reader`, `_writer`, `_ingest`, `_sync` and `_gateway` behind it. */
export function createRoles(options: ClickHouseOptions, sendRead?: Send): Roles {
  const as = (role: string) => createClickHouse({ ...options, user: `${options.user}_${role}` }, sendRead);
  return {
    reader: as("reader"),
    writer: as("writer"),
    ingester: as("ingest"),
    syncer: as("sync"),
    clickHouse: as("gateway"),
  };
}
