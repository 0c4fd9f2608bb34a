import { createClickHouse } from "./clickhouse/client.ts";
import { type Config, ConfigError, parseConfig } from "./config.ts";
import { clickHouseOptions } from "./deno/clickhouse_options.ts";
import { docsAssets } from "./deno/docs_assets.ts";
import { createLog } from "./deno/log.ts";
import { onSignal } from "./deno/on_signal.ts";
import { loadWhenReachable, serve } from "./deno/serve.ts";

/** The gateway in production: configuration, listening, catalog, signals. */
async function main(config: Config): Promise<void> {
  const log = createLog(config.LOG_FORMAT);
  const gateway = serve({
    config,
    clickHouse: createClickHouse(clickHouseOptions(config)),
    log,
    docs: docsAssets(),
  });
  onSignal(async () => {
    log({ level: "info", message: "Stopping: requests in flight finish" });
    await gateway.stop();
  });
  log({ level: "info", message: `Listening on ${gateway.url}` });
  const faults = await loadWhenReachable(gateway, log);
  if (faults.length === 0) return log({ level: "info", message: "Ready" });
  for (const fault of faults) log({ level: "error", message: fault.render() });
  log({
    level: "error",
    message: "Cannot serve broken query files; are all migrations applied (deno task migrate up)?",
  });
  await gateway.stop();
  Deno.exit(1);
}

try {
  await main(parseConfig(Deno.env.toObject()));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // deno-lint-ignore no-console -- there is no log without a configuration
  console.error(`Sluice cannot start:\n${error.message}`);
  Deno.exit(1);
}
