import { fileURLToPath } from "node:url";
import { type ClickHouseOptions, createClickHouse } from "../../clickhouse/client.ts";
import { listMigrationFiles, listMigrations } from "../../hosts/deno/list_migrations.ts";
import { optionalMigrations } from "../../base/variables/optional_migrations.ts";
import { newMigration } from "../new_migration.ts";
import { newVersions } from "../new_versions.ts";
import { dbmate } from "../migrate.ts";
import { ownerOptions } from "../../hosts/clickhouse_options.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { devConfig, withDevDatabase } from "../dev_engine.ts";
import { writeSchema } from "../write_schema.ts";

const usage = [
  ["up", "apply what is pending"],
  ["down", "take back the newest migration"],
  ["status", "list applied and pending migrations"],
  ["new FOLDER/OBJECT", "make an empty migration"],
  ["dump", "write sql/schema.sql and what ClickHouse's users may read"],
].map(([command, does]) => `${taskCommand(`migrate ${command.padEnd(17)}`)}  ${does}`).join("\n");
const root = fileURLToPath(new URL("../../..", import.meta.url));

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text.trimEnd());

async function main([command, argument]: string[]): Promise<number> {
  switch (command) {
    case "status":
      say(await withDevDatabase(status, ownerOptions));
      return 0;
    case "up":
    case "down":
      say(
        await withDevDatabase(
          (target) => dbmate(target, [command], ["--no-dump-schema"], devConfig().MIGRATIONS),
          ownerOptions,
        ),
      );
      return 0;
    case "new":
      return await create(argument ?? "");
    case "dump":
      await writeSchema();
      say("Wrote sql/schema.sql and deploy/clickhouse/users.d/sluice_grants.xml");
      return 0;
    default:
      say(usage);
      return 2;
  }
}

async function status(target: ClickHouseOptions): Promise<string> {
  const migrations = await listMigrations(createClickHouse(target), devConfig().MIGRATIONS);
  const applied = migrations.filter(({ isApplied }) => isApplied).length;
  const lines = migrations.map(({ name, isApplied }) => `[${isApplied ? "X" : " "}] ${name}`);
  return [...lines, "", `Applied: ${applied}`, `Pending: ${migrations.length - applied}`].join("\n");
}

async function create(name: string): Promise<number> {
  const [, folder, object] = /^((?:[a-z][a-z0-9_]*\/)*[a-z][a-z0-9_]*)\/([a-z][a-z0-9_]*)$/.exec(name) ?? [];
  if (!folder) {
    say(`Name the migration FOLDER/OBJECT, such as csr/scores/csr_scores, not "${name}"`);
    return 2;
  }
  const version = newVersions(await listMigrationFiles(optionalMigrations))(0);
  const path = `migrations/${folder}/${version}_${object}.sql`;
  await Deno.mkdir(`${root}migrations/${folder}`, { recursive: true });
  await Deno.writeTextFile(root + path, newMigration(object), { createNew: true });
  say(`Wrote ${path}`);
  return 0;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  say((error as Error).message);
  Deno.exit(1);
}
