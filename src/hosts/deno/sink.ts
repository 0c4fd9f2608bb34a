import { ConfigError, parseSinkConfig, type SinkConfig } from "../../base/config.ts";
import { createPing } from "../../clickhouse/client.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { clickHouseOptions } from "../clickhouse_options.ts";
import { createLog } from "./log.ts";
import { onSignal } from "./on_signal.ts";
import { serveSink } from "./serve_sink.ts";

/** `deno task sink`: from NATS into landing tables, as a process of its own. */
async function main(config: SinkConfig): Promise<void> {
  const log = createLog({ format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  const target = clickHouseOptions(config);
  const sink = serveSink({ config, roles: createRoles(target), ping: createPing(target), log });
  onSignal(async () => {
    log({ level: "info", message: "Stopping: what is held is stored" });
    await sink.stop();
  });
  log({ level: "info", message: `Listening on ${sink.url}`, subjects: config.SINK_SUBJECTS.join(",") });
  await sink.ended;
}

try {
  await main(parseSinkConfig(Deno.env.toObject()));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // deno-lint-ignore no-console -- for the operator who starts it; there is no log without a configuration
  console.error(`The sink cannot start:\n${error.message}`);
  Deno.exit(1);
}
