// The room tools: what runs beside a gateway: `dev` and the other tasks, the embedded engine and Postgres, demo data, backfills.

import { createRoles, type Roles } from "../clickhouse/roles.ts";
import { signToken } from "../auth/token.ts";
import type { QueryFile } from "../catalog/query.ts";
import type { QueryFileError } from "../catalog/query_file_error.ts";
import {
  type ClickHouse,
  type ClickHouseOptions,
  createClickHouse,
  createPing,
} from "../clickhouse/client.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { demoTenants, loadDemo } from "./demo/load.ts";
import { clickHouseTransport } from "../hosts/deno/clickhouse_transport.ts";
import { docsAssets } from "../hosts/deno/docs_assets.ts";
import { loadStreams } from "./demo/streams.ts";
import { devConfig, givenVariables, startDevEngine } from "./dev_engine.ts";
import { createDevMigrations } from "./dev_migrations.ts";
import { keepEngine, type KeptEngine } from "./engine/kept_engine.ts";
import { grantsPath } from "./grants.ts";
import { greeting } from "./greeting.ts";
import { keptInspections } from "./kept_inspections.ts";
import { keptSecret } from "../hosts/deno/kept_secret.ts";
import { createLog } from "../hosts/deno/log.ts";
import { followSources } from "../ingest/sync/follow.ts";
import { listenPostgres } from "../hosts/deno/listen_postgres.ts";
import { migrationsRoot } from "../hosts/deno/migration_folders.ts";
import { onOrphaned } from "../hosts/deno/on_orphaned.ts";
import { onSignal } from "../hosts/deno/on_signal.ts";
import { type DevSource, startDevSource } from "./postgres/dev_source.ts";
import { progressBar } from "./progress_bar.ts";
import type { Server } from "../hosts/deno/serve.ts";
import { createQueryChanges } from "./query_changes.ts";
import { readSqlFiles, renderFault, sqlFolder } from "../hosts/deno/sql_files.ts";
import { watchFiles } from "./watch.ts";

// deno-lint-ignore no-console -- this is a program for a terminal
const say = (text: string) => console.log(text);

/** Here there always is a secret. */
type DevConfig = Config & { AUTH_JWT_SECRET: string };

/** The development server: engine, migrations, demo data, gateway, and the query files watched. */
async function dev(config: DevConfig): Promise<void> {
  const start = performance.now();
  // before the engine does
  const grants = await Deno.readTextFile(grantsPath);
  const source = Deno.args.includes("--postgres") ? await startDevSource(config.SLUICE_DATA_DIR) : undefined;
  // most of what the gateway is made of loads while the engine starts
  const kept = await keepEngine((ports) =>
    startDevEngine(config, {
      env: source?.variables,
      onSpawn: () => void import("../hosts/deno/serve.ts").catch(() => {}),
      ...ports,
    })
  );
  const closing: (() => Promise<void> | void)[] = [];
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    say("\nStopping …");
    for (const close of closing) await close();
    await kept.stop();
    await source?.stop();
  };
  onSignal(stop);
  onOrphaned(async () => {
    await stop();
    Deno.exit(0);
  });
  kept.ended.then(() => {
    if (isStopping) return;
    say("The embedded ClickHouse has ended by itself");
    Deno.exit(1);
  });
  try {
    const { url, tokens } = await serveDev(config, kept, grants, closing, source);
    if (isStopping) return;
    const { SLUICE_DATA_DIR: dataDir, CLICKHOUSE_DATABASE: database } = config;
    const isElsewhere = givenVariables().SLUICE_DATA_DIR !== undefined;
    const ms = performance.now() - start;
    say(greeting({ url, ms, tokens, engine: { ...kept.engine, database }, dataDir, isElsewhere }));
  } catch (error) {
    // what is underway when it is stopped fails
    if (isStopping) return;
    isStopping = true;
    await kept.stop();
    await source?.stop();
    throw error;
  }
}

async function serveDev(
  config: DevConfig,
  { engine, restart }: KeptEngine,
  grants: string,
  closing: (() => Promise<void> | void)[],
  source: DevSource | undefined,
) {
  const { serve, whenReachable } = await import("../hosts/deno/serve.ts");
  const { SLUICE_DATA_DIR: dataDir, SLUICE_SQL_DIR: sqlDir, AUTH_JWT_SECRET: secret } = config;
  const log = createLog({ format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  const target = { ...engine, database: config.CLICKHOUSE_DATABASE };
  const clickHouse = createClickHouse(target);
  const tokens = await Promise.all(demoTenants.map(async (tenantId) => ({
    tenantId,
    token: await signToken(
      secret,
      { tenantId, scope: "query ingest stream", subject: "demo", expires: "30d" },
      config,
    ),
  })));
  const docs = docsAssets(tokens);
  const gateway = serve({
    config,
    roles: createRoles(target, clickHouseTransport(config, target.url)),
    ping: createPing(target),
    log,
    docs,
    inspections: keptInspections(),
  });
  closing.push(gateway.stop);
  say(`ClickHouse  ${engine.url} (native protocol on port ${engine.tcpPort}), data in ${dataDir}/`);
  if (source) say(`Postgres    ${source.address}`);
  const named = source ? [...config.MIGRATIONS, "postgres"] : config.MIGRATIONS;
  const migrate = createDevMigrations({
    target,
    named,
    noteFile: `${dataDir}/migrations.json`,
    grants,
    restart,
    say,
  });
  await migrate();
  if (source) closing.unshift(follow(source, createRoles(target), config, log));
  if (config.SLUICE_DEMO === "1") {
    await loadDemo(clickHouse, `${dataDir}/demo.json`, new Date(), progressBar("Demo data  "));
    await loadStreamsOf(clickHouse);
  }
  // before they are read, so that no change falls in between
  const load = () => whenReachable(gateway.reload, log);
  const describeChanges = createQueryChanges(await readSqlFiles(sqlDir));
  const change = async () => {
    let applied = 0;
    try {
      applied = await migrate();
    } catch (error) {
      say((error as Error).message);
    }
    await reload(load, config, describeChanges);
    if (applied && config.SLUICE_DEMO === "1") await loadStreamsOf(clickHouse);
  };
  closing.unshift(watchFiles([sqlFolder(sqlDir), migrationsRoot], [".sql"], change));
  report(await load(), sqlDir);
  if (Deno.args.includes("--with-sink")) closing.unshift(await startSink(config, target, log));
  return { url: gateway.url, tokens };
}

/** Starts a sink beside the gateway; returns how to stop it. Throws without NATS_URL. */
async function startSink(
  config: DevConfig,
  target: ClickHouseOptions,
  log: Log,
): Promise<() => Promise<void>> {
  const { NATS_URL } = config;
  if (NATS_URL === undefined) throw new Error("--with-sink needs NATS_URL, such as nats://localhost:4222");
  const { serveSink } = await import("../hosts/deno/serve_sink.ts");
  const roles = createRoles(target);
  const sink = serveSink({ config: { ...config, NATS_URL }, roles, ping: createPing(target), log });
  say(`Sink        ${sink.url}, from ${config.SINK_SUBJECTS.join(", ")}`);
  return sink.stop;
}

/** Has changes of Postgres come over within seconds; returns how to end that. */
function follow(
  { listening }: DevSource,
  { clickHouse, syncer }: Roles,
  { FOLLOW_INTERVAL_MS: intervalMs }: Config,
  log: Log,
): () => void {
  const ending = new AbortController();
  void followSources(
    { clickHouse, syncer, listen: listenPostgres(listening), intervalMs, log },
    ending.signal,
  );
  return () => ending.abort();
}

async function loadStreamsOf(clickHouse: ClickHouse): Promise<void> {
  for (const fault of await loadStreams(clickHouse, new Date())) say(fault);
}

async function reload(
  load: Server["reload"],
  config: DevConfig,
  describeChanges: (now: QueryFile[]) => string,
): Promise<void> {
  const { SLUICE_SQL_DIR: sqlDir } = config;
  try {
    const files = await readSqlFiles(sqlDir);
    const faults = await load();
    report(faults, sqlDir);
    const kept =
      "BROKEN: the last good version of each of these files goes on being served, whatever was wrong with it";
    const dropped = "BROKEN: these files are not served until they are mended";
    if (faults.length) say(config.SLUICE_ON_BROKEN === "keep" ? kept : dropped);
    else say(`Query files loaded: ${describeChanges(files)}`);
  } catch (error) {
    say(`Cannot reload the query files: ${(error as Error).message}`);
  }
}

function report(faults: QueryFileError[], sqlDir: string): void {
  for (const fault of faults) say(renderFault(fault, sqlDir));
}

if (import.meta.main) {
  try {
    const config = devConfig();
    await Deno.mkdir(config.SLUICE_DATA_DIR, { recursive: true });
    const secret = givenVariables().AUTH_JWT_SECRET ??
      await keptSecret(`${config.SLUICE_DATA_DIR}/jwt_secret`);
    await dev({ ...config, AUTH_JWT_SECRET: secret });
  } catch (error) {
    say(`Cannot start: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
