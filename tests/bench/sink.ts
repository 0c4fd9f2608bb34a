import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { headers as natsHeaders } from "@nats-io/nats-core";
import { createClickHouse } from "../../src/clickhouse/client.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import { startKeeper } from "../keeper.ts";
import { waitFor } from "../program.ts";
import { installedServers, type NatsServer, startNatsServer } from "../stream/nats_server.ts";
import { insertDirectly, makeEvents } from "./ingestion.ts";
import { measureLag } from "./lag.ts";
import { cpuSeconds } from "./load.ts";
import { alternate, median, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const events = 300_000;
/** How many events a producer puts into a message, a line each. */
const messageSizes = [1, 10, 100];
/** Requests of other rows have lower numbers, and events of their own. */
const firstRequest = 1_000;
/** Events that are published before the broker is asked whether it has them. */
const window = 5_000;
const subject = "bench.events";
const consumerName = "sluice_sink_outreach,bench,events";

/** Messages of NATS through the sink against the same rows inserted into the landing table directly. */
export async function benchSink({ target, enginePid }: Sides): Promise<Row[]> {
  const programs = await installedServers();
  const rows: Row[] = [];
  for (const program of programs) {
    await using server = await startNatsServer(program);
    for (const size of messageSizes) {
      rows.push(await benchServer({ program, size, server, target, enginePid }));
    }
  }
  if (programs.length) rows.push(await benchLag(programs.at(-1)!, target));
  return rows;
}

/** With the batches that a sink makes by default. */
async function benchLag(program: string, target: Sides["target"]): Promise<Row> {
  await using server = await startNatsServer(program);
  const nc = await server.connect();
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: "bench_lag", subjects: [subject] });
  await using _sink = await startSink(server, target);
  await waitFor("the sink reads", () => jsm.consumers.info("bench_lag", consumerName).catch(() => undefined));
  const headers = natsHeaders();
  headers.set("Sluice-Tenant", "lag");
  const row = await measureLag("NATS → sink → table", createClickHouse(target), async (lines) => {
    for (const line of lines) nc.publish(subject, line, { headers });
    await nc.flush();
  });
  await nc.close();
  return row;
}

/** A sink as a process of its own. */
async function startSink(server: NatsServer, target: Sides["target"], config: Record<string, string> = {}) {
  const sink = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `${root}src/hosts/deno/sink.ts`],
    env: {
      NATS_URL: server.url,
      CLICKHOUSE_URL: target.url,
      CLICKHOUSE_USER: target.user,
      CLICKHOUSE_PASSWORD: target.password,
      SINK_PORT: "0",
      SINK_SUBJECTS: `${subject}=outreach`,
      ...config,
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const keeper = startKeeper();
  await keeper.keep(sink.pid);
  return {
    pid: sink.pid,
    async [Symbol.asyncDispose]() {
      sink.kill("SIGTERM");
      await sink.status;
      await keeper.release();
    },
  };
}

/** What a row is measured with. */
interface Bench extends Pick<Sides, "target" | "enginePid"> {
  program: string;
  server: NatsServer;
  /** Events of a message. */
  size: number;
}

async function benchServer({ program, server, size, target, enginePid }: Bench): Promise<Row> {
  const clickHouse = createClickHouse(target);
  let request = firstRequest;
  /** Core time of each round, in µs for each event. */
  const coreTimes: Record<string, number[]> = { sink: [], NATS: [], ClickHouse: [], direct: [] };

  /** Does the work and notes what it takes of each process. */
  async function timed<Result>(pids: Record<string, number>, work: () => Promise<Result>): Promise<Result> {
    const before = await Promise.all(Object.values(pids).map(cpuSeconds));
    const result = await work();
    for (const [i, [name, pid]] of Object.entries(pids).entries()) {
      coreTimes[name].push((await cpuSeconds(pid) - before[i]) / events * 1e6);
    }
    return result;
  }

  /** Events/s, from the first that is delivered to the last that is acknowledged; the sink has started by then. */
  async function throughSink(): Promise<number> {
    const consumer = await publish(server, request++, size);
    try {
      // a thousand events, as by default: the last messages do not wait for more
      const config = { SINK_BATCH_MESSAGES: String(Math.ceil(1_000 / size)) };
      await using sink = await startSink(server, target, config);
      await consumer.until(({ delivered }) => delivered > 0);
      return await timed({ sink: sink.pid, NATS: server.pid, ClickHouse: enginePid }, async () => {
        const start = performance.now();
        await consumer.until(({ left }) => left === 0);
        return events / (performance.now() - start) * 1_000;
      });
    } finally {
      await consumer.close();
    }
  }

  const direct = async () => {
    const body = makeEvents(request++);
    return await timed({ direct: enginePid }, async () => events / await insertDirectly(clickHouse, body));
  };
  const measured = await alternate(throughSink, direct);
  return {
    what: `NATS (${
      program.split("/").at(-1)
    }) → sink → landing table, events of 300 bytes, ${size} a message`,
    unit: "events/s",
    ...measured,
    goal: { ratioAtLeast: 0.6, atLeast: 100_000 },
    note: `core time an event, in µs: ${
      Object.entries(coreTimes).map(([name, times]) => `${name} ${median(times).toFixed(1)}`).join(", ")
    }`,
  };
}

/** Publishes the events of one round into a stream that has no others. */
async function publish(server: NatsServer, request: number, size: number) {
  const nc = await server.connect();
  const jsm = await jetstreamManager(nc);
  const js = jetstream(nc);
  const stream = `bench_${request}`;
  await jsm.streams.add({ name: stream, subjects: [subject] });
  const headers = natsHeaders();
  headers.set("Sluice-Tenant", "bench");
  const lines = new TextDecoder().decode(makeEvents(request)).split("\n");
  const encoder = new TextEncoder();
  for (let i = 0; i < lines.length; i += size) {
    const data = encoder.encode(lines.slice(i, i + size).join("\n"));
    if ((i + size) % window) nc.publish(subject, data, { headers });
    else await js.publish(subject, data, { headers, timeout: 60_000 });
  }
  return {
    async until(check: (state: { delivered: number; left: number }) => boolean): Promise<void> {
      for (;;) {
        const info = await jsm.consumers.info(stream, consumerName).catch(() => undefined);
        const delivered = info?.delivered.consumer_seq ?? 0;
        const left = info ? info.num_pending + info.num_ack_pending : events;
        if (info && check({ delivered, left })) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      await jsm.streams.delete(stream);
      await nc.close();
    },
  };
}
