import { createClickHouse, run } from "../../src/clickhouse/client.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import type { Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

/** Who follows. */
export const tenants = Array.from({ length: 100 }, (_, i) => `live-${i}`);
const deliveriesPerSecond = 10_000;
const seconds = 20;
/** So evenly is published through NATS; an insert takes longer than that, and the database hears of all that came meanwhile. */
const publishesPerSecond = { nats: 100, log: 10 };

/** What a reader process prints: how late events came, and how many. */
interface Read {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  events: number;
}

interface Measured {
  read: Read;
  /** Deliveries that are to be expected of what was published. */
  sent: number;
  kilobytes: number;
}

/** A way for events into the gateway. */
interface Publisher {
  perSecond: number;
  /** Publishes an event of each of these tenants. */
  publish(tenants: string[]): Promise<void>;
}

/**
 * Live updates beside a bare server of streams: 100 tenants and 10,000 deliveries a second, through the database alone and through
 * NATS, with as many streams as each row says; and what a WebSocket takes.
 */
export async function benchLive(sides: Sides): Promise<Row[]> {
  const rows: Row[] = [];
  for (const streams of [1_000, 5_000, 10_000]) {
    const bare = await benchBare(streams);
    const log = await benchGateway(sides, streams, "updates", publishToLog(sides));
    const what = `live updates, ${streams.toLocaleString("en")} streams`;
    rows.push(latency(`${what}, p95 through the database`, log, bare, 300));
    if (sides.connectNats) {
      const nats = await sides.connectNats();
      const through = await benchGateway(sides, streams, "updates", {
        perSecond: publishesPerSecond.nats,
        publish(names) {
          for (const name of names) nats.publish("metrics.bench", stamp(name));
          return nats.flush();
        },
      });
      await nats.close();
      rows.push(latency(`${what}, p95 through NATS`, through, bare, 10));
    }
    rows.push(memory(`${what}, memory of each`, log, bare, 70));
  }
  const sockets = await benchGateway(sides, 5_000, "socket", publishToLog(sides));
  rows.push(memory("live updates, 5,000 WebSockets, memory of each", sockets, undefined, 30));
  return rows;
}

function latency(what: string, { read, sent }: Measured, bare: Measured, atMost: number): Row {
  return {
    what,
    unit: "ms",
    ours: [read.p95Ms],
    reference: [bare.read.p95Ms],
    goal: { atMost },
    note: `p50 ${read.p50Ms} ms, p99 ${read.p99Ms} ms; ${read.events} of ${sent} deliveries came`,
  };
}

function memory(what: string, ours: Measured, bare: Measured | undefined, atMost: number): Row {
  return { what, unit: "KB", ours: [ours.kilobytes], reference: bare && [bare.kilobytes], goal: { atMost } };
}

/** What is published; the time within tells how late it comes. */
function stamp(tenantId: string): string {
  return JSON.stringify({ companyId: tenantId, type: "metric_updated", sentAt: Date.now() });
}

/** Publishes through the database. */
export function publishToLog({ target }: Sides): Publisher {
  const owner = createClickHouse(target);
  return {
    perSecond: publishesPerSecond.log,
    async publish(names) {
      const rows = names.map((name) =>
        JSON.stringify({ tenant_id: name, type: "metric_updated", data: stamp(name) })
      );
      await run(owner, {
        sql: "INSERT INTO live_events (tenant_id, type, data) FORMAT JSONEachRow",
        body: new TextEncoder().encode(rows.join("\n")),
        settings: { deduplicate_insert: "disable", async_insert: 0 },
      });
    },
  };
}

async function benchGateway(
  sides: Sides,
  streams: number,
  path: string,
  { perSecond, publish }: Publisher,
): Promise<Measured> {
  const tokens = await Promise.all(tenants.map((name) => sides.tokenOf(name, "stream")));
  return await measure(`${sides.url}/v1/stream/${path}`, tokens, streams, sides.gatewayPid, async () => {
    const perTenant = streams / tenants.length;
    const eventsPerSecond = deliveriesPerSecond / perTenant;
    let published = 0;
    const begin = performance.now();
    const underway: Promise<void>[] = [];
    for (let passed = 0; passed < seconds; passed = (performance.now() - begin) / 1_000) {
      // what is due by now: timers are late, the rate is not
      const due = Math.floor(passed * eventsPerSecond) - published;
      if (due) {
        underway.push(publish(Array.from({ length: due }, () => tenants[published++ % tenants.length])));
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
    }
    await Promise.all(underway);
    return published * perTenant;
  });
}

async function benchBare(streams: number): Promise<Measured> {
  const bare = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      `${root}tests/bench/bare_streams.ts`,
      String(tenants.length),
      String(deliveriesPerSecond),
    ],
    stdout: "piped",
  }).spawn();
  try {
    const { value } = await bare.stdout.getReader().read();
    const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`;
    const ask = async (path: string) => await (await fetch(url + path)).text();
    return await measure(url, tenants.map((_, i) => String(i)), streams, bare.pid, async () => {
      await ask(`start?streams=${streams}`);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      return Number(await ask("stop"));
    });
  } finally {
    bare.kill("SIGTERM");
    await bare.status;
  }
}

/** Opens the streams in a process of their own, publishes, and reads what came of it. */
export async function measure(
  url: string,
  tokens: string[],
  streams: number,
  pid: number,
  publish: () => Promise<number>,
): Promise<Measured> {
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

/** The memory that a process takes. */
export async function residentKilobytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN);
}
