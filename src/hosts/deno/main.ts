// The room hosts: what starts a gateway on a platform: environment, files, sockets, signals. Nothing here is portable.

import { createRoles } from "../../clickhouse/roles.ts";
import { createPing } from "../../clickhouse/client.ts";
import { ClickHouseError } from "../../clickhouse/exception.ts";
import { type Config, ConfigError, parseConfig } from "../../base/config.ts";
import { isQualityCheck } from "../../catalog/quality_check.ts";
import { clickHouseOptions } from "../clickhouse_options.ts";
import { clickHouseTransport } from "./clickhouse_transport.ts";
import { docsAssets } from "./docs_assets.ts";
import { listMigrations, pendingText } from "./list_migrations.ts";
import { createLog } from "./log.ts";
import { onSignal } from "./on_signal.ts";
import { serve, whenReachable } from "./serve.ts";
import { renderFault } from "./sql_files.ts";
import { taskCommand } from "./task_command.ts";

/** The gateway in production: configuration, listening, catalog, signals. Throws CannotServe. */
async function main(config: Config): Promise<void> {
  const log = createLog({ format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  const target = clickHouseOptions(config);
  const roles = createRoles(target, clickHouseTransport(config, target.url));
  const gateway = serve({ config, roles, ping: createPing(target), log, docs: docsAssets() });
  onSignal(async () => {
    log({ level: "info", message: "Stopping: requests in flight finish" });
    await gateway.stop();
  });
  log({ level: "info", message: `Listening on ${gateway.url}` });
  const migrations = await whenReachable(() => listMigrations(roles.clickHouse, config.MIGRATIONS), log);
  const pending = migrations.filter(({ isApplied }) => !isApplied);
  if (pending.length) {
    const names = pending.map(({ name }) => name).join("\n");
    throw new CannotServe(
      `${pendingText(pending.length)}; apply them with \`${taskCommand("migrate up")}\`:\n${names}`,
    );
  }
  // a quality check that is wrong fails by itself, and stops no endpoint
  const faults = (await whenReachable(gateway.reload, log)).filter(({ file }) => !isQualityCheck(file));
  if (faults.length) {
    throw new CannotServe(faults.map((fault) => renderFault(fault, config.SLUICE_SQL_DIR)).join("\n"));
  }
  log({ level: "info", message: "Ready" });
}

/** What an operator must mend. */
class CannotServe extends Error {
  override readonly name = "CannotServe";
}

/** The sentence for a terminal. Throws what is a fault of ours. */
function reasonOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof CannotServe) return error.message;
  if (error instanceof Deno.errors.NotFound) return error.message;
  if (error instanceof ClickHouseError) return `ClickHouse refuses: ${error.message}`;
  throw error;
}

try {
  await main(parseConfig(Deno.env.toObject()));
} catch (error) {
  // deno-lint-ignore no-console -- for the operator who starts it; there is no log without a configuration
  console.error(`Sluice cannot start:\n${reasonOf(error)}`);
  Deno.exit(1);
}
