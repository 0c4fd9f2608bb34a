import { type Config, parseConfig } from "../../base/config.ts";
import type { Log } from "../../base/log.ts";
import { withTimeout } from "../../base/async/with_timeout.ts";
import { createPing } from "../../clickhouse/client.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { createGateway, type Gateway } from "../../gateway.ts";
import { clickHouseOptions } from "../clickhouse_options.ts";
import type { Bundle } from "./bundle.ts";
import type { Host } from "./host.ts";
import { pendingMigrations } from "./pending.ts";

/** A gateway out of a bundle; it serves queries when it has checked the database. */
export interface BundledGateway extends Pick<Gateway, "fetch" | "start" | "close" | "stop"> {
  config: Config;
  log: Log;
  /** Checks the database if that is to be done; never rejects. */
  check(): Promise<void>;
}

/** The database lacks migrations of the bundle. */
class PendingMigrations extends Error {
  override readonly name = "PendingMigrations";
}

/** Time that requests in flight get to finish when a host stops. */
export const drainMs = 25_000;
/** So long a request waits for the check; then it is answered that the gateway is starting. */
const patienceMs = 5_000;
/** Between a check that failed and the next one. */
const pauseMs = 250;

/** Puts the gateway of a bundle together for a host and its environment. Throws ConfigError. */
export function createBundledGateway(
  bundle: Bundle,
  host: Host,
  environment: Record<string, string | undefined>,
): BundledGateway {
  const config = parseConfig(environment);
  const log = host.createLog(config);
  if (config.NATS_URL) {
    const message =
      "NATS_URL is set, but a bundle has no client of NATS: live updates come through the database alone";
    log({ level: "warn", message });
  }
  const target = clickHouseOptions(config);
  const roles = createRoles(target, host.transport(config));
  const pending = () => pendingMigrations(roles.clickHouse, bundle, config.MIGRATIONS);
  const gateway = createGateway({
    config,
    roles,
    ping: createPing(target),
    log,
    // a bundle may come without the files of the API reference
    docs: { read: (name) => host.readBeside(name).catch(() => undefined) },
    build: { version: bundle.version, runtime: host.runtime },
    process: host.process,
    upgrade: host.upgrade,
    zlib: host.zlib,
    pendingMigrations: async () => (await pending()).length,
    whileStarting: () => isChecked ? undefined : withTimeout(patienceMs, check),
  });

  let isChecked = false;
  let checking: Promise<void> | undefined;
  let failedAt = -Infinity;
  let told = "";

  async function refusePending(): Promise<void> {
    const names = await pending();
    if (names.length) throw new PendingMigrations(`The database lacks migrations: ${names.join(", ")}`);
  }

  async function checkOnce(): Promise<void> {
    try {
      // a file that has become wrong is told in the log and by /health; the others are served
      await gateway.load(bundle.files, bundle.prepared, refusePending);
      isChecked = true;
      log({ level: "info", message: "Ready" });
    } catch (error) {
      failedAt = performance.now();
      const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (cause !== told) log({ level: "error", message: "No query is served yet", cause });
      told = cause;
    }
  }

  function check(): Promise<void> {
    if (isChecked || performance.now() - failedAt < pauseMs) return Promise.resolve();
    return checking ??= checkOnce().finally(() => checking = undefined);
  }

  return {
    config,
    log,
    check,
    start: gateway.start,
    close: gateway.close,
    stop: gateway.stop,
    fetch(request) {
      return isChecked ? gateway.fetch(request) : fetchEarly(request);
    },
  };

  async function fetchEarly(request: Request): Promise<Response> {
    const checked = check();
    // a probe is answered by what is, and has the database asked nevertheless; /v1 waits when it knows who asks
    const isOther = !/^\/(health|v1)\b/.test(new URL(request.url).pathname);
    if (isOther) await withTimeout(patienceMs, () => checked);
    return await gateway.fetch(request);
  }
}
