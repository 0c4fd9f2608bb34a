import { dirname } from "node:path";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import type { ClickHouseOptions } from "../../src/clickhouse/client.ts";
import { loadDemo } from "../../src/tools/demo/load.ts";
import { startMigratedEngine } from "../../src/tools/migrated_engine.ts";
import { readQueryFiles, root } from "../../src/hosts/deno/sql_files.ts";
import config from "../../deno.json" with { type: "json" };
import { createGateway, listen, secret, type TestGateway, tokenOf } from "../gateway.ts";
import { startMockBroker } from "../kafka/brokers.ts";
import { withKafka } from "../kafka/world.ts";
import { withSource } from "../postgres_source.ts";
import { copyFolder, runProgram, temporaryFolder, waitFor } from "../program.ts";
import { refreshView } from "../refresh_view.ts";
import type { Block } from "./pages.ts";

/** What the pages call the gateway. */
const addressOnPages = "http://localhost:8787";

/** When the pages' answers were given. Demo data is a function of its day, so they are the same ever after. */
const nowOnPages = new Date("2026-11-22T12:00:00Z");

/** Programs that pages call, in front of those of the machine: packages have the versions of deno.json. */
const programs = {
  deno: `exec "${Deno.execPath()}" "$@"`,
  npx: `shift
case "$1" in
  deno@2) shift; exec deno "$@" ;;
  openapi-typescript) shift; exec deno run -A --lock="${root}tests/deno.lock" ${
    config.scopes["./"]["openapi-typescript"]
  } "$@" ;;
esac
echo "tests/docs/world.ts knows no package $1" >&2
exit 1`,
  // the broker of the pages is this one
  kcat: `for word; do
  shift
  [ "$word" = localhost:9094 ] && word=$KAFKA_ADDRESS
  set -- "$@" "$word"
done
PATH="\${PATH#*:}" exec kcat "$@"`,
};

/** Where the commands of pages run. */
export interface World extends AsyncDisposable {
  /** Runs a command of bash in a copy of the repository; what it sets, later commands have. */
  run(command: string): Promise<{ code: number; out: string; err: string }>;
  /** Writes the files that a page shows, has the gateway serve those of them that are queries, and returns what is wrong. */
  show(blocks: Block[]): Promise<string[]>;
  /** Takes the files of `show()` away. */
  hide(blocks: Block[]): Promise<void>;
  gateway: TestGateway;
}

/** A gateway with the demo data, as `deno task dev` has it, at the instant of the pages. */
export async function createDemoWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const engine = await startMigratedEngine({
    dataDir: `${folder.path}/clickhouse`,
    password: crypto.randomUUID(),
  });
  stack.defer(() => engine.stop());
  const target = { ...engine, database: "sluice" };
  const clickHouse = createClickHouse(target);
  await loadDemo(clickHouse, `${folder.path}/demo.json`, nowOnPages, () => {});
  const views = await readRows<{ view: string }>(clickHouse, {
    sql: "SELECT view FROM system.view_refreshes WHERE database = currentDatabase() ORDER BY view",
  });
  for (const { view } of views) await refreshView(clickHouse, view);
  const gateway = await createGateway({ target, cacheBytes: 100_000_000 });
  gateway.setNow(nowOnPages);
  return await finish(stack, { folder: folder.path, target, gateway, env: {} });
}

/** A gateway whose rows come from a Postgres with the sample rows, and one that belongs to no company. */
export async function createPostgresWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const its = stack.use(await withSource({ hasSample: true }));
  await its.sql()`INSERT INTO outcome_scores (id, user_id, company_id, dimension, score)
    SELECT '22222222-2222-4222-8222-000000000008', id, NULL, 'confidence', 0.5 FROM users LIMIT 1`;
  await its.sync("outcome_scores");
  await waitFor("all sources have been read", async () => {
    const { body } = await its.gateway.query("analytics/sync", "the-operator", {}, "admin");
    return body.data.every(({ lastSuccessAt }: { lastSuccessAt: string | null }) => lastSuccessAt);
  });
  const env = { MIGRATIONS: "postgres" };
  return await finish(stack, { folder: its.folder, target: its.target, gateway: its.gateway, env });
}

/** A gateway whose engine reads a broker of Kafka, and has stored what a command sent before the next one runs. */
export async function createKafkaWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(await startMockBroker());
  const its = stack.use(await withKafka({ SLUICE_KAFKA_BROKERS: broker.address }));
  const env = { MIGRATIONS: "kafka", KAFKA_ADDRESS: broker.address };
  const world = await finish(stack, { folder: its.folder, target: its.target, gateway: its.gateway, env });
  return {
    ...world,
    async run(command) {
      const result = await world.run(command);
      if (/\bkcat\b/.test(command)) {
        await waitFor("what was sent is stored", async () => {
          const consumer = await its.consumer("outreach_kafka");
          return consumer?.lastStoredAt && consumer.lag === 0;
        });
      }
      return result;
    },
  };
}

interface Parts {
  folder: string;
  target: ClickHouseOptions;
  gateway: TestGateway;
  env: Record<string, string>;
}

async function finish(
  stack: AsyncDisposableStack,
  { folder, target, gateway, env }: Parts,
): Promise<World> {
  const path = `${folder}/sluice`;
  for (const each of ["src", "sql", "migrations", "deploy", "tests"]) {
    await copyFolder(root + each, `${path}/${each}`);
  }
  for (const each of ["deno.json", "deno.lock", "openapi.yaml"]) {
    await Deno.copyFile(root + each, `${path}/${each}`);
  }
  const server = listen(gateway);
  stack.defer(() => server.stop());
  const shell = await createShell(folder, server.url, {
    ...env,
    TOKEN: await tokenOf("acme", "query ingest stream"),
    WRITER: await tokenOf("acme", "query ingest cohorts:write"),
    ADMIN: await tokenOf("acme", "query ingest admin"),
    AUTH_JWT_SECRET: secret,
    SLUICE_DATA_DIR: `${folder}/data`,
    CLICKHOUSE_URL: target.url,
    CLICKHOUSE_USER: target.user,
    CLICKHOUSE_PASSWORD: target.password,
    CLICKHOUSE_OWNER_PASSWORD: target.password,
    CLICKHOUSE_DATABASE: target.database,
  });
  const owned = stack.move();
  return {
    gateway,
    async run(command) {
      const result = await shell(command);
      // what a gateway that runs does each second
      await gateway.audit.flush();
      return result;
    },
    async show(blocks) {
      for (const { file, text } of blocks) {
        if (file === undefined) continue;
        await Deno.mkdir(dirname(`${path}/${file}`), { recursive: true });
        await Deno.writeTextFile(`${path}/${file}`, `${text.replaceAll(addressOnPages, server.url)}\n`);
      }
      return await gateway.load(await readQueryFiles(`${path}/sql`));
    },
    async hide(blocks) {
      for (const { file } of blocks) if (file !== undefined) await Deno.remove(`${path}/${file}`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Has a shell whose commands reach a gateway under the pages' address. */
async function createShell(folder: string, url: string, env: Record<string, string>): Promise<World["run"]> {
  const [bin, variables, given, out, err] = ["bin", "variables", "command", "out", "err"]
    .map((name) => `${folder}/${name}`);
  await Deno.mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  await Deno.writeTextFile(variables, "");
  const script = `set -a; . "${variables}"; . "${given}" >"${out}" 2>"${err}"
code=$?; export -p >"${variables}"; exit $code`;
  return async (command) => {
    await Deno.writeTextFile(given, `${command.replaceAll(addressOnPages, url)}\n`);
    const path = `${bin}:${Deno.env.get("PATH")}`;
    const { code } = await runProgram("bash", ["-c", script], { PATH: path, ...env }, `${folder}/sluice`);
    const read = async (file: string) => (await Deno.readTextFile(file)).replaceAll(url, addressOnPages);
    return { code, out: await read(out), err: await read(err) };
  };
}
