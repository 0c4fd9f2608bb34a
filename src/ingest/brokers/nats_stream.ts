import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  RetentionPolicy,
  type StreamInfo,
} from "@nats-io/jetstream";
import { nanos, type NatsConnection } from "@nats-io/nats-core";
import type { Position, ResetReason } from "../../stream/source.ts";
import { inBatches } from "./in_batches.ts";
import { createNatsLink } from "./nats_link.ts";

/** Which stream of JetStream is read, and how it is reached. */
export interface NatsStreamOptions {
  /** Makes a connection that connects again by itself. Throws when there is no server. */
  connect: () => Promise<NatsConnection>;
  name: string;
  /** Subjects that the stream has when the gateway makes it. */
  subjects: string[];
}

/** A stream of JetStream, whose messages are numbered from 1 without an end. */
export type NatsStream = ReturnType<typeof createNatsStream>;

/** Somewhat longer than ids are good. */
const keptMs = 25 * 3_600_000;
/** Messages that the server sends before those were taken, and that are handed on together. */
const maxWaiting = 100;
/** A consumer whose reader went without a word is dropped after so long. */
const inactiveMs = 30_000;
/** Within so long a consumer whose server says nothing is given up. */
const expiresMs = 10_000;

/** A stream of JetStream; nothing is connected until it is used. A connection that was closed for good is made again. */
export function createNatsStream({ connect, name, subjects }: NatsStreamOptions) {
  const link = createNatsLink(connect);

  /** The stream as it is now; one that is not there is made. */
  async function info(): Promise<StreamInfo> {
    const { jsm } = await link.open();
    try {
      const found = await jsm.streams.info(name);
      const { retention, max_msgs_per_subject: perSubject } = found.config;
      if (retention === RetentionPolicy.Limits && perSubject <= 0) return found;
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
      return await jsm.streams.add({ name, subjects, max_age: nanos(keptMs) });
    }
    throw new Error(
      `The stream "${name}" drops messages that nobody has seen: its retention must be limits, without a limit for each subject`,
    );
  }

  /**
   * Messages in batches, as they come, and a batch only after the one before was taken. Ends with the signal. Throws when the
   * connection or the consumer is lost.
   */
  async function* consume(
    config: Partial<ConsumerConfig>,
    signal: AbortSignal,
  ): AsyncGenerator<{ messages: JsMsg[]; hasMore: boolean }, void, undefined> {
    const { jsm, js, connected } = await link.open();
    const consumer = await jsm.consumers.add(name, config);
    const messages = await js.consumers.getConsumerFromInfo(consumer).consume({
      max_messages: maxWaiting,
      expires: expiresMs,
      abort_on_missing_resource: true,
    });
    const ends = AbortSignal.any([signal, connected.signal]);
    const stop = () => messages.stop(signal.aborted ? undefined : ends.reason);
    ends.addEventListener("abort", stop);
    if (ends.aborted) stop();
    try {
      if (consumer.num_pending === 0) yield { messages: [], hasMore: false };
      for await (const batch of inBatches(messages, maxWaiting)) {
        yield { messages: batch, hasMore: batch.at(-1)!.info.pending > 0 };
      }
    } finally {
      ends.removeEventListener("abort", stop);
      messages.stop();
      if (!config.durable_name) jsm.consumers.delete(name, consumer.name).catch(() => {});
    }
  }

  return {
    name,
    info,

    /**
     * Messages after a number, in order and once, in batches; an empty one when there are none yet. Throws when one is missed on the
     * way: who reads on begins after the last one.
     */
    async *after(number: number, signal: AbortSignal) {
      let delivered = 0;
      const config = {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: number + 1,
        ack_policy: AckPolicy.None,
        inactive_threshold: nanos(inactiveMs),
        mem_storage: true,
        num_replicas: 1,
      };
      for await (const batch of consume(config, signal)) {
        for (const { info } of batch.messages) {
          if (info.deliverySequence !== ++delivered) {
            throw new Error("A message from NATS was lost on the way");
          }
        }
        yield batch;
      }
    },

    /** Messages that all readers of this name share: each until somebody has acknowledged it. */
    async *shared(durableName: string, signal: AbortSignal) {
      const config = {
        durable_name: durableName,
        deliver_policy: DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(60_000),
      };
      for await (const { messages } of consume(config, signal)) yield messages;
    },

    /** The present end, known again by the time of the last message, or by that of the stream's making. */
    async end(): Promise<Position> {
      const { created, state } = await info();
      const at = Math.max(timeOf(created), state.last_seq > 0 ? timeOf(state.last_ts) : 0);
      return { number: state.last_seq, offset: 0, at };
    },

    /** Why not all messages after this position are there; undefined when they are. */
    async whyLost({ number, at }: Position): Promise<ResetReason | undefined> {
      const { created, state } = await info();
      if (timeOf(created) > at || state.last_seq < number) return "log-recreated";
      if (state.first_seq > number + 1) return "too-old";
      if (number === 0 || number < state.first_seq) return;
      // after a crash of its machine, a server may give numbers again
      const { jsm } = await link.open();
      const message = await jsm.streams.getMessage(name, { seq: number });
      return message && timeOf(message.timestamp) !== at ? "log-recreated" : undefined;
    },

    close: link.close,
  };
}

/** Where a message stands in its stream. */
export function positionOf({ seq, timestampNanos }: JsMsg): Position {
  return { number: seq, offset: 0, at: Number(timestampNanos / 1_000_000n) };
}

/** Whether JetStream has no such stream. */
export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

/** Milliseconds since 1970; the server's times have nanoseconds. */
function timeOf(text: string): number {
  return Math.floor(Date.parse(text));
}
