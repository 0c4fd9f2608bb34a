import type postgres from "postgres";
import {
  type ClickHouse,
  type ClickHouseOptions,
  createClickHouse,
  readRows,
  run,
} from "../src/clickhouse/client.ts";
import { type Engine, startEngine } from "../src/tools/engine/engine.ts";
import { freePort } from "../src/tools/engine/free_port.ts";
import { startMigratedEngine } from "../src/tools/migrated_engine.ts";
import { connectPostgres, type Postgres, startPostgres } from "../src/tools/postgres/postgres.ts";
import { prepareSource, sourceVariables } from "../src/tools/postgres/source.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createGateway, queryFile, read, tokenOf } from "./gateway.ts";
import { temporaryFolder, waitFor } from "./program.ts";

/** What `/v1/analytics/sync` says of a source. */
export interface SyncState {
  source: string;
  lastSuccessAt: string | null;
  rows: number | null;
  rejected: number | null;
  lagSeconds: number | null;
  late: boolean;
  running: boolean;
  error: string | null;
  failures: number;
  nextRunAt: string;
}

/** A real Postgres with the reference tables, an engine that reads it, and a gateway over that. */
export async function withSource({ hasSample = false } = {}) {
  const folder = await temporaryFolder();
  const log = `${folder.path}/postgres.log`;
  const postgresOptions = {
    folder: `${folder.path}/postgres`,
    port: freePort(),
    settings: { logging_collector: "on", log_filename: "statements.log", log_statement: "all" },
  };
  let source: Postgres = await startPostgres(postgresOptions);
  await prepareSource(source, hasSample);
  const engineOptions = {
    dataDir: `${folder.path}/clickhouse`,
    password: crypto.randomUUID(),
    httpPort: freePort(),
    env: sourceVariables(source),
  };
  let engine: Engine = await startMigratedEngine(engineOptions, ["postgres"]);
  const target: ClickHouseOptions = { ...engine, database: "sluice" };
  const clickHouse: ClickHouse = createClickHouse(target);
  const counting = queryFile(
    "test/scores",
    "cache: 1h",
    "SELECT count() AS scores FROM csr_scores FINAL WHERE tenant_id = {tenantId:String}",
  );
  const files = [...await readQueryFiles(), counting];
  const gateway = await createGateway({ target, files, cacheBytes: 10_000_000 });
  let sql: postgres.Sql = connectPostgres(source);

  const system = (statement: string) => run(clickHouse, { sql: `SYSTEM ${statement}` });
  /** Has a view do now what it does every five seconds. */
  const refresh = async (view: string) => {
    await system(`REFRESH VIEW ${view}`);
    await system(`WAIT VIEW ${view}`);
  };
  const state = async (name: string): Promise<SyncState> => {
    await refresh("sync_runs_refresh");
    const { body } = await gateway.query("analytics/sync", "the-operator", {}, "admin");
    return body.data.find((each: SyncState) => each.source === name);
  };
  const ask = async (name: string, scope = "admin") =>
    await read(
      await gateway.fetch(`/v1/admin/sync/${name}`, undefined, {
        method: "POST",
        headers: { authorization: `Bearer ${await tokenOf("the-operator", scope)}` },
      }),
    );

  return {
    folder: folder.path,
    target,
    clickHouse,
    gateway,
    source: () => source,
    sql: () => sql,
    state,
    refresh,
    ask,
    /** Asks for a run and waits until it ended: the state then. */
    async sync(name = "outcome_scores"): Promise<SyncState> {
      const before = await state(name);
      await ask(name);
      return await waitFor(`${name} has been read`, async () => {
        const now = await state(name);
        const isNew = now.lastSuccessAt !== before.lastSuccessAt || now.failures > before.failures;
        return isNew && now;
      });
    },
    rows: <Row>(statement: string) => readRows<Row>(clickHouse, { sql: statement }),
    /** Statements that Postgres was sent by the engine for a view, latest last. */
    async reads(view: string): Promise<string[]> {
      const text = await Deno.readTextFile(`${source.folder}/data/log/statements.log`);
      return text.split("\n").filter((line) =>
        line.includes("COPY (SELECT") && line.includes(`"sluice"."${view}"`)
      );
    },
    async stopSource() {
      await sql.end();
      await source.stop();
    },
    async startSource() {
      source = await startPostgres(postgresOptions);
      sql = connectPostgres(source);
    },
    /** Stops the engine, or kills it, and starts it over the same data. */
    async restartEngine(how: "stop" | "kill", meanwhile: () => Promise<void> = async () => {}) {
      if (how === "kill") engine.kill();
      else await engine.stop();
      await engine.ended;
      await meanwhile();
      engine = await startEngine(engineOptions);
    },
    log,
    async [Symbol.asyncDispose]() {
      engine.kill();
      await engine.ended;
      await sql.end().catch(() => {});
      await source.stop();
      if (source.folder !== postgresOptions.folder) await Deno.remove(source.folder, { recursive: true });
      await folder[Symbol.asyncDispose]();
    },
  };
}
