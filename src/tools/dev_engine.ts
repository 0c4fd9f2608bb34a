import type { ClickHouseOptions } from "../clickhouse/client.ts";
import { createClickHouse, run } from "../clickhouse/client.ts";
import { type Config, parseConfig } from "../base/config.ts";
import { clickHouseOptions } from "../hosts/clickhouse_options.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine/engine.ts";
import { keptSecret } from "../hosts/deno/kept_secret.ts";
import { writeWhole } from "../hosts/deno/write_whole.ts";

/** The configuration where `dev` fills in what the environment lacks. */
export function devConfig(): Config {
  const placeholder = "made by `dev` when it is not given, see keptSecret";
  return parseConfig({
    CLICKHOUSE_URL: "http://embedded.invalid",
    AUTH_JWT_SECRET: placeholder,
    TELL_COSTS: "exact",
    STREAMING_ENABLED: "all",
    ALLOWED_ORIGINS: "localhost",
    ...givenVariables(),
  });
}

/** The environment's variables that are not empty. */
export function givenVariables(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([, value]) => value !== ""));
}

/** Starts the engine over the data folder and leaves a note of where it listens. */
export async function startDevEngine(
  config: Config,
  more: Pick<EngineOptions, "env" | "onSpawn" | "httpPort" | "tcpPort"> = {},
): Promise<Engine> {
  const { SLUICE_DATA_DIR: dataDir } = config;
  await Deno.mkdir(dataDir, { recursive: true });
  const password = await keptSecret(`${dataDir}/engine_password`);
  const engine = await startEngine({ dataDir: `${dataDir}/clickhouse`, password, ...more });
  await writeWhole(`${dataDir}/engine.json`, JSON.stringify({ url: engine.url }));
  return engine;
}

/**
 * Runs `work` on the database that a command means: `CLICKHOUSE_URL`'s when it is set, else the running
 * development server's, else the data folder's, with an engine started for the while.
 */
export async function withDevDatabase<Result>(
  work: (target: ClickHouseOptions) => Promise<Result>,
  optionsOf: (config: Config) => ClickHouseOptions = clickHouseOptions,
): Promise<Result> {
  const config = devConfig();
  if (givenVariables().CLICKHOUSE_URL) return await work(optionsOf(config));
  const running = await findRunning(config);
  if (running) return await work(running);
  const engine = await startDevEngine(config);
  try {
    return await work({ ...engine, database: config.CLICKHOUSE_DATABASE });
  } finally {
    await engine.stop();
  }
}

/** The running development server's database. */
export async function findRunning(config: Config): Promise<ClickHouseOptions | undefined> {
  const { SLUICE_DATA_DIR: dataDir, CLICKHOUSE_DATABASE: database } = config;
  try {
    const { url } = JSON.parse(await Deno.readTextFile(`${dataDir}/engine.json`));
    const target = {
      url,
      user: "sluice",
      password: await Deno.readTextFile(`${dataDir}/engine_password`),
      database,
    };
    const ask = createClickHouse({ ...target, database: "default" });
    // one that does not run refuses at once; one that is busy takes its time
    await run(ask, { sql: "SELECT 1", signal: AbortSignal.timeout(15_000) });
    return target;
  } catch {
    return;
  }
}
