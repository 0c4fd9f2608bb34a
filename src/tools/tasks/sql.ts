import process from "node:process";
import { createInterface } from "node:readline";
import { tenantIdFault } from "../../auth/credential.ts";
import { suggestion } from "../../base/suggestion.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { ClickHouseError, withoutStatement } from "../../clickhouse/exception.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { demoTenants } from "../demo/load.ts";
import { withDevDatabase } from "../dev_engine.ts";

// `deno task sql`: SQL as a tenant's queries run it: as the user who sees that tenant's rows alone, with {tenantId} and {now} bound.
const usage = `${taskCommand("sql [--tenant NAME] [STATEMENT]")}
Without a statement, it asks for them; each ends with a semicolon.`;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.error(text);

async function main(args: string[]): Promise<number> {
  let [tenantId] = demoTenants;
  let statement: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const [isTenant, inline] = /^--tenant(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (isTenant) tenantId = inline ?? args[++i] ?? "";
    else if (statement === undefined && !args[i].startsWith("-")) statement = args[i];
    else if (args[i].startsWith("-")) {
      return usageFault(`There is no option "${args[i]}"${suggestion(args[i], ["--tenant"])}\n${usage}`);
    } else return usageFault(`Write the statement as one argument, in quotes\n${usage}`);
  }
  const fault = tenantIdFault(tenantId);
  if (fault) return usageFault(`--tenant ${fault}`);
  return await withDevDatabase(async (target) => {
    const { reader } = createRoles(target);
    if (statement !== undefined) return await answer(reader, tenantId, statement) ? 0 : 1;
    return await converse(reader, tenantId);
  });
}

function usageFault(text: string): number {
  say(text);
  return 2;
}

/** Answers the statements of standard input, one after the other; Ctrl-C stops the one that runs. */
async function converse(reader: ClickHouse, tenantId: string): Promise<number> {
  const terminal = Deno.stdin.isTerminal();
  const lines = createInterface({
    input: process.stdin,
    output: terminal ? process.stdout : undefined,
    terminal,
  });
  let running: AbortController | undefined;
  lines.on("SIGINT", () => running ? running.abort() : lines.close());
  const ask = (text: string) => {
    lines.setPrompt(text);
    if (terminal) lines.prompt();
  };
  let [pending, code] = ["", 0];
  const run = async () => {
    running = new AbortController();
    if (!await answer(reader, tenantId, pending, running.signal) && !terminal) code = 1;
    running = undefined;
    pending = "";
  };
  ask(`${tenantId}> `);
  for await (const line of lines) {
    if (!pending && /^\s*(exit|quit)?\s*;?\s*$/i.test(line)) {
      if (line.trim()) break;
    } else {
      pending += `${line}\n`;
      if (line.trimEnd().endsWith(";")) await run();
    }
    ask(pending ? "… " : `${tenantId}> `);
  }
  if (pending.trim()) await run();
  return code;
}

/** Runs a statement and prints its answer, or why there is none. */
async function answer(
  reader: ClickHouse,
  tenantId: string,
  sql: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const { body } = await reader({
      sql: sql.trimEnd().replace(/;$/, ""),
      parameters: {
        tenantId: escapeString(tenantId),
        now: new Date().toISOString().slice(0, -1).replace("T", " "),
      },
      // the row policies read there whose rows these are
      settings: { log_comment: tenantId, default_format: "PrettyCompactMonoBlock" },
      signal,
    });
    await body?.pipeTo(Deno.stdout.writable, { preventClose: true, signal });
    return true;
  } catch (error) {
    if (signal?.aborted) say("Stopped");
    else say(error instanceof ClickHouseError ? withoutStatement(error.message) : (error as Error).message);
    return false;
  }
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  say((error as Error).message);
  Deno.exit(1);
}
