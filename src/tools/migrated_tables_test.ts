import assert from "node:assert/strict";
import { createClickHouse } from "../clickhouse/client.ts";
import { listMigrations } from "../hosts/deno/list_migrations.ts";
import { startEngine } from "./engine/engine.ts";
import { bestOf, copyMigratedTables } from "./migrated_tables.ts";

const wanted = new Map(Array.from({ length: 30 }, (_, i) => [`a/${i}`, `hash ${i}`]));
const first = (count: number) => Object.fromEntries([...wanted].slice(0, count));

Deno.test("an engine over copied tables has each migration that is always applied", async () => {
  const dataDir = await Deno.makeTempDir();
  await copyMigratedTables(dataDir);
  const engine = await startEngine({ dataDir, password: crypto.randomUUID() });
  try {
    const migrations = await listMigrations(createClickHouse({ ...engine, database: "sluice" }));
    assert.deepEqual(migrations.filter(({ isApplied }) => !isApplied), []);
    assert.ok(migrations.length > 100);
  } finally {
    await engine.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a folder that holds something stays as it is", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dataDir}/mine`, "kept");
    await copyMigratedTables(dataDir);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(dataDir), ({ name }) => name), ["mine"]);
    await assert.rejects(Deno.stat(`${dataDir}.copy`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("of the kept tables those are taken that have the most migrations", () => {
  const kept = [
    { folder: "few", hashes: first(12) },
    { folder: "most", hashes: first(29) },
    { folder: "more", hashes: first(20) },
  ];
  assert.equal(bestOf(kept, wanted), "most");
});

Deno.test("tables of a migration that said something else, or is gone, are not taken", () => {
  assert.equal(
    bestOf([{ folder: "edited", hashes: { ...first(30), "a/3": "other" } }], wanted),
    undefined,
  );
  assert.equal(bestOf([{ folder: "gone", hashes: { ...first(30), "b/1": "hash" } }], wanted), undefined);
});

Deno.test("tables that lack many migrations are made again", () => {
  assert.equal(bestOf([{ folder: "old", hashes: first(9) }], wanted), undefined);
  assert.equal(bestOf([{ folder: "good", hashes: first(10) }], wanted), "good");
});
