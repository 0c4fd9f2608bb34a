import { type ClickHouseOptions, createClickHouse } from "../clickhouse/client.ts";
import { listMigrationFiles, listMigrations, objectOf, pendingText } from "../hosts/deno/list_migrations.ts";
import { migrationsRoot } from "../hosts/deno/migration_folders.ts";
import { writeWhole } from "../hosts/deno/write_whole.ts";
import { grantsPath, makeGrants } from "./grants.ts";
import { migrateUp } from "./migrate.ts";
import { isUntouched } from "./new_migration.ts";

/** What keeps the database of `dev` as its migrations say. */
export interface DevMigrationsOptions {
  target: ClickHouseOptions;
  /** Optional folders whose migrations are applied too. */
  named: string[];
  /** Where it notes what the applied migrations said. */
  noteFile: string;
  /** What the engine has read of its users' rights. */
  grants: string;
  /** Has the engine read them again. */
  restart: () => Promise<void>;
  say: (text: string) => void;
}

/**
 * Returns how to apply what is pending: a new table's rights are written, and the engine, which reads them once, is started
 * again. A migration that was edited after it was applied is told, and left as it is. Resolves to how many were applied;
 * throws with what dbmate says.
 */
export function createDevMigrations(options: DevMigrationsOptions): () => Promise<number> {
  const { target, named, noteFile, restart, say } = options;
  const clickHouse = createClickHouse(target);
  let grants = options.grants;
  const told = new Set<string>();

  return async () => {
    const migrations = await listMigrations(clickHouse, named);
    const applied = migrations.filter(({ isApplied }) => isApplied).map(({ name }) => name);
    const said = await readNote();
    const before = await readTexts(applied);
    for (const [name, hash] of before) {
      if (said[name] === undefined || said[name] === hash || told.has(name + hash)) continue;
      told.add(name + hash);
      say(
        `migrations/${name}.sql was edited after it was applied, and is not applied again: write another migration, or, if ` +
          "nobody else has it, take it and those after it back with `deno task migrate down`, and save it again",
      );
    }
    const pending = migrations.filter(({ isApplied }) => !isApplied);
    const untouched = await findUntouched(pending);
    if (untouched && !told.has(untouched)) say(untouchedText(pending.length, untouched));
    if (untouched) told.add(untouched);
    let done: string[] = [];
    if (pending.length && !untouched) {
      try {
        done = await migrateUp(target, named);
      } catch (error) {
        throw new Error(`${pendingText(pending.length)}: ${(error as Error).message}`);
      }
      say(`Migrations  ${done.length} applied`);
    }
    const now = (await listMigrations(clickHouse, named)).filter(({ isApplied }) => isApplied);
    const notes = await readTexts(now.map(({ name }) => name));
    // what was applied is what counts, not what was edited since
    await writeWhole(noteFile, JSON.stringify({ ...Object.fromEntries(notes), ...only(said, before) }));
    await takeGrants();
    return done.length;
  };

  async function takeGrants(): Promise<void> {
    // tables of other branches, or of optional folders, have no place in the file
    const objects = new Set((await listMigrationFiles()).map(({ name }) => objectOf(name)));
    const wanted = await makeGrants(clickHouse, (table) => objects.has(table));
    if (wanted !== await Deno.readTextFile(grantsPath)) {
      await writeWhole(grantsPath, wanted);
      say("Rights      of the tables written to deploy/clickhouse/users.d/sluice_grants.xml");
    }
    if (wanted === grants) return;
    const start = performance.now();
    await restart();
    grants = wanted;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`ClickHouse  started again in ${seconds} s: it reads who may use which tables only then`);
  }

  async function readNote(): Promise<Record<string, string>> {
    try {
      return JSON.parse(await Deno.readTextFile(noteFile));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return {};
    }
  }
}

async function findUntouched(migrations: { name: string }[]): Promise<string | undefined> {
  for (const { name } of migrations) {
    if (isUntouched(await Deno.readTextFile(`${migrationsRoot}/${name}.sql`))) return name;
  }
}

function untouchedText(pending: number, name: string): string {
  return `${pendingText(pending)}: write what migrations/${name}.sql is to make; saved, it is applied`;
}

function only(said: Record<string, string>, names: Map<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(said).filter(([name]) => names.has(name)));
}

/** A hash of each of these migrations. */
async function readTexts(names: string[]): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(names.map(async (name) => {
      const bytes = await Deno.readFile(`${migrationsRoot}/${name}.sql`);
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      return [name, new Uint8Array(digest).toHex()] as const;
    })),
  );
}
