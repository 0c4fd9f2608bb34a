import { cp } from "node:fs/promises";
import { listMigrationFiles } from "../hosts/deno/list_migrations.ts";
import { startEngine } from "./engine/engine.ts";
import { enginePackage } from "./engine/platform.ts";
import { migrateUp } from "./migrate.ts";
import { migrationHashes } from "./migration_hashes.ts";

/** The data folder of an engine that was stopped when it had these migrations. */
export interface Kept {
  folder: string;
  /** Hashes of the migrations' texts, by name. */
  migrations: Record<string, string>;
}

/** A copy that lacks more migrations than this is made again. */
const maxMissing = 20;
/** The oldest ones go. */
const maxKept = 4;

/**
 * Fills the data folder of an engine that is to be started with tables that are migrated already, of the migrations that are always
 * applied: `migrateUp`, which takes seconds of a core, has little to do then, or nothing. They are kept in the user's cache. The
 * folder stays empty when that cannot be had.
 */
export async function copyMigratedTables(dataDir: string): Promise<void> {
  try {
    const cache = cacheFolder();
    if (cache === undefined) return;
    const wanted = await migrationHashes(await listMigrationFiles());
    const kept = bestOf(await listKept(cache), wanted) ?? await make(cache, wanted);
    await cp(`${kept}/data`, dataDir, { recursive: true });
  } catch {
    // another process may have taken it away meanwhile, or the disk is full; migrations that fail will tell so again
    await Deno.remove(dataDir, { recursive: true }).catch(() => {});
  }
}

/** Tables of another version of the engine are none of ours. */
function cacheFolder(): string | undefined {
  const home = Deno.env.get("HOME");
  const caches = Deno.env.get("XDG_CACHE_HOME") || (home && `${home}/.cache`);
  return caches && `${caches}/sluice/tables/${enginePackage().replaceAll(/[^\w.-]/g, "_")}`;
}

async function listKept(cache: string): Promise<Kept[]> {
  const found: Kept[] = [];
  await Deno.mkdir(cache, { recursive: true });
  for await (const { name } of Deno.readDir(cache)) {
    const folder = `${cache}/${name}`;
    const text = await Deno.readTextFile(`${folder}/migrations.json`).catch(() => undefined);
    if (text !== undefined) found.push({ folder, migrations: JSON.parse(text) });
  }
  return found;
}

/** The folder of those that has the most of the migrations, and none besides. */
export function bestOf(kept: Kept[], wanted: Map<string, string>): string | undefined {
  const fitting = kept.map(({ folder, migrations }) => ({ folder, said: Object.entries(migrations) })).filter(
    (
      { said },
    ) => said.length >= wanted.size - maxMissing && said.every(([name, hash]) => wanted.get(name) === hash),
  );
  return fitting.toSorted((a, b) => b.said.length - a.said.length)[0]?.folder;
}

/** Has an engine migrate empty tables, and keeps them. */
async function make(cache: string, wanted: Map<string, string>): Promise<string> {
  const unfinished = await Deno.makeTempDir({ dir: cache, prefix: "unfinished-" });
  try {
    const engine = await startEngine({ dataDir: `${unfinished}/data`, password: crypto.randomUUID() });
    try {
      await migrateUp({ ...engine, database: "sluice" });
    } finally {
      await engine.stop();
    }
    await Deno.writeTextFile(`${unfinished}/migrations.json`, JSON.stringify(Object.fromEntries(wanted)));
    const folder = `${cache}/${Date.now()}-${crypto.randomUUID()}`;
    await Deno.rename(unfinished, folder);
    await removeOldest(cache);
    return folder;
  } catch (error) {
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    throw error;
  }
}

async function removeOldest(cache: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(cache), ({ name }) => name)).filter((name) =>
    /^\d/.test(name)
  );
  for (const name of names.toSorted().slice(0, -maxKept)) {
    await Deno.remove(`${cache}/${name}`, { recursive: true });
  }
}
