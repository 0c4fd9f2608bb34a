import { variables } from "../src/base/variables/variables.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { startKeeper } from "./keeper.ts";

/**
 * A program that a test has started, in a process group of its own. Disposing of it kills what is left of that, and so does
 * the end of the test run, also by `kill -9`.
 */
export interface Program extends AsyncDisposable {
  pid: number;
  /** All that it has printed so far, on both streams. */
  printed(): string;
  /** Waits until it has printed this. Throws when it ends before, or as `waitFor` does. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal to the whole group, as a terminal does with Ctrl-C. */
  signalGroup(signal: Deno.Signal): void;
  /** The group's processes that run. */
  group(): GroupMember[];
  /** Waits for the end of the program, and returns its exit code. */
  end(): Promise<number>;
}

/** A process and how it was called. */
export interface GroupMember {
  pid: number;
  command: string;
}

/** What has not come by then does not come, also on a machine that is busy with other tests. */
export const boundMs = 180_000;

/** Becomes the program when it is told to: by then a keeper knows of it. */
const gate = 'read -r _ && exec "$@" </dev/null';

/** Starts a program without the variables of the project, except those given. */
export function startProgram(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  cwd = root,
): Program {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) =>
    // npx sets the last, and then tasks print other commands
    !(name in variables) && !name.startsWith("SLUICE_") && name !== "npm_lifecycle_event"
  );
  const keeper = startKeeper();
  const child = new Deno.Command("sh", {
    args: ["-c", gate, "sh", command, ...args],
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const started = keeper.keep(-child.pid).then(() => open(child.stdin));
  let text = "";
  let isOver = false;
  const ended = child.status.then(({ code }) => {
    isOver = true;
    return code;
  });
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);

  const program: Program = {
    pid: child.pid,
    printed: () => text,
    until: (pattern) =>
      waitFor(`the program prints ${pattern}`, () => {
        const found = pattern.exec(text);
        if (!found && isOver) throw new Error(`The program has ended without printing ${pattern}:\n${text}`);
        return found;
      }),
    signalGroup: (signal) => Deno.kill(-child.pid, signal),
    group: () => processes().filter(({ group }) => group === child.pid),
    async end() {
      await waitFor("the program ends", () => isOver);
      await reading;
      return await ended;
    },
    async [Symbol.asyncDispose]() {
      if (program.group().length) program.signalGroup("SIGKILL");
      await started;
      await reading;
      await ended;
      await keeper.release();
    },
  };
  return program;
}

async function open(gate: WritableStream<Uint8Array>): Promise<void> {
  const writer = gate.getWriter();
  await writer.write(new TextEncoder().encode("\n"));
  await writer.close();
}

/** Runs a program to its end. */
export async function runProgram(
  ...args: Parameters<typeof startProgram>
): Promise<{ code: number; printed: string }> {
  await using program = startProgram(...args);
  return { code: await program.end(), printed: program.printed() };
}

/** Waits until `check` gives something, and returns that. Throws when nothing has come for so long that nothing will. */
export async function waitFor<Result>(
  what: string,
  check: () => Result | Promise<Result>,
): Promise<NonNullable<Exclude<Result, false>>> {
  const deadline = Date.now() + boundMs;
  while (Date.now() < deadline) {
    const result = await check();
    if (result !== undefined && result !== null && result !== false) {
      return result as NonNullable<Exclude<Result, false>>;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited ${boundMs} ms without success until ${what}`);
}

/** The processes below one, children first. */
export function descendants(pid: number): GroupMember[] {
  const all = processes();
  const below = (parent: number): GroupMember[] =>
    all.filter((each) => each.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** All processes of the machine that run, with parent and group. */
export function processes(): (GroupMember & { parent: number; group: number })[] {
  const { stdout } = new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid=,pgid=,stat=,args="] })
    .outputSync();
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const [, pid, parent, group, state, command] = /^ *(\d+) +(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    // a dead process that nobody has asked about yet
    if (!pid || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), command }];
  });
}

/** A temporary folder that goes away with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "sluice-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Copies a folder of small files. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
