import { pause } from "../../base/async/pause.ts";
import postgres from "postgres";
import { freePort } from "../engine/free_port.ts";
import { keptSecret } from "../../hosts/deno/kept_secret.ts";
import { type Account, postgresAccount } from "./account.ts";
import { postgresFolder } from "./folder.ts";
import { unpackPostgres } from "./program.ts";

/** A running Postgres, and how its superuser gets in. */
export interface Postgres {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Where its data is. */
  folder: string;
  /** Resolves when the process has ended, by itself or not. */
  ended: Promise<void>;
  /** Stops it: statements that run are cut off, what was committed is on disk. */
  stop(): Promise<void>;
}

/** Where it keeps its data and programs, and on which port of the loopback it listens: a free one unless given. */
export interface PostgresOptions {
  folder: string;
  port?: number;
  /** Settings for its command line, such as `log_statement`. */
  settings?: Record<string, string>;
}

const startTimeoutMs = 60_000;

/**
 * A shell between us and Postgres, which stops it when its standard input ends: with us, however we end. SIGINT is
 * Postgres's fast shutdown.
 */
const keeper = `exec 3<&0
"$@" 3<&- &
child=$!
(cat <&3 >/dev/null; kill -INT $child 2>/dev/null) &
wait $child`;

/** Starts a Postgres, on an empty database when the folder has none, and waits until it answers. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const account = await postgresAccount();
  const folder = await postgresFolder(options.folder, account);
  const programs = await unpackPostgres(folder);
  const password = await keptSecret(`${folder}/superuser_password`);
  if (account) await Deno.chown(`${folder}/superuser_password`, account.uid, account.gid);
  await initialize(folder, programs, account);
  const port = options.port ?? freePort();
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // a source for development: what a crash of the machine takes is made again
    fsync: "off",
    ...options.settings,
  };
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      keeper,
      "sh",
      `${programs}/postgres`,
      "-D",
      `${folder}/data`,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ...account,
    cwd: "/",
    // a Ctrl-C in the terminal is for us to pass on
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const printed = lastOf(child.stderr);
  const running: Postgres = {
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    database: "postgres",
    folder,
    ended: child.status.then(() => {}),
    async stop() {
      await child.stdin.close().catch(() => {});
      await child.status;
    },
  };
  await waitUntilReady(running, printed);
  return running;
}

/** Makes the data folder; one that was cut off is made again. */
async function initialize(folder: string, programs: string, account: Account | undefined): Promise<void> {
  const [data, unfinished] = [`${folder}/data`, `${folder}/data.new`];
  if (await exists(data)) return;
  if (await exists(unfinished)) await Deno.remove(unfinished, { recursive: true });
  const { success, stderr } = await new Deno.Command(`${programs}/initdb`, {
    args: [
      `--pgdata=${unfinished}`,
      "--username=postgres",
      `--pwfile=${folder}/superuser_password`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ],
    ...account,
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Postgres cannot make its data folder: ${new TextDecoder().decode(stderr)}`);
  await Deno.rename(unfinished, data);
}

async function waitUntilReady(running: Postgres, printed: () => string): Promise<void> {
  let isOver = false;
  running.ended.then(() => isOver = true);
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (isOver) throw new Error(`Postgres did not start: ${printed().trim()}`);
    const client = connectPostgres(running);
    try {
      await client`SELECT 1`;
      return;
    } catch {
      await pause(20);
    } finally {
      await client.end({ timeout: 1 });
    }
  }
  await running.stop();
  throw new Error(`Postgres did not answer within ${startTimeoutMs} ms: ${printed().trim()}`);
}

/** A client with one connection, as its superuser or as somebody else. */
export function connectPostgres(
  { host, port, database, user, password }: Pick<
    Postgres,
    "host" | "port" | "database" | "user" | "password"
  >,
): postgres.Sql {
  return postgres({ host, port, database, user, password, max: 1, connect_timeout: 5, onnotice: () => {} });
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** The last of what a stream carried. */
function lastOf(stream: ReadableStream<Uint8Array>): () => string {
  const limit = 10_000;
  const decoder = new TextDecoder();
  let text = "";
  (async () => {
    for await (const part of stream) text = (text + decoder.decode(part, { stream: true })).slice(-limit);
  })().catch(() => {});
  return () => text;
}
