import { taskCommand } from "../../src/hosts/deno/task_command.ts";
import { signToken } from "../../src/auth/token.ts";
import { freePort } from "../../src/tools/engine/free_port.ts";
import { startMigratedEngine } from "../../src/tools/migrated_engine.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import { startKeeper } from "../keeper.ts";
import { copyFolder } from "../program.ts";
import { installedServers, startNatsServer } from "../stream/nats_server.ts";
import { benchAnalytics } from "./analytics.ts";
import { benchCached, benchTail } from "./cached.ts";
import { benchGrowth } from "./growth.ts";
import { benchIngestion } from "./ingestion.ts";
import { benchKafka } from "./kafka.ts";
import { hasLoadGenerator } from "./load.ts";
import { isMet, renderTable, rounds, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";
import { benchLive } from "./live.ts";
import { benchReplays } from "./replays.ts";
import { benchStalled } from "./stalled.ts";
import { benchSink } from "./sink.ts";
import { benchStart } from "./start.ts";
import { benchRuntimes } from "./runtimes.ts";
import { benchTicketing } from "./ticketing.ts";
import { benchUncached } from "./uncached.ts";
import { benchWarehouse } from "./warehouse.ts";

// `deno task bench [--json FILE] [NAME …]`: engine, gateway, reference and load are processes of this machine.

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

/** What can be measured, by the name that an argument gives it. */
const benches: Record<string, (sides: Sides) => Promise<Row | Row[]>> = {
  cached: benchCached,
  tail: benchTail,
  uncached: async (sides) => [...await benchUncached(sides, 1), ...await benchUncached(sides, 16)],
  ingestion: benchIngestion,
  kafka: benchKafka,
  sink: benchSink,
  growth: benchGrowth,
  analytics: benchAnalytics,
  live: benchLive,
  replays: benchReplays,
  stalled: benchStalled,
  start: benchStart,
  runtimes: benchRuntimes,
  ticketing: benchTicketing,
  warehouse: benchWarehouse,
};

/** Starts what is measured, on free ports. */
async function withSides<Result>(
  withLive: boolean,
  work: (sides: Sides) => Promise<Result>,
): Promise<Result> {
  const dataDir = await Deno.makeTempDir({ prefix: "sluice-bench-" });
  const engine = await startMigratedEngine({ dataDir, password: crypto.randomUUID() });
  const secret = crypto.randomUUID() + crypto.randomUUID();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const target = { ...engine, database: "sluice" };
  const sqlDir = await copyQueries(dataDir);
  const [natsProgram] = await installedServers();
  const nats = natsProgram && withLive ? await startNatsServer(natsProgram) : undefined;
  const gateway = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `${root}src/hosts/deno/main.ts`],
    env: {
      PORT: String(port),
      HOST: "127.0.0.1",
      CLICKHOUSE_URL: engine.url,
      CLICKHOUSE_USER: engine.user,
      CLICKHOUSE_PASSWORD: engine.password,
      AUTH_JWT_SECRET: secret,
      BUDGET_DAILY_QUERIES: "1000000000",
      BUDGET_MONTHLY_QUERIES: "1000000000",
      BUDGET_REQUESTS_PER_SECOND: "1000000",
      STREAMING_ENABLED: "all",
      ...(nats && { NATS_URL: nats.url }),
      SLUICE_SQL_DIR: sqlDir,
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const keeper = startKeeper();
  await keeper.keep(gateway.pid);
  const tokenOf = (tenantId: string, scope: string) => signToken(secret, { tenantId, scope, expires: "1h" });
  try {
    await untilReady(url);
    const sides = {
      url,
      gatewayPid: gateway.pid,
      enginePid: engine.pid,
      secret,
      token: await tokenOf("bench", "query ingest"),
      tokenOf,
      connectNats: nats?.connect,
      target,
    };
    await sendEvents(sides);
    return await work(sides);
  } finally {
    gateway.kill("SIGTERM");
    await gateway.status;
    await keeper.release();
    await engine.stop();
    await nats?.[Symbol.asyncDispose]();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** The repository's queries of scores and events and those of the benchmark in one folder. */
async function copyQueries(dataDir: string): Promise<string> {
  const sqlDir = `${dataDir}/bench-sql`;
  const folders = ["sql/outreach", "sql/analytics", "sql/ticketing", "tests/bench/sql/bench"];
  for (const folder of folders) {
    await copyFolder(`${root}${folder}`, `${sqlDir}/${folder.split("/").at(-1)}`);
  }
  return sqlDir;
}

async function untilReady(url: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("The gateway did not become ready");
}

/** The rows that the cached and the uncached endpoint answer. */
async function sendEvents({ url, token }: Sides): Promise<void> {
  const lines = Array.from({ length: 200 }, (_, i) => {
    const occurredAt = new Date(Date.UTC(2025, 0, 1) + i * 60_000).toISOString();
    return JSON.stringify({
      id: crypto.randomUUID(),
      eventType: "message_sent",
      entityId: `message_of_the_benchmark_${i}`,
      channel: "email",
      occurredAt,
    });
  });
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/v1/events/outreach`, {
    method: "POST",
    headers,
    body: lines.join("\n"),
  });
  const text = await response.text();
  if (!/"accepted":200,/.test(text)) throw new Error(`Expected 200 events, got ${text}`);
}

async function machine(): Promise<string> {
  const { os, arch } = Deno.build;
  const cpus = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /model name\s*: (.+)/.exec(cpus)?.[1] ?? "processor of unknown name";
  const gib = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${navigator.hardwareConcurrency} cores (${model}), ${gib} GiB, ${os} ${arch}, Deno ${Deno.version.deno}`;
}

async function main(args: string[]): Promise<number> {
  const at = args.indexOf("--json");
  const [, jsonFile] = at < 0 ? [] : args.splice(at, 2);
  const unknown = args.find((name) => !benches[name]) ?? (at >= 0 && !jsonFile ? "--json" : undefined);
  if (unknown) {
    say(
      `Cannot measure "${unknown}".\nUsage: ${taskCommand("bench")} [--json FILE] [${
        Object.keys(benches).join("] [")
      }]`,
    );
    return 2;
  }
  if (!hasLoadGenerator()) {
    say("The load generator wrk is not there: install it, for instance with `apt-get install wrk`");
    return 2;
  }
  const description = await machine();
  say(`${description}; medians (least–most) of ${rounds} rounds\n`);
  const names = args.length ? args : Object.keys(benches);
  const rows = await withSides(names.includes("live"), async (sides) => {
    const rows: Row[] = [];
    for (const name of names) {
      rows.push(...[await benches[name](sides)].flat());
    }
    return rows;
  });
  say(renderTable(rows));
  if (jsonFile) {
    const at = new Date().toISOString();
    const results = rows.map((row) => ({ ...row, isMet: isMet(row) }));
    await Deno.writeTextFile(
      jsonFile,
      JSON.stringify({ at, machine: description, rounds, rows: results }, null, 2),
    );
  }
  return 0;
}

Deno.exit(await main([...Deno.args]));
