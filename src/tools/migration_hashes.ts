import { migrationsRoot } from "../hosts/deno/migration_folders.ts";

/** Hashes of the migrations' texts, by name, such as `csr/scores/20261101120600_csr_scores`. */
export async function migrationHashes(migrations: { name: string }[]): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(
      migrations.map(async ({ name }) =>
        [name, await hashOf(await Deno.readFile(`${migrationsRoot}/${name}.sql`))] as const
      ),
    ),
  );
}

/** SHA-256 in hexadecimal. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
