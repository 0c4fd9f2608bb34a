import { type ClickHouseOptions, createClickHouse, readRows, run } from "../../src/clickhouse/client.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { deployedConfig, type Engine, startEngine } from "../../src/tools/engine/engine.ts";
import { freePort } from "../../src/tools/engine/free_port.ts";
import { startMigratedEngine } from "../../src/tools/migrated_engine.ts";
import { createGateway } from "../gateway.ts";
import { copyFolder, temporaryFolder, waitFor } from "../program.ts";

/** What `/v1/ops/consumers` says of a consumer. */
export interface Consumer {
  table: string;
  lag: number | null;
  partitions: { topic: string; partition: number; offset: number | null; lag: number | null }[];
  connected: boolean;
  messages: number;
  lastPollAt: string | null;
  lastStoredAt: string | null;
  error: string | null;
  failedAt: string | null;
}

/** An engine that reads Kafka, with these variables, and a gateway over it. */
export async function withKafka(variables: Record<string, string>) {
  const folder = await temporaryFolder();
  const configDir = `${folder.path}/config`;
  await copyFolder(deployedConfig, configDir);
  const options = {
    dataDir: `${folder.path}/clickhouse`,
    configDir,
    password: crypto.randomUUID(),
    httpPort: freePort(),
  };
  let env = { SLUICE_KAFKA_GROUP: "sluice", ...variables };
  await shortenSessions(`${configDir}/config.d/kafka.xml`);
  let engine: Engine = await startMigratedEngine({ ...options, env }, ["kafka"]);
  const target: ClickHouseOptions = { ...engine, database: "sluice" };
  const clickHouse = createClickHouse(target);
  const gateway = await createGateway({ target, files: await readQueryFiles() });
  const rows = <Row>(sql: string) => readRows<Row>(clickHouse, { sql });
  const count = async (sql: string) => Number((await rows<{ n: number }>(`SELECT (${sql}) AS n`))[0].n);

  return {
    folder: folder.path,
    target,
    gateway,
    rows,
    count,
    run: (sql: string) => run(clickHouse, { sql }),
    /** Waits until a count is so much. */
    untilCount: (sql: string, wanted: number) =>
      waitFor(`${sql} is ${wanted}`, async () => await count(sql) === wanted),
    /** What the gateway says of a table's consumer now. */
    async consumer(table: string): Promise<Consumer> {
      for (const statement of ["REFRESH", "WAIT"]) {
        await run(clickHouse, { sql: `SYSTEM ${statement} VIEW kafka_consumers_refresh` });
      }
      const { body } = await gateway.query("ops/consumers", "the-operator", {}, "admin");
      return body.data.find((each: Consumer) => each.table === table);
    },
    async kill(): Promise<void> {
      engine.kill();
      await engine.ended;
    },
    stop: () => engine.stop(),
    /** Starts it over the same data, with other variables if given. */
    async start(others: Record<string, string> = {}): Promise<void> {
      env = { ...env, ...others };
      engine = await startEngine({ ...options, env });
    },
    async [Symbol.asyncDispose]() {
      engine.kill();
      await engine.ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Has brokers forget a killed engine as soon as Kafka's own least time allows. */
async function shortenSessions(file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(/(?<=<session_timeout_ms>)\d+/, "6000"));
}
