import assert from "node:assert/strict";
import { type ClickHouse, createClickHouse, run } from "../clickhouse/client.ts";
import { startEngine } from "../tools/engine/engine.ts";
import { loadCatalog } from "./catalog.ts";
import { createInspectionMemory, type InspectionMemory, type MemoryStore } from "./inspection_memory.ts";
import type { QueryFile } from "./query.ts";

/**
 * A database of an engine of its own, since SQL functions of other tests are definitions too, and which kinds of
 * statement it was asked.
 */
async function withDatabase(
  test: (
    database: { clickHouse: ClickHouse; asked: string[]; change(sql: string): Promise<void> },
  ) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const engine = await startEngine({ dataDir, password: "of the memory's tests" });
  try {
    await run(createClickHouse({ ...engine, database: "default" }), { sql: "CREATE DATABASE trial" });
    const owner = createClickHouse({ ...engine, database: "trial" });
    const asked: string[] = [];
    const clickHouse: ClickHouse = (statement) => {
      const [, what] = /^(EXPLAIN AST|EXPLAIN QUERY TREE|DESCRIBE)/.exec(statement.sql) ?? [];
      if (what) asked.push(what);
      return owner(statement);
    };
    await test({ clickHouse, asked, change: async (sql) => void await run(owner, { sql }) });
  } finally {
    await engine.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** A store that lies in this process. */
function createStore(): MemoryStore & { texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    read: (fingerprint) => Promise.resolve(texts.get(fingerprint)),
    write: (fingerprint, text) => Promise.resolve(void texts.set(fingerprint, text)),
  };
}

const all = ["DESCRIBE", "EXPLAIN AST", "EXPLAIN QUERY TREE"];

/** Loads the files, with one user for all. */
async function load(files: QueryFile[], clickHouse: ClickHouse, memory: InspectionMemory) {
  return await loadCatalog(files, { reader: clickHouse, operator: clickHouse }, memory);
}

function fileOf(name: string, sql: string): QueryFile {
  return { path: `sql/trial/${name}.sql`, text: `/*---\nsummary: Trial\ntenant: none\n---*/\n${sql}\n` };
}

Deno.test("a second load asks the engine of the changed file only", async () => {
  await withDatabase(async ({ clickHouse, asked, change }) => {
    await change("CREATE TABLE things (tenant_id String, n UInt8) ENGINE = MergeTree ORDER BY n");
    const memory = createInspectionMemory();
    const one = fileOf("one", "SELECT n FROM things");
    await load([one, fileOf("two", "SELECT n AS m FROM things")], clickHouse, memory);
    assert.deepEqual(asked.splice(0).sort(), [...all, ...all].sort());

    const two = fileOf("two", "SELECT n + 1 AS m FROM things");
    const { catalog, errors } = await load([one, two], clickHouse, memory);
    assert.deepEqual(asked.splice(0).sort(), all);
    assert.deepEqual(errors, []);
    assert.deepEqual(catalog.get("trial/two")?.tables, ["trial.things"]);
    assert.deepEqual(catalog.get("trial/two")?.columns.map(({ name }) => name), ["m"]);
  });
});

Deno.test("what was kept by a store needs no question at the next start", async () => {
  await withDatabase(async ({ clickHouse, asked, change }) => {
    await change("CREATE TABLE things (tenant_id String, n UInt8) ENGINE = MergeTree ORDER BY n");
    const store = createStore();
    const files = [fileOf("one", "SELECT n FROM things")];
    const first = await load(files, clickHouse, createInspectionMemory(store));
    asked.length = 0;
    const { catalog } = await load(files, clickHouse, createInspectionMemory(store));
    assert.deepEqual(asked, []);
    const { columns, tables } = catalog.get("trial/one")!;
    assert.deepEqual(columns, first.catalog.get("trial/one")?.columns);
    assert.deepEqual(tables, ["trial.things"]);
  });
});

Deno.test("what was kept of other files, and under other definitions, stays kept", async () => {
  await withDatabase(async ({ clickHouse, asked, change }) => {
    const store = createStore();
    const [one, two] = [fileOf("one", "SELECT 1 AS n"), fileOf("two", "SELECT 2 AS n")];
    await load([one], clickHouse, createInspectionMemory(store));
    await load([two], clickHouse, createInspectionMemory(store));
    await change("CREATE TABLE things (n UInt8) ENGINE = MergeTree ORDER BY n");
    await load([one], clickHouse, createInspectionMemory(store));
    await change("DROP TABLE things");
    asked.length = 0;
    await load([one, two], clickHouse, createInspectionMemory(store));
    assert.deepEqual(asked, []);
  });
});

Deno.test("a store that was cut off counts as empty", async () => {
  await withDatabase(async ({ clickHouse, asked }) => {
    const store = createStore();
    const files = [fileOf("one", "SELECT 1 AS n")];
    await load(files, clickHouse, createInspectionMemory(store));
    for (const [fingerprint, text] of store.texts) store.texts.set(fingerprint, text.slice(0, -10));
    asked.length = 0;
    const { errors } = await load(files, clickHouse, createInspectionMemory(store));
    assert.deepEqual(errors, []);
    assert.deepEqual(asked.sort(), all);
  });
});

Deno.test("an SQL function that begins to read the clock is seen, whatever was kept", async () => {
  await withDatabase(async ({ clickHouse, change }) => {
    const store = createStore();
    const files = [fileOf("one", "SELECT shifted(1) AS n")];
    await change("CREATE FUNCTION shifted AS x -> x");
    const before = await load(files, clickHouse, createInspectionMemory(store));
    assert.deepEqual(before.errors, []);
    await change("CREATE OR REPLACE FUNCTION shifted AS x -> toUnixTimestamp(now()) + x");
    const after = await load(files, clickHouse, createInspectionMemory(store));
    assert.match(after.errors.join(), /A query may not call now\(\)/);
  });
});

Deno.test("what was asked while the definitions changed is not kept", async () => {
  await withDatabase(async ({ clickHouse, change }) => {
    await change("CREATE TABLE things (n UInt8) ENGINE = MergeTree ORDER BY n");
    const store = createStore();
    const amid: ClickHouse = async (statement) => {
      const response = await clickHouse(statement);
      if (statement.sql.startsWith("DESCRIBE")) {
        await change("ALTER TABLE things ADD COLUMN tenant_id String");
      }
      return response;
    };
    await load([fileOf("one", "SELECT n FROM things")], amid, createInspectionMemory(store));
    assert.equal(store.texts.size, 0);
  });
});
