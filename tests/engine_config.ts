import { createHash } from "node:crypto";
import { biUserFile } from "../src/isolation/bi_user.ts";
import { deployedConfig } from "../src/tools/engine/engine.ts";
import { copyFolder } from "./program.ts";

/** Users of BI tools in the tests' engine; one has a name that SQL and XML would take for their own. */
export const biUsers = [
  { name: "bi_one", tenantId: "bi tenant one" },
  { name: "bi_odd", tenantId: "o'dd\\ <tenant> & ]]>" },
];

/** Password of these users. */
export const biPassword = "of a BI tool in the tests";

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
  for (const user of biUsers) {
    const passwordHash = createHash("sha256").update(biPassword).digest("hex");
    await Deno.writeTextFile(`${folder}/users.d/${user.name}.xml`, biUserFile({ ...user, passwordHash }));
  }
  await Deno.writeTextFile(
    `${folder}/users.d/tests.xml`,
    `<clickhouse><users>${users.join("")}</users></clickhouse>\n`,
  );
}
