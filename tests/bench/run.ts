import { signToken } from "../../src/auth/token.ts";
import { startEngine } from "../../src/deno/engine/engine.ts";
import { freePort } from "../../src/deno/engine/free_port.ts";
import { migrateUp } from "../../src/deno/migrate.ts";
import { root } from "../../src/deno/sql_files.ts";
import { benchIngestion } from "./ingestion.ts";
import { renderTable, type Row } from "./rounds.ts";
import { benchUncached } from "./uncached.ts";

// `deno task bench`: engine, gateway and load are three processes of this machine, as in design.md section 11.
const dataDir = await Deno.makeTempDir({ prefix: "sluice-bench-" });
const engine = await startEngine({ dataDir, password: crypto.randomUUID() });
const secret = crypto.randomUUID() + crypto.randomUUID();
const port = freePort();
const url = `http://127.0.0.1:${port}`;
const target = { ...engine, database: "sluice" };
await migrateUp(target);
const gateway = new Deno.Command(Deno.execPath(), {
  args: ["run", "--allow-all", `${root}src/main.ts`],
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
  },
  stdout: "null",
  stderr: "null",
}).spawn();

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);
const rows: Row[] = [];
try {
  await ready();
  const token = await signToken(secret, { tenantId: "bench", scope: "query ingest", expires: "1h" });
  const { os, arch } = Deno.build;
  say(
    `${navigator.hardwareConcurrency} cores, ${os} ${arch}, Deno ${Deno.version.deno}; medians (least–most) of 5 rounds each\n`,
  );
  rows.push(await benchIngestion(url, token, target));
  rows.push(await benchUncached(url, token, target, 1));
  rows.push(await benchUncached(url, token, target, 16));
  say(renderTable(rows));
} finally {
  gateway.kill("SIGTERM");
  await gateway.status;
  await engine.stop();
  await Deno.remove(dataDir, { recursive: true });
}

async function ready(): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("The gateway did not become ready");
}
