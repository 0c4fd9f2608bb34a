/** A shell that outlives this process by a moment, to kill what must not outlive it. */
export interface Keeper {
  /** What to kill when this process has ended, however it ended; by a negative number, a whole process group. */
  keep(pid: number): Promise<void>;
  /** Has the keeper kill nothing, and end. */
  release(): Promise<void>;
}

/** `read` fails at the end of input: this process holds the other end of the pipe, and nobody else does. */
const script = `read -r target && { read -r released || kill -s KILL -- "$target"; }`;

/** Starts a keeper: in a process group of its own, so that what ends this process does not end it too. */
export function startKeeper(): Keeper {
  const shell = new Deno.Command("sh", {
    args: ["-c", script],
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = shell.stdin.getWriter();
  const write = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`));
  return {
    keep: (pid) => write(String(pid)),
    async release() {
      // twice: the first line may not have come yet
      await write("");
      await write("").catch(() => {});
      await writer.close().catch(() => {});
      await shell.status;
    },
  };
}
