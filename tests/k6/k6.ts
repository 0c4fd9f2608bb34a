import { root } from "../../src/hosts/deno/sql_files.ts";

/** What k6 is to load. */
export interface Load {
  /** The gateway's address. */
  url: string;
  /** A token of each tenant, with the scopes `query` and `ingest`, or for streams `stream` and `ingest`. */
  tokens: string[];
  seconds: number;
  /** How many streams are held open, by `stream.js`; without it, dashboards are asked for by `queries.js`. */
  streams?: number;
  /** Users who watch a dashboard, and how often each asks for it again; by default those of a busy hour. */
  users?: number;
  refreshSeconds?: number;
  /** Whether times are judged too. */
  judgesLatency: boolean;
}

/** Whether k6 can be run here. */
export async function hasK6(): Promise<boolean> {
  try {
    await new Deno.Command("k6", { args: ["version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Starts k6; it ends with 0 when all thresholds held, with 99 when one did not. */
export function startK6(
  { url, tokens, seconds, streams, users, refreshSeconds, judgesLatency }: Load,
  output: "inherit" | "piped",
): Deno.ChildProcess {
  const script = streams ? "stream.js" : "queries.js";
  return new Deno.Command("k6", {
    args: ["run", "--quiet", "--no-usage-report", "--address", "localhost:0", `${root}tests/k6/${script}`],
    env: {
      // tokens are not for the list of processes, where arguments show
      LOAD_URL: url,
      LOAD_TOKENS: tokens.join(" "),
      LOAD_SECONDS: String(seconds),
      ...(streams && { LOAD_STREAMS: String(streams) }),
      ...(users && { LOAD_USERS: String(users) }),
      ...(refreshSeconds && { LOAD_REFRESH_SECONDS: String(refreshSeconds) }),
      LOAD_LATENCY: judgesLatency ? "1" : "0",
    },
    stdin: "null",
    stdout: output,
    stderr: output,
  }).spawn();
}
