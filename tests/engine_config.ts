import { copyFolder } from "./program.ts";
import { deployedConfig } from "../src/tools/engine/engine.ts";

const rights = {
  reader: "SELECT, dictGet",
  comparer: "SELECT, dictGet",
  operator: "SELECT, dictGet",
  writer: "SELECT, INSERT",
  ingest: "SELECT, INSERT",
};

/**
 * The repository's configuration of ClickHouse in a folder of its own, with rights for tables that tests make: those whose
 * names begin with `trial_`. The row policies are of the whole database and hold for them too.
 */
export async function writeTestConfig(folder: string): Promise<void> {
  await copyFolder(deployedConfig, folder);
  const users = Object.entries(rights).map(([user, rights]) =>
    `<sluice_${user}><grants><query of="tests">GRANT ${rights} ON sluice.trial_*</query></grants></sluice_${user}>`
  );
  await Deno.writeTextFile(
    `${folder}/users.d/tests.xml`,
    `<clickhouse><users>${users.join("")}</users></clickhouse>\n`,
  );
}
