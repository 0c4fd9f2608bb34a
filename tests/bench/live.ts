import { createClickHouse, run } from "../../src/clickhouse/client.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import type { Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const tenants = 100;
const deliveriesPerSecond = 10_000;
const seconds = 20;
/** Inserts a second, each with events of several tenants. */
const insertsPerSecond = 10;

/** What a reader process prints: how late events came, and how many. */
interface Read {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  events: number;
}

/**
 * Live updates through the database alone, beside a bare server of streams: 100 tenants, 10,000 deliveries a second, and as many
 * streams as each row says.
 */
export async function benchLive(sides: Sides): Promise<Row[]> {
  const rows: Row[] = [];
  for (const streams of [1_000, 5_000, 10_000]) {
    const bare = await benchBare(streams);
    const ours = await benchLog(sides, streams);
    const what = `live updates, ${streams.toLocaleString("en")} streams`;
    rows.push(
      {
        what: `${what}, p95 through the database`,
        unit: "ms",
        ours: [ours.read.p95Ms],
        reference: [bare.read.p95Ms],
        goal: { atMost: 300 },
        note:
          `p50 ${ours.read.p50Ms} ms, p99 ${ours.read.p99Ms} ms; ${ours.read.events} of ${ours.sent} deliveries came`,
      },
      {
        what: `${what}, memory of each`,
        unit: "KB",
        ours: [ours.kilobytes],
        reference: [bare.kilobytes],
        goal: { atMost: 70 },
      },
    );
  }
  return rows;
}

async function benchLog(sides: Sides, streams: number) {
  const names = Array.from({ length: tenants }, (_, i) => `live-${i}`);
  const tokens = await Promise.all(names.map((name) => sides.tokenOf(name, "stream")));
  const owner = createClickHouse(sides.target);
  return await measure(`${sides.url}/v1/stream/updates`, tokens, streams, sides.gatewayPid, async () => {
    const perTenant = streams / tenants;
    const eventsPerInsert = deliveriesPerSecond / perTenant / insertsPerSecond;
    let [sent, next] = [0, 0];
    const end = Date.now() + seconds * 1_000;
    const inserts: Promise<unknown>[] = [];
    while (Date.now() < end) {
      const rows = Array.from({ length: eventsPerInsert }, () => {
        const data = JSON.stringify({ sentAt: Date.now() });
        return JSON.stringify({ tenant_id: names[next++ % tenants], type: "metric_updated", data });
      });
      sent += rows.length * perTenant;
      const body = new TextEncoder().encode(rows.join("\n"));
      inserts.push(run(owner, {
        sql: "INSERT INTO live_events (tenant_id, type, data) FORMAT JSONEachRow",
        body,
        settings: { deduplicate_insert: "disable", async_insert: 0 },
      }));
      await new Promise((resolve) => setTimeout(resolve, 1_000 / insertsPerSecond));
    }
    await Promise.all(inserts);
    return sent;
  });
}

async function benchBare(streams: number) {
  const bare = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      `${root}tests/bench/bare_streams.ts`,
      String(tenants),
      String(deliveriesPerSecond),
    ],
    stdout: "piped",
  }).spawn();
  try {
    const { value } = await bare.stdout.getReader().read();
    const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`;
    const tokens = Array.from({ length: tenants }, (_, i) => String(i));
    return await measure(url, tokens, streams, bare.pid, async () => {
      await fetch(`${url}start?streams=${streams}`).then((answer) => answer.text());
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      return Number(await fetch(`${url}stop`).then((answer) => answer.text()));
    });
  } finally {
    bare.kill("SIGTERM");
    await bare.status;
  }
}

/** Opens the streams in a process of their own, publishes, and reads what came of it. */
async function measure(
  url: string,
  tokens: string[],
  streams: number,
  pid: number,
  publish: () => Promise<number>,
) {
  const before = await residentKilobytes(pid);
  const reader = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `${root}tests/bench/stream_reader.ts`, url, String(streams)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = reader.stdin.getWriter();
  await input.write(new TextEncoder().encode(`${JSON.stringify(tokens)}\n`));
  const lines = reader.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: opened } = await lines.read();
  if (!opened?.startsWith("open")) throw new Error(`The streams could not be opened: ${opened}`);
  const kilobytes = Math.round((await residentKilobytes(pid) - before) / streams);
  const sent = await publish();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await input.close();
  const { value } = await lines.read();
  await reader.status;
  return { read: JSON.parse(value ?? "null") as Read, sent, kilobytes };
}

async function residentKilobytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN);
}
