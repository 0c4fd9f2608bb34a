import { taskCommand } from "../../src/hosts/deno/task_command.ts";
import { signToken } from "../../src/auth/token.ts";
import { demoTenants } from "../../src/tools/demo/load.ts";
import { freePort } from "../../src/tools/engine/free_port.ts";
import { startProgram, temporaryFolder } from "../program.ts";
import { hasK6, type Load, startK6 } from "./k6.ts";

// `deno task load`: the dashboards of k6, or its streams, against a gateway of its own with the demo data, or against another one.
const usage = `${
  taskCommand("load [--seconds 60] [--streams 100] [--url URL --token TOKEN [--token TOKEN …]]")
}
With --streams, clients hold so many streams open, in place of the dashboards. Against a gateway that runs, events are sent to the tenants of the tokens: take tenants made for that.`;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

interface Options {
  seconds: number;
  streams?: number;
  url?: string;
  tokens: string[];
}

/** What the arguments say, or undefined when they say nothing that is known. */
function readOptions(args: string[]): Options | undefined {
  const options: Options = { seconds: 60, tokens: [] };
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--(seconds|streams|url|token)(?:=(.*))?$/s.exec(args[i]) ?? [];
    const value = inline ?? args[++i];
    if (!name || !value) return;
    if (name === "url") options.url = value.replace(/\/$/, "");
    else if (name === "token") options.tokens.push(value);
    else options[name as "seconds" | "streams"] = Number(value);
  }
  const areWhole = [options.seconds, options.streams ?? 1].every((each) =>
    Number.isInteger(each) && each > 0
  );
  return areWhole && (options.url === undefined) === (options.tokens.length === 0) ? options : undefined;
}

async function load(what: Omit<Load, "judgesLatency">): Promise<number> {
  return (await startK6({ ...what, judgesLatency: true }, "inherit").status).code;
}

/** Starts a gateway as `deno task dev` does, in a folder that goes away, with budgets that the load does not spend. */
async function loadOwn(what: Options): Promise<number> {
  await using folder = await temporaryFolder();
  const url = `http://localhost:${freePort()}`;
  const secret = crypto.randomUUID() + crypto.randomUUID();
  say("Starting a gateway with the demo data …");
  await using dev = startProgram(Deno.execPath(), ["run", "--allow-all", "src/tools/dev.ts"], {
    PORT: new URL(url).port,
    SLUICE_DATA_DIR: folder.path,
    AUTH_JWT_SECRET: secret,
    BUDGET_DAILY_QUERIES: "1000000000",
    BUDGET_MONTHLY_QUERIES: "1000000000",
    LOG_LEVEL: "warn",
  });
  await dev.until(/^Demo data +: done$/m);
  await dev.until(/^Sluice /m);
  const sign = (tenantId: string) =>
    signToken(secret, { tenantId, scope: "query ingest stream", expires: "1h" });
  const code = await load({ ...what, url, tokens: await Promise.all(demoTenants.map(sign)) });
  dev.signalGroup("SIGTERM");
  await dev.end();
  return code;
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    say(usage);
    return 2;
  }
  if (!await hasK6()) {
    say(
      "k6 is not there: with Go, `go install go.k6.io/k6@latest` builds it (.ci/install_k6 does that on Debian)",
    );
    return 2;
  }
  const { url } = options;
  return url === undefined ? await loadOwn(options) : await load({ ...options, url });
}

Deno.exit(await main(Deno.args));
