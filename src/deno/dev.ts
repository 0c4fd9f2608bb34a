import { signToken } from "../auth/token.ts";
import { createClickHouse } from "../clickhouse/client.ts";
import { ClickHouseUnreachable } from "../clickhouse/exception.ts";
import type { Config } from "../config.ts";
import { demoTenants, loadDemo } from "./demo/load.ts";
import { docsAssets } from "./docs_assets.ts";
import { devConfig, givenVariables, startDevEngine } from "./dev_engine.ts";
import { keptSecret } from "./kept_secret.ts";
import { createLog } from "./log.ts";
import { migrateUp } from "./migrate.ts";
import { onOrphaned } from "./on_orphaned.ts";
import { onSignal } from "./on_signal.ts";
import { progressBar } from "./progress_bar.ts";
import { loadWhenReachable, serve } from "./serve.ts";
import { watchQueries } from "./watch.ts";

// deno-lint-ignore no-console -- this is a program for a terminal
const say = (text: string) => console.log(text);

/** The development server: engine, migrations, demo data, gateway, and the query files watched. */
async function dev(config: Config): Promise<void> {
  const { SLUICE_DATA_DIR: dataDir, AUTH_JWT_SECRET: secret } = config;
  const start = performance.now();
  const log = createLog(config.LOG_FORMAT);
  const engine = await startDevEngine(config);
  let stopServing = () => Promise.resolve();
  const stop = async () => {
    say("\nStopping …");
    await stopServing();
    await engine.stop();
  };
  onSignal(stop);
  onOrphaned(async () => {
    await stop();
    Deno.exit(0);
  });
  engine.ended.then(() => Deno.exit(1));

  const target = { ...engine, database: config.CLICKHOUSE_DATABASE };
  const clickHouse = createClickHouse(target);
  const tokens = await Promise.all(demoTenants.map(async (tenantId) => ({
    tenantId,
    token: await signToken(secret, { tenantId, scope: "query ingest", subject: "demo", expires: "30d" }),
  })));
  const docs = docsAssets(tokens[0].token);
  const gateway = serve({ config, clickHouse, log, docs });
  say(`ClickHouse  ${engine.url} (native protocol on port ${engine.tcpPort}), data in ${dataDir}/`);
  const applied = await migrateUp(target);
  if (applied.length) say(`Migrations  ${applied.length} applied`);
  if (config.SLUICE_DEMO === "1") {
    await loadDemo(clickHouse, `${dataDir}/demo.json`, new Date(), progressBar("Demo data  "));
  }
  const report = (faults: Awaited<ReturnType<typeof gateway.reload>>) => {
    for (const fault of faults) say(fault.render());
  };
  report(await loadWhenReachable(gateway, log));
  const unwatch = watchQueries(() => reload(gateway, report));
  stopServing = async () => {
    unwatch();
    await gateway.stop();
  };
  say(greeting(gateway.url, tokens, performance.now() - start));
}

async function reload(
  gateway: ReturnType<typeof serve>,
  report: (faults: Awaited<ReturnType<typeof gateway.reload>>) => void,
) {
  try {
    const faults = await gateway.reload();
    report(faults);
    say(faults.length ? "The last good version of each broken file goes on serving" : "Query files loaded");
  } catch (error) {
    if (!(error instanceof ClickHouseUnreachable)) throw error;
    say("Cannot reload the query files: ClickHouse is not reachable");
  }
}

function greeting(url: string, tokens: { tenantId: string; token: string }[], ms: number): string {
  const [{ token }] = tokens;
  const now = new Date();
  const event = JSON.stringify({
    id: crypto.randomUUID(),
    eventType: "message_sent",
    entityId: "my-first-message",
    channel: "email",
    occurredAt: new Date(now.getTime() - 60_000).toISOString(),
  });
  return [
    `Sluice      ${url}, API reference at ${url}/docs (ready after ${(ms / 1000).toFixed(1)} s)`,
    "",
    ...tokens.map(({ tenantId, token }) => `Token of ${tenantId}:\n${token}`),
    "",
    "Try:",
    `curl -s '${url}/v1/outreach/overview?timeRange=7d' -H 'authorization: Bearer ${token}'`,
    `curl -s '${url}/v1/outreach/campaigns?timeRange=30d&limit=3' -H 'authorization: Bearer ${token}'`,
    `curl -s '${url}/v1/events/outreach' -H 'authorization: Bearer ${token}' -d '${event}'`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  try {
    const config = devConfig();
    await Deno.mkdir(config.SLUICE_DATA_DIR, { recursive: true });
    const secret = givenVariables().AUTH_JWT_SECRET ??
      await keptSecret(`${config.SLUICE_DATA_DIR}/jwt_secret`);
    await dev({ ...config, AUTH_JWT_SECRET: secret });
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "the port is taken; set PORT to another one"
      : (error as Error).message;
    say(`Cannot start: ${reason}`);
    Deno.exit(1);
  }
}
