import denoConfig from "../../deno.json" with { type: "json" };
import { optionalMigrations } from "../../src/base/variables/optional_migrations.ts";
import { prepareCatalog } from "../../src/catalog/prepared.ts";
import type { QueryFile } from "../../src/catalog/query.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { listMigrationFiles } from "../../src/hosts/deno/list_migrations.ts";
import { readQueryFiles, root } from "../../src/hosts/deno/sql_files.ts";
import { writeBundle } from "../../src/tools/bundle/write_bundle.ts";
import { compatibilityDate } from "../../src/tools/bundle/workerd_config.ts";
import { freePort } from "../../src/tools/engine/free_port.ts";
import { isHere, type Runtime, runtimes, startOn } from "../conformance/runtimes.ts";
import { startKeeper } from "../keeper.ts";
import { descendants, temporaryFolder } from "../program.ts";
import { cpuSeconds, load } from "./load.ts";
import { alternate, median, rounds, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";
import keptSql from "./sql/bench/kept.sql" with { type: "text" };
import recentSql from "./sql/bench/recent.sql" with { type: "text" };

const seconds = 1;
const connections = 16;
const sql = recentSql.slice(recentSql.indexOf("---*/") + 5).trim()
  .replace("{tenantId:String}", "'bench'").replace("{count:UInt32}", "100");

/** A bundle on each runtime that is installed: its start, and what it answers beside a server that does no work there. */
export async function benchRuntimes(sides: Sides): Promise<Row[]> {
  await using folder = await temporaryFolder();
  await writeSides(sides, folder.path);
  const rows: Row[] = [];
  for (const runtime of runtimes) {
    if (await isHere(runtime)) rows.push(...await benchRuntime(sides, runtime, folder.path));
  }
  return rows;
}

/** A bundle of all queries, and the bare server beside it, each as a module with a configuration of workerd. */
async function writeSides({ target }: Sides, folder: string): Promise<void> {
  const own: QueryFile[] = [
    { path: "sql/bench/kept.sql", text: keptSql },
    { path: "sql/bench/recent.sql", text: recentSql },
  ];
  const files = [...await readQueryFiles(), ...own];
  const { prepared, errors } = await prepareCatalog(files, createRoles(target));
  if (!prepared) throw errors[0];
  const migrations = await listMigrationFiles(optionalMigrations);
  await writeBundle({ version: denoConfig.version, files, prepared, migrations }, `${folder}/ours`);
  await Deno.mkdir(`${folder}/reference`);
  await Deno.copyFile(`${root}tests/bench/bare_runtime.mjs`, `${folder}/reference/gateway.mjs`);
  await Deno.writeTextFile(`${folder}/reference/workerd.capnp`, bareConfig());
}

function bareConfig(): string {
  const bindings = ["CLICKHOUSE_URL", "CLICKHOUSE_PASSWORD", "BARE_SQL"]
    .map((name) => `(name = "${name}", fromEnvironment = "${name}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "bare", worker = .bare),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "localhost:8787", http = (), service = "bare")],
);
const bare :Workerd.Worker = (
  modules = [(name = "gateway.mjs", esModule = embed "gateway.mjs")],
  compatibilityDate = "${compatibilityDate}",
  bindings = [${bindings.join(", ")}],
);
`;
}

async function benchRuntime(sides: Sides, runtime: Runtime, folder: string): Promise<Row[]> {
  const { target, secret, token, tokenOf } = sides;
  const headers = { authorization: `Bearer ${token}` };
  const environment = {
    CLICKHOUSE_URL: target.url,
    CLICKHOUSE_USER: target.user,
    CLICKHOUSE_PASSWORD: target.password,
    AUTH_JWT_SECRET: secret,
    BUDGET_DAILY_QUERIES: "1000000000",
    BUDGET_MONTHLY_QUERIES: "1000000000",
    BUDGET_REQUESTS_PER_SECOND: "1000000",
    LOG_LEVEL: "warn",
    BARE_SQL: sql,
  };
  const start = (side: "ours" | "reference") => startOn(runtime, `${folder}/${side}`, environment);

  /** From the start of the process to the first whole answer: milliseconds on the clock, and of the processor. */
  async function startOnce(side: "ours" | "reference"): Promise<{ ms: number; processorMs: number }> {
    const port = freePort();
    // another tenant each time: what a killed gateway holds of a budget is held for ten seconds more
    const token = await tokenOf(`start-${crypto.randomUUID()}`, "query");
    const [command, args] = runtime.command(`${folder}/${side}`, port);
    const began = performance.now();
    const child = new Deno.Command(command, {
      args,
      env: { PORT: String(port), HOST: "127.0.0.1", ...environment },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const keeper = startKeeper();
    const kept = keeper.keep(child.pid);
    await firstAnswer(
      `http://127.0.0.1:${port}${side === "ours" ? "/v1/bench/recent?count=100" : "/pass"}`,
      { authorization: `Bearer ${token}` },
    );
    const ms = performance.now() - began;
    const processorMs = await cpuSeconds(child.pid) * 1_000;
    child.kill("SIGKILL");
    await Promise.all([child.status, kept]);
    await keeper.release();
    return { ms, processorMs };
  }

  const starts = await alternate(() => startOnce("ours"), () => startOnce("reference"));
  const processor = (side: "ours" | "reference") =>
    median(starts[side].map(({ processorMs }) => processorMs)).toFixed(0);
  const rows: Row[] = [{
    what: `${runtime.name}, start to first answer`,
    unit: "ms",
    ours: starts.ours.map(({ ms }) => ms),
    reference: starts.reference.map(({ ms }) => ms),
    goal: runtime.name === "workerd" ? { atMost: 50 } : {},
    note: `processor time ${processor("ours")} ms, of the bare server ${processor("reference")} ms`,
  }];
  await using ours = start("ours");
  await using reference = start("reference");
  await firstAnswer(`${ours.url}/v1/bench/kept`, headers);
  await firstAnswer(`${reference.url}/constant`, headers);
  const measure = async (url: string, pid: number) => {
    const servers = [pid, ...descendants(pid).map((each) => each.pid)];
    return await load({ url, headers, connections, seconds, servers });
  };
  for (
    const [what, path, bare] of [["cached", "kept", "constant"], ["uncached", "recent?count=100", "pass"]]
  ) {
    const measured = await alternate(
      () => measure(`${ours.url}/v1/bench/${path}`, ours.program.pid),
      () => measure(`${reference.url}/${bare}`, reference.program.pid),
    );
    const core = median(measured.ours.map(({ coreMicroseconds }) => coreMicroseconds)).toFixed(0);
    rows.push({
      what: `${runtime.name}, ${what}, ${connections} connections`,
      unit: "requests/s",
      ours: measured.ours.map(({ perSecond }) => perSecond),
      reference: measured.reference.map(({ perSecond }) => perSecond),
      goal: {},
      note: `core time a request ${core} µs, over ${rounds} rounds of ${seconds} s`,
    });
  }
  return rows;
}

async function firstAnswer(url: string, headers: HeadersInit): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const response = await fetch(url, { headers }).catch(() => undefined);
    await response?.body?.pipeTo(new WritableStream());
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`No answer of ${url} within 30 s`);
}
