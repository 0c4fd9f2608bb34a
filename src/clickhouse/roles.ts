import { type ClickHouse, type ClickHouseOptions, createClickHouse } from "./client.ts";
import type { Transport } from "./transport.ts";

/**
 * The gateway's ways to ask ClickHouse, each as a user of its own with no more rights than it needs
 * (deploy/clickhouse/users.d): the named queries of one tenant's rows, of several tenants' and of all, writing endpoints,
 * inserts into landing tables, runs of the views that read other databases, and the gateway's own state.
 */
export interface Roles {
  reader: ClickHouse;
  comparer: ClickHouse;
  operator: ClickHouse;
  writer: ClickHouse;
  ingester: ClickHouse;
  syncer: ClickHouse;
  clickHouse: ClickHouse;
}

/** How each user's name ends, after the owner's. */
const suffixes: Record<keyof Roles, string> = {
  reader: "reader",
  comparer: "comparer",
  operator: "operator",
  writer: "writer",
  ingester: "ingest",
  syncer: "sync",
  clickHouse: "gateway",
};

/** The clients of all roles; a role's user is the owner's name with the role's after it, such as `sluice_reader`. */
export function createRoles(options: ClickHouseOptions, transport?: Transport): Roles {
  return mapRoles(
    suffixes,
    (suffix) => createClickHouse({ ...options, user: `${options.user}_${suffix}` }, transport),
  );
}

/** Makes one thing of each role's. */
export function mapRoles<From, To>(
  roles: Record<keyof Roles, From>,
  make: (from: From) => To,
): Record<keyof Roles, To> {
  return Object.fromEntries(Object.entries(roles).map(([role, from]) => [role, make(from)])) as Record<
    keyof Roles,
    To
  >;
}
