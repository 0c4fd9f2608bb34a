import { jetstream, jetstreamManager, type JetStreamPublishOptions } from "@nats-io/jetstream";
import { headers as natsHeaders, type NatsConnection } from "@nats-io/nats-core";
import { parseSinkConfig } from "../../src/base/config.ts";
import type { LogEntry } from "../../src/base/log.ts";
import { type ClickHouse, type ClickHouseOptions, createClickHouse } from "../../src/clickhouse/client.ts";
import { createSinkApp } from "../../src/ingest/sink/app.ts";
import { createSinks, type Sinks } from "../../src/ingest/sink/sinks.ts";
import { createMetrics } from "../../src/observe/metrics/metrics.ts";
import { engineOptions, type Through } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { installedServers, type NatsServer, startNatsServer } from "../stream/nats_server.ts";

/** What is published: text, bytes, or a value as JSON. */
export type Payload = unknown;

/** A message of a test. */
export interface Published {
  /** Below the test's own prefix. */
  subject: string;
  payload: Payload;
  headers?: [string, string][];
}

/** A sink in this process. */
export interface TestSink {
  sinks: Sinks;
  log: LogEntry[];
  /** Text of one of its paths. */
  get(path: string): Promise<{ status: number; text: string }>;
  /** The number of one metric, of all labels together. */
  metric(name: string): Promise<number>;
  stop(withinMs?: number): Promise<void>;
}

/** Subjects of a test's own on a server. */
export interface World extends AsyncDisposable {
  nc: NatsConnection;
  url: string;
  connect: () => Promise<NatsConnection>;
  /** What the test's subjects begin with. */
  prefix: string;
  /** Publishes all and waits until the broker has them. */
  publish(messages: Published[]): Promise<void>;
  /** Starts a sink for `prefix.>`, whose messages go to a stream of events. */
  sink(options?: SinkOptions): TestSink;
  /** The durable consumer of `prefix.>`. */
  consumer(stream?: string): Promise<{ pending: number; unacknowledged: number; redelivered: number }>;
  /** Waits until all that was published is stored and acknowledged. */
  drained(stream?: string): Promise<void>;
}

/** What a test may set of a sink. */
export interface SinkOptions {
  stream?: string;
  target?: ClickHouseOptions;
  config?: Record<string, string>;
  /** Stands between the sink and ClickHouse. */
  through?: Through;
  connect?: () => Promise<NatsConnection>;
}

let counter = 0;

/** A test's own subjects on a server, in a stream of its own. */
export async function createWorld(server: Pick<NatsServer, "url" | "connect">): Promise<World> {
  const prefix = `t${Deno.pid}_${++counter}`;
  const nc = await server.connect();
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: prefix, subjects: [`${prefix}.>`] });
  const running: TestSink[] = [];

  async function publishOne({ subject, payload, headers = [] }: Published): Promise<void> {
    const sent = natsHeaders();
    for (const [name, value] of headers) sent.append(name, value);
    const data = payload instanceof Uint8Array || typeof payload === "string"
      ? payload
      : JSON.stringify(payload);
    const options: Partial<JetStreamPublishOptions> = { headers: sent, msgID: crypto.randomUUID() };
    await waitFor(
      "a message is stored",
      () => js.publish(`${prefix}.${subject}`, data, { ...options, timeout: 2_000 }).catch(() => undefined),
    );
  }

  const world: World = {
    nc,
    url: server.url,
    connect: server.connect,
    prefix,

    async publish(messages) {
      for (let i = 0; i < messages.length; i += 500) {
        await Promise.all(messages.slice(i, i + 500).map(publishOne));
      }
    },

    sink(options = {}) {
      const sink = startSink(server, prefix, options);
      running.push(sink);
      return sink;
    },

    async consumer(stream = "outreach") {
      const info = await jsm.consumers.info(prefix, `sluice_sink_${stream},${prefix},#`);
      return {
        pending: info.num_pending,
        unacknowledged: info.num_ack_pending,
        redelivered: info.num_redelivered,
      };
    },

    async drained(stream) {
      await waitFor("all is acknowledged", async () => {
        const found = await world.consumer(stream).catch(() => undefined);
        return found && found.pending === 0 && found.unacknowledged === 0;
      });
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((sink) => sink.stop()));
      await nc.close();
    },
  };
  return world;
}

function startSink(
  server: Pick<NatsServer, "url" | "connect">,
  prefix: string,
  { stream = "outreach", target = engineOptions(), config = {}, through, connect }: SinkOptions,
): TestSink {
  const ask = createClickHouse(target);
  const clickHouse: ClickHouse = through ? async (statement) => await through(statement, ask) : ask;
  const log: LogEntry[] = [];
  const parsed = parseSinkConfig({
    NATS_URL: server.url,
    CLICKHOUSE_URL: target.url,
    SINK_SUBJECTS: `${prefix}.>=${stream}`,
    SINK_BATCH_SECONDS: "0.05",
    ...config,
  });
  const metrics = createMetrics({
    build: { version: "1.2.3", runtime: "the tests" },
    clock: () => new Date(),
  });
  const keep = (entry: LogEntry) => void log.push(entry);
  const sinks = createSinks({
    config: parsed,
    connect: connect ?? server.connect,
    ingester: clickHouse,
    clickHouse,
    ingestion: metrics.ingestion,
    log: keep,
  });
  const app = createSinkApp({ config: parsed, sinks, metrics, clickHouse, log: keep });
  const ended = sinks.run();
  const get: TestSink["get"] = async (path) => {
    const response = await app.request(path);
    return { status: response.status, text: await response.text() };
  };
  return {
    sinks,
    log,
    get,
    async metric(name) {
      const { text } = await get("/metrics");
      const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async stop(withinMs = 5_000) {
      sinks.stop(withinMs);
      await ended;
    },
  };
}

/** Registers a test for each server that is installed, with a world of its own. */
export async function eachServer(): Promise<
  (name: string, run: (world: World) => Promise<void>) => void
> {
  const programs = await installedServers();
  const servers = new Map<string, Promise<NatsServer>>();
  return (name, run) => {
    for (const program of programs) {
      Deno.test({
        name: `${program}: ${name}`,
        // the shared server outlives the first test
        sanitizeResources: false,
        sanitizeOps: false,
        async fn() {
          if (!servers.has(program)) servers.set(program, startNatsServer(program));
          await using world = await createWorld(await servers.get(program)!);
          await run(world);
        },
      });
    }
  };
}
