import type { NatsConnection } from "@nats-io/nats-core";
import { withTimeout } from "../../base/async/with_timeout.ts";
import type { SinkConfig } from "../../base/config.ts";
import type { Log } from "../../base/log.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import type { IngestionMetrics } from "../../observe/metrics/ingestion.ts";
import { createNatsLink } from "../brokers/nats_link.ts";
import { createNatsMessages } from "../brokers/nats_messages.ts";
import { createNatsStreams } from "../brokers/nats_streams.ts";
import type { SinkMessage } from "../message.ts";
import { readRejections } from "./rejections.ts";
import { createSink } from "./sink.ts";
import { createMessageStore, type Stored } from "./store_messages.ts";
import { createSynced } from "./synced.ts";

/** What the sinks of a process work with. */
export interface SinksOptions {
  config: Pick<
    SinkConfig,
    | "SINK_SUBJECTS"
    | "SINK_BATCH_MESSAGES"
    | "SINK_BATCH_SECONDS"
    | "SINK_ACK_WAIT_SECONDS"
    | "MAX_LINE_BYTES"
    | "NATS_TENANT_HEADER"
    | "NATS_TENANT_FIELD"
  >;
  connect: () => Promise<NatsConnection>;
  /** Inserts into landing tables. */
  ingester: ClickHouse;
  /** Keeps dead letters and counts them. */
  clickHouse: ClickHouse;
  ingestion: IngestionMetrics;
  log: Log;
}

/** The sinks of a process. */
export type Sinks = ReturnType<typeof createSinks>;

/** The stream of JetStream that is made for subjects which no other has. */
const madeStream = { name: "sluice_events", keptMs: 7 * 24 * 3_600_000 };
/** The same for `analytics.synced`; what was told is not told again after a restart. */
const madeSyncedStream = { name: "sluice_synced", keptMs: 25 * 3_600_000, duplicatesMs: 2 * 3_600_000 };
const maxBatch = { maxBatchMessages: 50_000, maxBatchBytes: 33_554_432, backlogMs: 1_000 };
/** Of one landing table. */
const maxHeld = { maxMessages: 100_000, maxBytes: 67_108_864 };
/** Delivered to all who read a subject together: those held and those on the way, also of a sink that was killed. */
const maxPending = 250_000;
const retry = { retryMs: 200, maxPauseMs: 5_000 };
const lagTimeoutMs = 2_000;

/** One sink for each landing table, with a durable consumer for each subject; and NATS is told of syncs. */
export function createSinks(options: SinksOptions) {
  const { config, clickHouse, ingestion, log } = options;
  const link = createNatsLink(options.connect);
  const streamOf = createNatsStreams(link, madeStream);
  const ingester = ingestion.timed(options.ingester);
  const places = { tenantHeader: config.NATS_TENANT_HEADER, tenantField: config.NATS_TENANT_FIELD };
  const limits = {
    ...maxBatch,
    ...maxHeld,
    batchMessages: config.SINK_BATCH_MESSAGES,
    batchMs: config.SINK_BATCH_SECONDS * 1_000,
  };
  const pairs = config.SINK_SUBJECTS.map((pair) => pair.split("=") as [subject: string, stream: string]);
  const sinks = [...Map.groupBy(pairs, ([, stream]) => stream)].map(([stream, subjects]) => {
    const sources = subjects.map(([subject]) =>
      createNatsMessages({
        link,
        info: () => streamOf(subject),
        subject,
        durableName: durableNameOf(subject, stream),
        ackWaitMs: config.SINK_ACK_WAIT_SECONDS * 1_000,
        maxPending,
      })
    );
    const messages = createMessageStore({
      stream,
      ingester,
      clickHouse,
      log,
      places,
      maxLineBytes: config.MAX_LINE_BYTES,
      ...retry,
    });
    const store = async (batch: SinkMessage[], signal: AbortSignal) => {
      const since = Date.now();
      await count(stream, batch, since, await messages.store(batch, signal));
    };
    const sink = createSink({ stream, sources, store, limits, log, retryMs: retry.retryMs });
    return { stream, sources, sink, stored: messages.stats };
  });
  const syncedStream = createNatsStreams(link, madeSyncedStream);
  const synced = createSynced({ clickHouse, link, streamOf: syncedStream, places, log });
  const stopped = new AbortController();

  /** Those that ClickHouse refused are dead letters already; those of the views are asked for. */
  async function count(stream: string, batch: SinkMessage[], since: number, stored: Stored): Promise<void> {
    const { lines, refused } = stored;
    // the rows are safe: that they are not counted is no failure
    const found = await readRejections(clickHouse, stream, batch, since).catch(() => undefined);
    const rejected = Math.max(refused, found?.count ?? 0);
    ingestion.count(stream, { accepted: lines - rejected, rejected });
    for (const { data } of batch) ingestion.countBytes(data.length);
    if (!found?.count || refused === found.count) return;
    const message = "Messages of NATS became dead letters";
    log({ level: "warn", message, stream, count: found.count, first: found.first });
  }

  return {
    /** Resolves after `stop`, when all is over. Throws what is a fault of the sinks' own. */
    async run(): Promise<void> {
      await Promise.all([...sinks.map(({ sink }) => sink.run()), synced.run(stopped.signal)]);
      await link.close();
    },

    /** Reads no more, and stores what is held within so long. */
    stop(withinMs: number): void {
      stopped.abort();
      for (const { sink } of sinks) sink.stop(withinMs);
    },

    /** Why messages do not reach their tables now; undefined when they do. */
    notReady(): string | undefined {
      if (stopped.signal.aborted) return "The sink is stopping";
      if (sinks.some(({ sink }) => !sink.stats().isRead)) return "Messages of NATS cannot be read";
      if (sinks.some(({ stored }) => stored.pausedBy)) return "Nothing can be stored: the log tells why";
    },

    stats: () => sinks.map(({ stream, sink, stored }) => ({ stream, ...sink.stats(), ...stored })),

    /** Messages of each subject that are not stored yet; those are missing that NATS does not tell. */
    async lags(): Promise<{ subject: string; stream: string; messages: number }[]> {
      const lags = sinks.flatMap(({ stream, sources }) =>
        sources.map(async (source) => {
          const messages = await withTimeout(lagTimeoutMs, source.lag);
          return messages === undefined ? [] : [{ subject: source.name, stream, messages }];
        })
      );
      return (await Promise.all(lags)).flat();
    },
  };
}

/** A consumer's name may have neither dots nor wildcards. */
function durableNameOf(subject: string, stream: string): string {
  return `sluice_sink_${stream},${subject.replaceAll(".", ",").replaceAll("*", "+").replaceAll(">", "#")}`;
}
