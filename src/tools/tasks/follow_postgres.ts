import { ConfigError, parseFollowConfig } from "../../base/config.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { listenPostgres } from "../../hosts/deno/listen_postgres.ts";
import { createLog } from "../../hosts/deno/log.ts";
import { onSignal } from "../../hosts/deno/on_signal.ts";
import { followSources } from "../../ingest/sync/follow.ts";

/** `deno task follow-postgres`: a process beside the gateways. Any number may run: each has the sources read. */
async function main(environment: Record<string, string>): Promise<void> {
  const config = parseFollowConfig(environment);
  const log = createLog({ format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  const { clickHouse, syncer } = createRoles({
    url: config.CLICKHOUSE_URL,
    user: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    database: config.CLICKHOUSE_DATABASE,
  });
  const listen = listenPostgres({
    host: config.SLUICE_POSTGRES_HOST,
    port: config.SLUICE_POSTGRES_PORT,
    database: config.SLUICE_POSTGRES_DATABASE,
    user: config.SLUICE_POSTGRES_USER,
    password: config.SLUICE_POSTGRES_PASSWORD,
    tls: config.SLUICE_POSTGRES_TLS,
  });
  const ending = new AbortController();
  const following = followSources(
    { clickHouse, syncer, listen, intervalMs: config.FOLLOW_INTERVAL_MS, log },
    ending.signal,
  );
  onSignal(async () => {
    log({ level: "info", message: "Stopping" });
    ending.abort();
    await following;
  });
  await following;
}

try {
  await main(Deno.env.toObject());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // deno-lint-ignore no-console -- for the operator who starts it; there is no log without a configuration
  console.error(`follow-postgres cannot start:\n${error.message}`);
  Deno.exit(1);
}
