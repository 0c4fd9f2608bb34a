import type { PostgresAddress } from "../../hosts/deno/listen_postgres.ts";
import { startPostgres } from "./postgres.ts";
import { prepareSource, sourceVariables } from "./source.ts";

/** A Postgres beside the development server. */
export interface DevSource {
  /** How to get in, for a developer who wants to change rows. */
  address: string;
  /** How to hear of changes there. */
  listening: PostgresAddress;
  /** What the engine's configuration needs to find it. */
  variables: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts Postgres over the data folder, with the reference tables and sample rows when it is new. */
export async function startDevSource(dataDir: string): Promise<DevSource> {
  const source = await startPostgres({ folder: `${dataDir}/postgres` });
  await prepareSource(source);
  const { user, password, host, port, database } = source;
  return {
    address: `postgresql://${user}:${password}@${host}:${port}/${database}`,
    listening: { host, port, database, user: "sluice", password, tls: "disable" },
    variables: sourceVariables(source),
    stop: source.stop,
  };
}
