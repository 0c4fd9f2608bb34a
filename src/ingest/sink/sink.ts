import { pause } from "../../base/async/pause.ts";
import type { Log } from "../../base/log.ts";
import type { MessageSource, SinkMessage } from "../message.ts";
import { createMessageQueue, type QueueLimits } from "./message_queue.ts";
import { Stopped } from "./store_messages.ts";

/** What a sink works with. */
export interface SinkOptions {
  /** Where its messages end. */
  stream: string;
  sources: MessageSource[];
  /** Resolves when the messages are safe and acknowledged; throws Stopped when the signal fires before. */
  store(messages: SinkMessage[], signal: AbortSignal): Promise<void>;
  limits: QueueLimits;
  log: Log;
  /** When the broker is lost it is tried again after so long. */
  retryMs: number;
}

/** So many inserts run at the same time: while one is made, or acknowledged, ClickHouse has another. */
const writers = 2;

/** A sink that runs, or will. */
export type Sink = ReturnType<typeof createSink>;

/** Brings the messages of some sources to one landing table, batch by batch. */
export function createSink({ stream, sources, store, limits, log, retryMs }: SinkOptions) {
  const queue = createMessageQueue(limits);
  const reading = new AbortController();
  const storing = new AbortController();
  /** Sources that are read now, and why others are not. */
  const read = new Set<MessageSource>();
  const failures = new Map<MessageSource, string>();
  let lagMs: number | undefined;

  async function follow(source: MessageSource): Promise<void> {
    const { signal } = reading;
    while (!signal.aborted) {
      try {
        for await (const messages of source.read(signal)) {
          read.add(source);
          if (failures.delete(source)) {
            log({ level: "info", message: "Messages of NATS are read again", subject: source.name });
          }
          queue.add(messages);
          await queue.room(signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        read.delete(source);
        const cause = error instanceof Error ? error.message : String(error);
        if (failures.get(source) !== cause) {
          log({ level: "warn", message: "Messages of NATS cannot be read", subject: source.name, cause });
        }
        failures.set(source, cause);
        await pause(retryMs, signal);
      }
    }
  }

  async function write(): Promise<void> {
    for (let batch = await queue.next(); batch; batch = await queue.next()) {
      const oldest = batch[0].at;
      try {
        await store(batch, storing.signal);
        lagMs = Math.max(0, Date.now() - oldest);
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        // what was stored of it is acknowledged
        for (const message of batch) message.release();
      }
      queue.done(batch);
    }
  }

  return {
    stream,
    sources,

    /** Resolves after `stop`, when all is over. Throws what is a fault of the sink's own. */
    async run(): Promise<void> {
      const followed = Promise.all(sources.map(follow)).finally(queue.close);
      await Promise.all([followed, ...Array.from({ length: writers }, write)]);
      await Promise.all(sources.map((source) => source.close().catch(() => {})));
    },

    /** Reads no more, and stores what is held; what is not stored within so long comes again to the next reader. */
    stop(withinMs: number): void {
      reading.abort();
      const timer = setTimeout(() => storing.abort(), withinMs);
      storing.signal.addEventListener("abort", () => clearTimeout(timer));
    },

    /** `isRead` is whether all sources are there; `lagMs` the way from the broker to the table of the last batch's first message, undefined before one. */
    stats: () => ({ ...queue.stats(), lagMs, isRead: read.size === sources.length }),
  };
}
