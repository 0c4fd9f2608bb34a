import assert from "node:assert/strict";
import { type ClickHouse, createClickHouse, run } from "../clickhouse/client.ts";
import { startEngine } from "../tools/engine/engine.ts";
import { type Catalog, loadCatalog } from "./catalog.ts";
import { isPreparedFor, prepareCatalog, type PreparedCatalog, reviveCatalog } from "./prepared.ts";
import type { QueryFile } from "./query.ts";

const files: QueryFile[] = [
  fileOf(
    "list",
    "page: { size: 10, max: 100 }",
    "SELECT id, seen FROM things_view WHERE tenant_id = {tenantId:String} ORDER BY id, seen",
  ),
  fileOf(
    "one",
    "params:\n  since: { format: date-or-date-time, example: '2026-03-01' }\nreturns: object\ncache: { ttl: 1h, stale: 1m }",
    "SELECT twice(count()) AS count FROM things WHERE tenant_id = {tenantId:String} AND toString(seen) >= {since:String}",
  ),
  fileOf(
    "put",
    "method: PUT\nscope: cohorts:write\ninto: things\nreturns: none\npath: trial/{id}",
    "SELECT {id:UInt64} AS id, {now:DateTime64(3, 'UTC')} AS seen",
  ),
];

function fileOf(name: string, frontMatter: string, sql: string): QueryFile {
  return { path: `sql/trial/${name}.sql`, text: `/*---\nsummary: Trial\n${frontMatter}\n---*/\n${sql}\n` };
}

/** A database of an engine of its own, with a table, a view and a function. */
async function withDatabase(
  test: (owner: ClickHouse, change: (sql: string) => Promise<void>) => Promise<void>,
) {
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const engine = await startEngine({ dataDir, password: "of the bundle's tests" });
  try {
    await run(createClickHouse({ ...engine, database: "default" }), { sql: "CREATE DATABASE trial" });
    const owner = createClickHouse({ ...engine, database: "trial" });
    const change = async (sql: string) => void await run(owner, { sql });
    await change(
      `CREATE TABLE things (tenant_id String, id UInt64, seen DateTime64(3, 'UTC'))
      ENGINE = MergeTree ORDER BY tenant_id COMMENT 'writers: trial'`,
    );
    await change("CREATE VIEW things_view AS SELECT * FROM things");
    await change("CREATE FUNCTION twice AS (x) -> 2 * x");
    await test(owner, change);
  } finally {
    await engine.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** All that a catalog tells, functions aside. */
const told = (catalog: Catalog) => JSON.parse(JSON.stringify([...catalog]));

Deno.test("what was prepared is, as JSON and without an engine, what an engine would say again", async () => {
  await withDatabase(async (owner) => {
    const roles = { reader: owner, operator: owner, ingester: owner };
    const { prepared, errors } = await prepareCatalog(files, roles);
    assert.deepEqual(errors, []);
    const revived = reviveCatalog(JSON.parse(JSON.stringify(prepared)), files);
    const { catalog } = await loadCatalog(files, roles);
    assert.deepEqual(told(revived), told(catalog));
    assert.match(revived.get("trial/put")!.sql, /^INSERT INTO things \(tenant_id, /);
    const [since] = revived.get("trial/one")!.parameters;
    assert.equal(since.bind("2026-03-01"), catalog.get("trial/one")!.parameters[0].bind("2026-03-01"));
    assert.throws(() => since.bind("yesterday"));
  });
});

Deno.test("a catalog is prepared for a database until one of its definitions changes, whatever else is made", async () => {
  await withDatabase(async (owner, change) => {
    const roles = { reader: owner, operator: owner, ingester: owner };
    const { prepared } = await prepareCatalog(files, roles);
    const isPrepared = () => isPreparedFor(owner, prepared as PreparedCatalog);
    assert.ok(await isPrepared());
    await change("CREATE TABLE others (tenant_id String) ENGINE = MergeTree ORDER BY tenant_id");
    await change("CREATE FUNCTION thrice AS (x) -> 3 * x");
    await change("INSERT INTO things VALUES ('a', 1, 1)");
    assert.ok(await isPrepared());

    const changes: [change: string, back: string][] = [
      ["ALTER TABLE things ADD COLUMN more String", "ALTER TABLE things DROP COLUMN more"],
      [
        "ALTER TABLE things MODIFY COMMENT 'writers: others'",
        "ALTER TABLE things MODIFY COMMENT 'writers: trial'",
      ],
      [
        "CREATE OR REPLACE VIEW things_view AS SELECT * FROM things WHERE id > 0",
        "CREATE OR REPLACE VIEW things_view AS SELECT * FROM things",
      ],
      [
        "CREATE OR REPLACE FUNCTION twice AS (x) -> x + x",
        "CREATE OR REPLACE FUNCTION twice AS (x) -> 2 * x",
      ],
      ["RENAME TABLE things_view TO gone", "RENAME TABLE gone TO things_view"],
    ];
    for (const [there, back] of changes) {
      await change(there);
      assert.ok(!await isPrepared(), there);
      await change(back);
      assert.ok(await isPrepared(), back);
    }
  });
});
