import { root } from "../../src/hosts/deno/sql_files.ts";

/** What to send, over and over. */
export interface Load {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  connections: number;
  seconds: number;
  /** The processes whose core time is counted. */
  servers?: number[];
}

/** What came of it. */
export interface Measured {
  perSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Core time that the servers took for each request: it swings less than time on the clock. */
  coreMicroseconds: number;
  /** Share of one core that the load generator took: well below 1, it was not the limit. */
  generatorShare: number;
}

/** Whether the load generator is there. */
export function hasLoadGenerator(): boolean {
  try {
    return new Deno.Command("wrk", { args: ["-v"], stdout: "null", stderr: "null" }).outputSync().code >= 0;
  } catch {
    return false;
  }
}

/** Sends requests with wrk, one thread of it. Throws when one fails. */
export async function load(
  { url, method = "GET", headers = {}, body, connections, seconds, servers = [] }: Load,
): Promise<Measured> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  const before = await coresOf(servers);
  const child = new Deno.Command("wrk", {
    args: [
      "-t1",
      `-c${connections}`,
      `-d${seconds}s`,
      "--timeout",
      "20s",
      "-s",
      `${root}tests/bench/load.lua`,
      url,
    ],
    env: { BENCH_METHOD: method, BENCH_HEADERS: lines, ...(body !== undefined && { BENCH_BODY: body }) },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const beforeEnd = new Promise((resolve) => setTimeout(resolve, seconds * 1000 - 200));
  const busySeconds = beforeEnd.then(() => cpuSeconds(child.pid));
  const { stdout } = await child.output();
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith("{"));
  if (!line) throw new Error(`wrk measured nothing of ${url}`);
  const { requests, seconds: took, p50Ms, p95Ms, p99Ms, failures } = JSON.parse(line);
  if (failures > 0 || requests === 0) throw new Error(`${failures} of ${requests} requests to ${url} failed`);
  const perSecond = requests / took;
  const coreMicroseconds = (await coresOf(servers) - before) * 1e6 / requests;
  const generatorShare = await busySeconds / (seconds - 0.2);
  return { perSecond, p50Ms, p95Ms, p99Ms, coreMicroseconds, generatorShare };
}

async function coresOf(servers: number[]): Promise<number> {
  return (await Promise.all(servers.map(cpuSeconds))).reduce((sum, each) => sum + each, 0);
}

/** Processor time of a process so far; 0 where there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // after the name in parentheses, fields 14 and 15 of proc(5): ticks of 10 ms
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
