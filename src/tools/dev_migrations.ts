import { type ClickHouseOptions, createClickHouse } from "../clickhouse/client.ts";
import { taskCommand } from "../hosts/deno/task_command.ts";
import { listMigrationFiles, listMigrations, objectOf, pendingText } from "../hosts/deno/list_migrations.ts";
import { migrationsRoot } from "../hosts/deno/migration_folders.ts";
import { writeWhole } from "../hosts/deno/write_whole.ts";
import { grantsPath, makeGrants } from "./grants.ts";
import { migrateUp } from "./migrate.ts";
import { hashOf, migrationHashes } from "./migration_hashes.ts";
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
    const note = await readNote(noteFile);
    const hashes = await migrationHashes(migrations.filter(isApplied));
    // what was applied is what counts, not what was edited since
    const said = { ...Object.fromEntries(hashes), ...only(note.said, hashes) };
    for (const [name, hash] of hashes) {
      if (said[name] !== hash) tell(name + hash, editedText(name));
    }
    const pending = migrations.filter((migration) => !isApplied(migration));
    const untouched = await findUntouched(pending);
    if (untouched) tell(untouched, untouchedText(pending.length, untouched));
    let done: string[] = [];
    if (pending.length && !untouched) {
      try {
        done = await migrateUp(target, named);
      } catch (error) {
        throw new Error(`${pendingText(pending.length)}: ${(error as Error).message}`);
      }
      say(`Migrations  ${done.length} applied`);
    }
    const now = done.length
      ? (await listMigrations(clickHouse, named)).filter(isApplied)
      : migrations.filter(isApplied);
    const rights = await takeRights(now.map(({ name }) => name), note.rights);
    await writeWhole(
      noteFile,
      JSON.stringify({ said: { ...Object.fromEntries(await migrationHashes(now)), ...said }, rights }),
    );
    return done.length;
  };

  function tell(what: string, text: string): void {
    if (!told.has(what)) say(text);
    told.add(what);
  }

  /** Has the rights be those of the tables; returns a hash of what they were made for, by which it is seen that nothing has changed. */
  async function takeRights(applied: string[], noted: string | undefined): Promise<string> {
    const file = await Deno.readTextFile(grantsPath);
    const hashWith = (text: string) => hashOf(new TextEncoder().encode([...applied, text].join("\n")));
    if (file === grants && await hashWith(file) === noted) return noted;
    // tables of other branches, or of optional folders, have no place in the file
    const objects = new Set((await listMigrationFiles()).map(({ name }) => objectOf(name)));
    const wanted = await makeGrants(clickHouse, (table) => objects.has(table));
    if (wanted !== file) {
      await writeWhole(grantsPath, wanted);
      say("Rights      of the tables written to deploy/clickhouse/users.d/sluice_grants.xml");
    }
    if (wanted !== grants) {
      const start = performance.now();
      await restart();
      grants = wanted;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      say(`ClickHouse  started again in ${seconds} s: it reads who may use which tables only then`);
    }
    return await hashWith(wanted);
  }
}

/** What one run of `dev` leaves for the next. */
interface Note {
  /** Hashes of the migrations' texts when they were applied, by name. */
  said: Record<string, string>;
  /** Hash of what the users' rights were made for. */
  rights?: string;
}

async function readNote(file: string): Promise<Note> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { said: {} };
  }
}

const isApplied = (migration: { isApplied: boolean }) => migration.isApplied;

async function findUntouched(migrations: { name: string }[]): Promise<string | undefined> {
  for (const { name } of migrations) {
    if (isUntouched(await Deno.readTextFile(`${migrationsRoot}/${name}.sql`))) return name;
  }
}

function untouchedText(pending: number, name: string): string {
  return `${pendingText(pending)}: write what migrations/${name}.sql is to make; saved, it is applied`;
}

function editedText(name: string): string {
  return `migrations/${name}.sql was edited after it was applied, and is not applied again: write another migration, or, if ` +
    `nobody else has it, take it and those after it back with \`${
      taskCommand("migrate down")
    }\`, and save it again`;
}

function only(said: Record<string, string>, names: Map<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(said).filter(([name]) => names.has(name)));
}
