import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { dumpSchema } from "../src/tools/dump_schema.ts";
import { startEngine } from "../src/tools/engine/engine.ts";
import { dbmate, migrateUp } from "../src/tools/migrate.ts";
import { startPostgres } from "../src/tools/postgres/postgres.ts";
import { prepareSource, sourceVariables } from "../src/tools/postgres/source.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { temporaryFolder, waitFor } from "./program.ts";

Deno.test("all migrations go up, come down one by one until nothing is left, and go up again to the same schema", async (t) => {
  await using folder = await temporaryFolder();
  // the views of the folder `postgres` are made from the columns that they find there
  const source = await startPostgres({ folder: `${folder.path}/postgres` });
  await prepareSource(source, false);
  const engine = await startEngine({
    dataDir: `${folder.path}/clickhouse`,
    password: crypto.randomUUID(),
    env: sourceVariables(source),
  });
  const target = { ...engine, database: "sluice" };
  const rows = <Row>(sql: string) => readRows<Row>(createClickHouse(target), { sql });
  const functions = () =>
    rows<{ name: string; create_query: string }>(
      "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined' ORDER BY name",
    );
  try {
    const always = await migrateUp(target);

    await t.step("sql/schema.sql is what they make", async () => {
      assert.equal(
        await dumpSchema(target),
        await Deno.readTextFile(`${root}sql/schema.sql`),
        "Run `deno task migrate dump`",
      );
    });

    const optional = await migrateUp(target, ["postgres"]);
    const schema = await dumpSchema(target);
    const itsFunctions = await functions();

    await t.step("a view is named for what it fills, and by what: inserts or a schedule", async () => {
      const views = await rows<{ name: string; target: string; suffix: string }>(`
        SELECT
            name,
            extract(create_table_query, ' TO \\\\w+\\\\.(\\\\w+)') AS target,
            if(name IN (SELECT view FROM system.view_refreshes), 'refresh', 'mv') AS suffix
        FROM system.tables
        WHERE database = 'sluice' AND engine = 'MaterializedView'`);
      assert.notEqual(views.length, 0);
      for (const { name, target, suffix } of views) {
        assert.match(name, new RegExp(`^${target}(_\\w+)?_${suffix}$`), `${name} fills ${target}`);
      }
    });

    await t.step("taken down, nothing is left", async () => {
      for (const _ of [...always, ...optional]) {
        await dbmate(target, ["down"], ["--no-dump-schema"], ["postgres"]);
      }
      assert.deepEqual(await functions(), []);
      // one that a view was writing goes when the view has stopped
      await waitFor("only dbmate's own table is there", async () => {
        const tables = await rows<{ name: string }>(
          "SELECT name FROM system.tables WHERE database = 'sluice'",
        );
        return tables.length === 1 && tables[0].name === "schema_migrations";
      });
    });

    await t.step("applied again, all is as it was", async () => {
      const again = await migrateUp(target, ["postgres"]);
      assert.deepEqual(again.toSorted(), [...always, ...optional].toSorted());
      assert.equal(await dumpSchema(target), schema);
      assert.deepEqual(await functions(), itsFunctions);
    });
  } finally {
    await engine.stop();
    await source.stop();
  }
});
