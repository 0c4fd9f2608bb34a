import { createClickHouse, readRows } from "../../clickhouse/client.ts";
import streamsSql from "../../catalog/streams.sql" with { type: "text" };
import { tenantIdFault } from "../../auth/credential.ts";
import type { Filled } from "../backfill/backfill.ts";
import { backfillFile } from "../backfill/file.ts";
import { backfillPostgres, backfillTables } from "../backfill/postgres.ts";
import { ownerOptions } from "../../hosts/clickhouse_options.ts";
import { withDevDatabase } from "../dev_engine.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { progressBar } from "../progress_bar.ts";

const usage = `${
  taskCommand("backfill postgres --table TABLE [--from 2026-01-01]   read a table of Postgres again")
}
${
  taskCommand(
    "backfill file --stream STREAM --tenant TENANT PATH …  bring files over: .csv, .ndjson, .parquet",
  )
}
One that is cut off goes on where it was when it is started again, and stores nothing twice.`;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

async function main([what, ...args]: string[]): Promise<number> {
  const options = new Map<string, string>();
  const paths: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--(table|from|stream|tenant)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (name) options.set(name, inline ?? args[++i] ?? "");
    else paths.push(args[i]);
  }
  const [table, from, stream, tenantId] = ["table", "from", "stream", "tenant"].map((name) =>
    options.get(name)
  );
  if (what === "postgres" && table && !paths.length) return await fromPostgres(table, from);
  if (what === "file" && stream && tenantId && paths.length) {
    return await fromFiles({ stream, tenantId }, paths);
  }
  say(usage);
  return 2;
}

async function fromPostgres(table: string, from: string | undefined): Promise<number> {
  const since = from === undefined ? undefined : new Date(from);
  if (since && Number.isNaN(since.getTime())) throw new Error(`--from is not an ISO 8601 date: ${from}`);
  return await withDevDatabase(async (target) => {
    const clickHouse = createClickHouse(target);
    const tables = await backfillTables(clickHouse);
    if (!tables.includes(table)) {
      throw new Error(
        tables.length
          ? `There is no table ${table} to read; there are ${tables.join(", ")}`
          : "The database reads no Postgres: apply the migrations with MIGRATIONS=postgres",
      );
    }
    report(await backfillPostgres(clickHouse, table, since, progressBar(table)), table);
    return 0;
  }, ownerOptions);
}

async function fromFiles(target: { stream: string; tenantId: string }, paths: string[]): Promise<number> {
  const fault = tenantIdFault(target.tenantId);
  if (fault) throw new Error(`--tenant ${fault}`);
  return await withDevDatabase(async (options) => {
    const clickHouse = createClickHouse(options);
    const streams = (await readRows<{ stream: string }>(clickHouse, { sql: streamsSql })).map(({ stream }) =>
      stream
    );
    if (!streams.includes(target.stream)) {
      throw new Error(`There is no stream ${target.stream}; there are ${streams.join(", ")}`);
    }
    for (const path of paths) report(await backfillFile(clickHouse, path, target, progressBar(path)), path);
    return 0;
  }, ownerOptions);
}

function report({ lines, refused, resumed }: Filled, name: string): void {
  const notes = [
    ...(refused ? [`${refused} of them refused: /v1/rejected says why`] : []),
    ...(resumed ? [`${resumed} chunks were there from before`] : []),
  ];
  say(`${name}: ${[`${lines} rows`, ...notes].join("; ")}`);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    say((error as Error).message);
    Deno.exit(1);
  }
}
