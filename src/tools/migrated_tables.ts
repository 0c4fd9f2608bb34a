import { cp } from "node:fs/promises";
import { listMigrationFiles } from "../hosts/deno/list_migrations.ts";
import { type ClickHouse, createClickHouse, run } from "../clickhouse/client.ts";
import { deployedConfig, startEngine } from "./engine/engine.ts";
import { enginePackage } from "./engine/platform.ts";
import { migrateUp } from "./migrate.ts";
import { hashOf, migrationHashes } from "./migration_hashes.ts";
import { userCache } from "./user_cache.ts";

/** The data folder of an engine that was stopped when it had some migrations. */
export interface Kept {
  folder: string;
  /** Hashes of the texts that the tables were made with, by name: migrations, and the server's configuration. */
  hashes: Record<string, string>;
}

/** A copy that lacks more than this is made again. */
const maxMissing = 20;
/** The oldest ones go. */
const maxKept = 4;
/** What was not finished within so long was left by a task that was killed. */
const abandonedMs = 3_600_000;

/**
 * Fills the data folder of an engine that is to be started with tables that are migrated already, of the migrations that are always
 * applied: `migrateUp`, which takes seconds of a core, has little to do then, or nothing. They are kept in the user's cache. A
 * folder that holds something stays as it is, and so does any when tables cannot be had.
 */
export async function copyMigratedTables(dataDir: string): Promise<void> {
  const copy = `${dataDir}.copy`;
  try {
    const cache = cacheFolder();
    if (cache === undefined) return;
    const wanted = await wantedHashes();
    const kept = bestOf(await listKept(cache), wanted) ?? await make(cache, wanted);
    await cp(`${kept}/data`, copy, { recursive: true });
    await Deno.rename(copy, dataDir);
  } catch {
    // another process may have taken it away meanwhile, or the disk is full; a migration that fails will tell
    await Deno.remove(copy, { recursive: true }).catch(() => {});
  }
}

async function wantedHashes(): Promise<Map<string, string>> {
  const hashes = await migrationHashes(await listMigrationFiles());
  const files = ["config.xml"];
  for await (const { name } of Deno.readDir(`${deployedConfig}/config.d`)) files.push(`config.d/${name}`);
  for (const file of files) hashes.set(file, await hashOf(await Deno.readFile(`${deployedConfig}/${file}`)));
  return hashes;
}

/** Tables of another version of the engine are none of ours. */
function cacheFolder(): string | undefined {
  const cache = userCache();
  return cache && `${cache}/tables/${enginePackage().replaceAll(/[^\w.-]/g, "_")}`;
}

async function listKept(cache: string): Promise<Kept[]> {
  const found: Kept[] = [];
  await Deno.mkdir(cache, { recursive: true });
  for await (const { name } of Deno.readDir(cache)) {
    const folder = `${cache}/${name}`;
    try {
      if (isFinished(name)) {
        found.push({ folder, hashes: JSON.parse(await Deno.readTextFile(`${folder}/hashes.json`)) });
      }
    } catch {
      // its machine has crashed, or another process takes it away now
    }
  }
  return found;
}

/** The folder of those that have the most of what is wanted, and nothing besides. */
export function bestOf(kept: Kept[], wanted: Map<string, string>): string | undefined {
  const fitting = kept
    .map(({ folder, hashes }) => ({ folder, made: Object.entries(hashes) }))
    .filter(({ made }) => made.length >= wanted.size - maxMissing)
    .filter(({ made }) => made.every(([name, hash]) => wanted.get(name) === hash));
  return fitting.toSorted((a, b) => b.made.length - a.made.length)[0]?.folder;
}

/** Has an engine migrate empty tables, and keeps them. Throws when a migration fails, or is edited meanwhile. */
async function make(cache: string, wanted: Map<string, string>): Promise<string> {
  const unfinished = await Deno.makeTempDir({ dir: cache, prefix: "unfinished-" });
  try {
    const engine = await startEngine({ dataDir: `${unfinished}/data`, password: crypto.randomUUID() });
    try {
      const target = { ...engine, database: "sluice" };
      await migrateUp(target);
      await joinVersions(createClickHouse(target));
    } finally {
      await engine.stop();
    }
    const text = textOf(wanted);
    if (textOf(await wantedHashes()) !== text) throw new Error("A migration was edited while it was applied");
    await Deno.writeTextFile(`${unfinished}/hashes.json`, text);
    const folder = `${cache}/${Date.now()}-${crypto.randomUUID()}`;
    await Deno.rename(unfinished, folder);
    await removeOld(cache);
    return folder;
  } catch (error) {
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    throw error;
  }
}

/** Has the versions of all migrations, each inserted by itself, in one part: ten files in place of thousands that each copy takes along. */
async function joinVersions(owner: ClickHouse): Promise<void> {
  for (
    const sql of [
      "CREATE TABLE joined_versions AS schema_migrations",
      "INSERT INTO joined_versions SELECT * FROM schema_migrations FINAL",
      "EXCHANGE TABLES joined_versions AND schema_migrations",
      "DROP TABLE joined_versions SYNC",
    ]
  ) await run(owner, { sql });
}

function textOf(hashes: Map<string, string>): string {
  return JSON.stringify(Object.fromEntries([...hashes].toSorted()));
}

/** Whether a folder's name, which begins with the time, is that of tables that are whole. */
function isFinished(name: string): boolean {
  return /^\d/.test(name);
}

async function removeOld(cache: string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(cache), ({ name }) => name);
  const old = names.filter(isFinished).toSorted().slice(0, -maxKept);
  for (const name of names.filter((name) => !isFinished(name))) {
    const { mtime } = await Deno.stat(`${cache}/${name}`);
    if (Date.now() - (mtime?.getTime() ?? 0) > abandonedMs) old.push(name);
  }
  for (const name of old) await Deno.remove(`${cache}/${name}`, { recursive: true });
}
