import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import modifySql from "./modify_refresh.sql" with { type: "text" };
import sourcesSql from "./source_views.sql" with { type: "text" };
import { startPostgres } from "./postgres.ts";
import { prepareSource, sourceVariables } from "./source.ts";

/** A Postgres beside the development server. */
export interface DevSource {
  /** How to get in, for a developer who wants to change rows. */
  address: string;
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
    variables: sourceVariables(source),
    stop: source.stop,
  };
}

/** Has the database read its sources every ten seconds, in place of every quarter of an hour. */
export async function followSource(clickHouse: ClickHouse): Promise<void> {
  for (const { view } of await readRows<{ view: string }>(clickHouse, { sql: sourcesSql })) {
    await run(clickHouse, { sql: modifySql, parameters: { view } });
  }
}
