import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../../src/clickhouse/client.ts";
import { startEngine } from "../../src/tools/engine/engine.ts";
import { keepEngine } from "../../src/tools/engine/kept_engine.ts";
import { migrateUp } from "../../src/tools/migrate.ts";
import { copyMigratedTables } from "../../src/tools/migrated_tables.ts";
import { createGateway, newTenant } from "../gateway.ts";
import { temporaryFolder } from "../program.ts";
import { open } from "./world.ts";

Deno.test("Streams outlive a restart of the engine, and a log whose numbers begin again is told", async (t) => {
  await using folder = await temporaryFolder();
  const password = crypto.randomUUID();
  await copyMigratedTables(folder.path);
  const kept = await keepEngine((ports) => startEngine({ dataDir: folder.path, password, ...ports }));
  try {
    const target = { ...kept.engine, database: "sluice" };
    await migrateUp(target);
    const owner = createClickHouse(target);
    const tenant = newTenant();
    const emit = (n: number) =>
      run(owner, {
        sql:
          `INSERT INTO live_events (tenant_id, type, data) VALUES ('${tenant}', 'metric_updated', '{"n": ${n}}')`,
        settings: { deduplicate_insert: "disable" },
      });
    const gateway = await createGateway({ files: [], target });
    const stream = await open(gateway, tenant);
    await stream.until("position");
    await emit(1);
    assert.deepEqual((await stream.event()).data.data, { n: 1 });

    await t.step(
      "what happens after the restart comes to the stream that was open",
      async () => {
        await kept.restart();
        await emit(2);
        await emit(3);
        const got = [(await stream.event()).data.data, (await stream.event()).data.data];
        assert.deepEqual(got, [{ n: 2 }, { n: 3 }]);
      },
    );

    await t.step(
      "emptied and started again, its numbers are given a second time: reset, and not the wrong rows",
      async () => {
        const id = stream.lastId()!;
        await stream.close();
        gateway.streams.stop();
        await run(owner, { sql: "TRUNCATE TABLE live_events" });
        await kept.restart();
        for (let n = 10; n < 20; n++) await emit(n);
        const [{ number }] = await readRows<{ number: number }>(owner, {
          sql: "SELECT min(_block_number) AS number FROM live_events",
        });
        assert.equal(number, 1);
        const again = await open(gateway, tenant, "", { "last-event-id": id });
        assert.equal((await again.until("reset")).data.reason, "log-recreated");
        await emit(20);
        assert.deepEqual((await again.event()).data.data, { n: 20 });
        await again.close();
        gateway.streams.stop();
      },
    );
  } finally {
    await kept.stop();
  }
});
