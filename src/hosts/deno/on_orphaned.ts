const everyMs = 500;

/**
 * Runs `stop` when a launcher of this process has died without a signal to us, as `kill -9` does it: the parent,
 * or on Linux any of npx, npm, node and `deno task` above it, and the shell between npm and what it runs. Any other
 * shell is not watched: it may end while a job of it goes on.
 */
export function onOrphaned(stop: () => void): void {
  const parent = Deno.ppid;
  const launchers = launchersAbove(parent);
  const timer = setInterval(() => {
    if (Deno.ppid === parent && launchers.every(([pid, started]) => startTime(pid) === started)) return;
    clearInterval(timer);
    stop();
  }, everyMs);
  Deno.unrefTimer(timer);
}

/** Process ids and start times (a number may be given again), nearest first. */
function launchersAbove(pid: number): [number, string | undefined][] {
  const launchers: [number, string | undefined][] = [];
  for (let stat = readStat(pid); stat && isLauncher(stat); stat = readStat(pid)) {
    launchers.push([pid, stat.startTime]);
    pid = stat.parent;
  }
  return launchers;
}

function isLauncher({ command, parent }: Stat): boolean {
  if (/^(node|npm|npx|deno|MainThread)/.test(command)) return true;
  return /^(sh|dash|bash)$/.test(command) && /^(npm|npx)/.test(readStat(parent)?.command ?? "");
}

interface Stat {
  command: string;
  parent: number;
  startTime: string;
}

function startTime(pid: number): string | undefined {
  return readStat(pid)?.startTime;
}

/** Source: proc(5), `/proc/<pid>/stat`: the command in parentheses, then state, ppid, …, starttime as field 22. */
function readStat(pid: number): Stat | undefined {
  try {
    const [, command, rest] = /\((.*)\) (.*)/s.exec(Deno.readTextFileSync(`/proc/${pid}/stat`)) ?? [];
    const fields = rest.split(" ");
    if (fields[0] === "Z") return;
    return { command, parent: Number(fields[1]), startTime: fields[19] };
  } catch {
    return;
  }
}
