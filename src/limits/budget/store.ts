import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { ClickHouseUnreachable } from "../../clickhouse/exception.ts";
import { escapeString, quoteArray } from "../../clickhouse/string_literal.ts";
import type { UsageRow } from "./account.ts";
import aliveSql from "./gateways_alive.sql" with { type: "text" };
import { aliveMs, type Holder } from "./lease.ts";
import type { OwnLimits } from "./limits.ts";
import limitsSql from "./limits.sql" with { type: "text" };
import resetSql from "./reset.sql" with { type: "text" };
import totalsSql from "./totals.sql" with { type: "text" };

/** What all gateways together wrote of a tenant's day and month. */
export interface Totals {
  dayQueries: number;
  dayBytes: number;
  monthQueries: number;
  /** The other gateways that hold queries. */
  holders: Holder[];
  /** What an admin decided, if anything. */
  own: OwnLimits | undefined;
}

/** Where budgets live; each function throws when its outcome is not known to be good. */
export interface BudgetStore {
  /** Writes rows, of which the highest version holds; with `isHeartbeat` also that this gateway is alive. */
  write(rows: UsageRow[], version: number, isHeartbeat: boolean): Promise<void>;
  /** The sums of the day and its month for each tenant that has some, and the gateways that are alive. */
  read(tenants: string[], day: string): Promise<{ totals: Map<string, Totals>; instances: number }>;
  /** Decides a tenant's limits. */
  setLimits(tenantId: string, own: OwnLimits): Promise<void>;
  /** Takes the tenant's use of the month up to the day back to 0; the same `id` may be repeated. */
  reset(tenantId: string, day: string, id: string): Promise<void>;
}

/** A statement of a sync that takes longer counts as failed. */
const timeoutMs = 3_000;
/** Tenants of one read. */
const chunkSize = 1_000;

const none: Totals = { dayQueries: 0, dayBytes: 0, monthQueries: 0, holders: [], own: undefined };

/** Budgets in ClickHouse's tables `tenant_usage`, `tenant_budgets` and `gateway_instances`. */
export function createBudgetStore(clickHouse: ClickHouse, instance: string): BudgetStore {
  /** Asks with a limit of time. */
  const ask: ClickHouse = async (statement) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await clickHouse({ ...statement, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new ClickHouseUnreachable("ClickHouse did not answer in time", { cause: error });
    }
  };

  async function insert(table: string, columns: string, rows: unknown[]): Promise<void> {
    await run(ask, {
      sql: `INSERT INTO ${table} (${columns}) FORMAT JSONEachRow`,
      body: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")),
      settings: { async_insert: 0, insert_deduplicate: 0 },
    });
  }

  async function write(rows: UsageRow[], version: number, isHeartbeat: boolean): Promise<void> {
    const usage = rows.map(({ tenantId, bytes, ...row }) => ({
      tenant_id: tenantId,
      instance,
      version,
      bytes_read: bytes,
      ...row,
    }));
    await Promise.all([
      rows.length &&
      insert(
        "tenant_usage",
        "tenant_id, day, instance, generation, version, queries, bytes_read, held",
        usage,
      ),
      isHeartbeat && insert("gateway_instances", "instance", [{ instance }]),
    ]);
  }

  async function readChunk(tenants: string[], day: string) {
    const list = quoteArray(tenants);
    const [totals, limits] = await Promise.all([
      readRows<Omit<Totals, "own"> & { tenantId: string }>(ask, {
        sql: totalsSql,
        parameters: { tenants: list, day, instance },
        settings: { output_format_json_named_tuples_as_objects: 1 },
      }),
      readRows<OwnLimits & { tenantId: string }>(ask, {
        sql: limitsSql,
        parameters: { tenants: list },
      }),
    ]);
    return { totals, limits };
  }

  async function read(tenants: string[], day: string) {
    const chunks = Array.from(
      { length: Math.ceil(tenants.length / chunkSize) },
      (_, i) => tenants.slice(i * chunkSize, (i + 1) * chunkSize),
    );
    const [alive, ...read] = await Promise.all([
      readRows<{ instance: string }>(ask, {
        sql: aliveSql,
        parameters: { aliveMs: String(aliveMs) },
      }),
      ...chunks.map((chunk) => readChunk(chunk, day)),
    ]);
    const living = new Set(alive.map((row) => row.instance));
    const totals = new Map<string, Totals>();
    for (const { tenantId, ...row } of read.flatMap((chunk) => chunk.totals)) {
      const holders = row.holders.filter((holder) => living.has(holder.instance));
      totals.set(tenantId, { ...row, holders, own: undefined });
    }
    for (const { tenantId, ...own } of read.flatMap((chunk) => chunk.limits)) {
      totals.set(tenantId, { ...none, ...totals.get(tenantId), own });
    }
    return { totals, instances: Math.max(1, living.size) };
  }

  return {
    write,
    read,
    setLimits: (tenantId, { dailyBytes, perSecond, ...own }) =>
      insert("tenant_budgets", "tenant_id, daily, monthly, daily_bytes, per_second", [
        { tenant_id: tenantId, ...own, daily_bytes: dailyBytes, per_second: perSecond },
      ]),
    async reset(tenantId, day, id) {
      await run(ask, {
        sql: resetSql,
        parameters: { tenantId: escapeString(tenantId), day, reset: id },
        settings: { insert_deduplicate: 0 },
      });
    },
  };
}
