import { fileURLToPath } from "node:url";
import { root } from "../../hosts/deno/sql_files.ts";
import { connectPostgres, type Postgres } from "./postgres.ts";

/** Makes the reference tables in an empty Postgres, with sample rows unless told otherwise; notifications in any. */
export async function prepareSource(source: Postgres, hasSample = true): Promise<void> {
  const client = connectPostgres(source);
  const script = (name: string) => Deno.readTextFile(`${root}deploy/postgres/${name}.sql`);
  try {
    const [{ exists }] = await client`SELECT to_regnamespace('sluice') IS NOT NULL AS exists`;
    if (!exists) {
      const [schema, sample] = [await script("schema"), hasSample ? await script("sample") : ""];
      const password = source.password.replaceAll("'", "''");
      // statements without parameters go as one, in one transaction
      await client.unsafe(`BEGIN; ${schema}; ALTER ROLE sluice PASSWORD '${password}'; ${sample}; COMMIT`);
    }
    await client.unsafe(await script("notify"));
  } finally {
    await client.end();
  }
}

/**
 * The variables by which the engine's named collection finds a source, and its connections what ends them when they are dead;
 * the role may read its views alone.
 */
export function sourceVariables({ host, port, password, database }: Postgres): Record<string, string> {
  return {
    SLUICE_POSTGRES_HOST: host,
    SLUICE_POSTGRES_PORT: String(port),
    SLUICE_POSTGRES_USER: "sluice",
    SLUICE_POSTGRES_PASSWORD: password,
    SLUICE_POSTGRES_DATABASE: database,
    PGSERVICE: "sluice",
    PGSERVICEFILE: fileURLToPath(new URL("../../../deploy/clickhouse/pg_service.conf", import.meta.url)),
  };
}
