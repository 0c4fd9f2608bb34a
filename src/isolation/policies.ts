// The room isolation: whose rows a statement sees: the row policies and rights of ClickHouse's users, and how a run says its tenant.

import { readRows } from "../clickhouse/client.ts";
import type { Roles } from "../clickhouse/roles.ts";
import policiesSql from "./policies.sql" with { type: "text" };

/** The condition on each row that a role sees: the setting `log_comment` must say whose rows those are. */
const filters = {
  reader: "tenant_id = nullIf(getSetting('log_comment'), '')",
  writer: "tenant_id = nullIf(getSetting('log_comment'), '')",
  operator: "getSetting('log_comment') = '*'",
  comparer: "has(JSONExtract(getSetting('log_comment'), 'Array(String)'), tenant_id)",
};

/** ClickHouse's users are not those of deploy/clickhouse/users.d: nothing would keep tenants apart. */
export class NotIsolated extends Error {
  override readonly name = "NotIsolated";
}

/**
 * Throws NotIsolated unless ClickHouse shows each role its tenants' rows alone: of every table, by one row policy of the
 * database, beside which no other lets more rows through. Throws ClickHouseError, ClickHouseUnreachable.
 */
export async function checkIsolation(roles: Pick<Roles, keyof typeof filters>): Promise<void> {
  await Promise.all(
    Object.entries(filters).map(async ([role, filter]) => {
      const policies = await readRows<{ table: string; filter: string }>(
        roles[role as keyof typeof filters],
        {
          sql: policiesSql,
        },
      );
      const other = policies.find((policy) => squeezed(policy.filter) !== squeezed(filter));
      if (policies.some(({ table }) => table === "") && !other) return;
      throw new NotIsolated(
        `ClickHouse's user of the ${role} ${
          other
            ? `has another row policy, of "${other.table}"`
            : "lacks the row policy that keeps tenants apart"
        }: install deploy/clickhouse/users.d`,
      );
    }),
  );
}

function squeezed(filter: string): string {
  return filter.replaceAll(/\s/g, "");
}
