import { createClickHouse, run } from "../../src/clickhouse/client.ts";
import { alternate, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

/** Users, each with a change of half an hour ago. */
const users = Number(Deno.env.get("BENCH_WAREHOUSE_USERS") ?? 1_000_000);
const changedUsers = users / 100;
const view = "warehouse_user_histories_refresh";

/** Loading the histories of one user in a hundred that have changed, against looking at all of them again. */
export async function benchWarehouse({ target }: Sides): Promise<Row> {
  const clickHouse = createClickHouse(target);
  const statement = (sql: string) => run(clickHouse, { sql, settings: { insert_deduplicate: 0 } });
  let changes = 0;

  async function change(count: number, everyNth: number, receivedAt: string): Promise<void> {
    changes++;
    await statement(
      `INSERT INTO ticketing_users (tenant_id, id, user_id, changed_at, name, country, segment, received_at, version)
      SELECT 'warehouse', 'c${changes}', concat('user_', toString(number * ${everyNth})),
        toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + INTERVAL ${changes} HOUR,
        concat('Name ', toString(number)), ['DE', 'FR', 'NO'][number % 3 + 1], concat('segment ${changes} ', toString(number % 5)),
        ${receivedAt}, 1
      FROM numbers(${count})`,
    );
  }

  async function load(): Promise<number> {
    const start = performance.now();
    await statement(`SYSTEM REFRESH VIEW ${view}`);
    await statement(`SYSTEM WAIT VIEW ${view}`);
    return performance.now() - start;
  }

  /** From when on a load looks at what came. */
  async function setWatermark(watermark: string): Promise<void> {
    await statement(`INSERT INTO etl_watermarks (view, watermark) SELECT '${view}', ${watermark}`);
  }

  await setWatermark("toDateTime64(0, 3)");
  await change(users, 1, "now64(3) - INTERVAL 30 MINUTE");
  const firstMs = await load();
  const measured = await alternate(
    async () => {
      // the same users each time: those of the last ten minutes are loaded
      await change(changedUsers, 100, "now64(3)");
      await setWatermark("now64(3)");
      return await load();
    },
    async () => {
      await setWatermark("toDateTime64(0, 3)");
      return await load();
    },
  );
  return {
    what: `histories of ${changedUsers.toLocaleString("en")} changed users of ${users.toLocaleString("en")}`,
    unit: "ms",
    ...measured,
    goal: { ratioAtMost: 0.5 },
    note: `the first load of all took ${Math.round(firstMs)} ms`,
  };
}
