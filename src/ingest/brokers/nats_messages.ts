import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import { createInbox, type Msg, nanos, type NatsConnection } from "@nats-io/nats-core";
import { blockMessages, type MessageSource, type SinkMessage } from "../message.ts";
import type { NatsLink, Opened } from "./nats_link.ts";

/** Which messages of JetStream are read. */
export interface NatsMessagesOptions {
  link: NatsLink;
  /** The stream as it is now. */
  info: () => Promise<StreamInfo>;
  subject: string;
  durableName: string;
  /** After so long without a word a message is delivered again. */
  ackWaitMs: number;
  /** Messages that may be delivered and not acknowledged; beyond, the server waits. */
  maxPending: number;
}

/** Messages and bytes that one request asks for. */
const pullMessages = 5_000;
const pullBytes = 4_194_304;
/** A request that brings nothing ends after so long; within it the server says that it is there. */
const expiresMs = 30_000;
const heartbeatMs = 5_000;
/** Nothing counts as `+ACK`, and is one copy less for each message. */
const ackBytes = new Uint8Array();
const workingBytes = new TextEncoder().encode("+WPI");
const releaseBytes = new TextEncoder().encode("-NAK");

/**
 * The messages of a subject through a durable pull consumer: the server remembers what was acknowledged, and several readers share
 * it. Each message is acknowledged by itself: one acknowledgement for all before it would lose those that a reader which was
 * killed had taken, since they come again after newer ones.
 */
export function createNatsMessages(options: NatsMessagesOptions): MessageSource {
  const { link, subject, durableName, ackWaitMs } = options;
  /** Messages that were handed on and are not acknowledged, by number. */
  const held = new Map<number, NatsMessage>();
  let working: ReturnType<typeof setInterval> | undefined;

  async function open() {
    const stream = await options.info();
    const opened = await link.open();
    await ensureConsumer(opened.jsm, stream.config.name, durableName, {
      filter_subject: subject,
      deliver_policy: DeliverPolicy.All,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: options.maxPending,
    });
    keepWorking(opened);
    return { nc: opened.nc, connected: opened.connected.signal, stream };
  }

  /** Tells the server of all that is held, also after the last reading, while it is connected. */
  function keepWorking(opened: Opened): void {
    clearInterval(working);
    working = setInterval(() => {
      if (opened.nc.isClosed() || opened.connected.signal.aborted) return;
      for (const { reply } of held.values()) opened.nc.publish(reply, workingBytes);
    }, ackWaitMs / 3);
  }

  function receive(nc: NatsConnection, msg: Msg, requestIdOf: (sequence: number) => string) {
    const message = new NatsMessage(nc, msg, held, requestIdOf);
    const known = held.get(message.sequence);
    // after a crash of its machine a server may give numbers again
    if (known?.at === message.at) return;
    held.set(message.sequence, message);
    return message;
  }

  return {
    name: subject,

    async *read(signal) {
      const { nc, connected, stream } = await open();
      const requestIdOf = await requestIds(stream);
      const next = `$JS.API.CONSUMER.MSG.NEXT.${stream.config.name}.${durableName}`;
      const inbox = createInbox();
      let arrived: SinkMessage[] = [];
      let left = 0;
      let isHeard = false;
      let silentBeats = 0;
      let failure: Error | undefined;
      let wake = () => {};
      const woken = () => new Promise<void>((resolve) => wake = resolve);
      const subscription = nc.subscribe(inbox, {
        callback(error, msg) {
          isHeard = true;
          if (error) failure = error;
          else if (msg.reply?.startsWith("$JS.ACK.")) {
            left--;
            const message = receive(nc, msg, requestIdOf);
            if (message) arrived.push(message);
          } else {
            const code = msg.headers?.code;
            // 100 is a heartbeat; what else is said ends the request
            if (code !== 100) left = 0;
            const text = msg.headers?.description ?? "";
            if (code === 503 || /consumer deleted|bad request/i.test(text)) {
              failure = new Error(`NATS refuses: ${code} ${text}`);
            }
          }
          wake();
        },
      });
      const ends = AbortSignal.any([signal, connected]);
      ends.addEventListener("abort", () => wake(), { once: true });
      const watch = setInterval(() => {
        silentBeats = isHeard || left <= 0 ? 0 : silentBeats + 1;
        isHeard = false;
        wake();
      }, heartbeatMs);
      try {
        yield [];
        while (!ends.aborted) {
          if (left <= 0 && arrived.length === 0) {
            left = pullMessages;
            silentBeats = 0;
            const request = {
              batch: pullMessages,
              // a message that is larger would never come
              max_bytes: Math.max(pullBytes, 2 * (nc.info?.max_payload ?? 0)),
              expires: nanos(expiresMs),
              idle_heartbeat: nanos(heartbeatMs),
            };
            nc.publish(next, JSON.stringify(request), { reply: inbox });
          }
          if (arrived.length === 0 && !failure) await woken();
          if (failure) throw failure;
          if (silentBeats > 3) throw new Error("NATS says nothing");
          if (arrived.length) {
            const messages = arrived;
            arrived = [];
            yield messages;
          }
        }
        if (!signal.aborted) throw connected.reason;
      } finally {
        subscription.unsubscribe();
        clearInterval(watch);
        for (const message of arrived) message.release();
      }
    },

    async lag() {
      const { jsm } = await link.open();
      return await lagOf(jsm, (await options.info()).config.name, durableName);
    },

    async close() {
      clearInterval(working);
      const { nc } = await link.open();
      await nc.flush();
    },
  };
}

/** Makes the consumer, or gives the one that is there the limits that are wanted now; it goes on where it was. */
async function ensureConsumer(
  jsm: JetStreamManager,
  stream: string,
  name: string,
  wanted: Partial<ConsumerConfig> & Pick<ConsumerConfig, "ack_wait" | "max_ack_pending">,
): Promise<void> {
  try {
    const { config } = await jsm.consumers.info(stream, name);
    const { ack_wait, max_ack_pending } = wanted;
    if (config.ack_wait === ack_wait && config.max_ack_pending === max_ack_pending) return;
    await jsm.consumers.update(stream, name, { ack_wait, max_ack_pending });
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.ConsumerNotFound) {
      throw error;
    }
    await jsm.consumers.add(stream, { ...wanted, durable_name: name });
  }
}

async function lagOf(jsm: JetStreamManager, stream: string, consumer: string): Promise<number> {
  const { num_pending: waiting, num_ack_pending: delivered } = await jsm.consumers.info(stream, consumer);
  return waiting + delivered;
}

/** A message that JetStream has delivered; a class, since there are hundreds of thousands in a second. */
class NatsMessage implements SinkMessage {
  readonly sequence: number;
  readonly at: number;
  readonly following: number;
  readonly requestId: string;
  readonly data: Uint8Array;

  constructor(
    private readonly nc: NatsConnection,
    private readonly msg: Msg,
    private readonly held: Map<number, NatsMessage>,
    requestIdOf: (sequence: number) => string,
  ) {
    // $JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<deliveries>.<number>.<delivery>.<nanoseconds>.<pending>[.<random>]
    const tokens = msg.reply!.split(".");
    const first = tokens.length > 9 ? 7 : 5;
    this.sequence = Number(tokens[first]);
    this.at = Math.floor(Number(tokens[first + 2]) / 1e6);
    this.following = Number(tokens[first + 3]);
    this.requestId = requestIdOf(this.sequence);
    // the library makes another view of its own kind each time
    const { buffer, byteOffset, byteLength } = msg.data;
    this.data = new Uint8Array(buffer, byteOffset, byteLength);
  }

  get subject(): string {
    return this.msg.subject;
  }

  get reply(): string {
    return this.msg.reply!;
  }

  header(name: string): string[] | undefined {
    try {
      return this.msg.headers?.values(name) ?? [];
    } catch {
      // the library parses them now, and a producer may have written anything
      return;
    }
  }

  ack(): void {
    this.answer(ackBytes);
  }

  release(): void {
    this.answer(releaseBytes);
  }

  private answer(bytes: Uint8Array): void {
    if (this.held.get(this.sequence) !== this) return;
    this.held.delete(this.sequence);
    if (!this.nc.isClosed()) this.nc.publish(this.reply, bytes);
  }
}

/** Ids of blocks of a stream's numbers: of version 8 (RFC 9562), with a hash of which stream it is, and the block. */
async function requestIds({ config, created }: StreamInfo): Promise<(sequence: number) => string> {
  const text = new TextEncoder().encode(`${config.name} ${created}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).toHex();
  let known = -1;
  let id = "";
  return function requestIdOf(sequence) {
    const block = Math.floor(sequence / blockMessages);
    if (block !== known) {
      id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(12, 15)}-8${hash.slice(15, 18)}-${
        block.toString(16).padStart(12, "0")
      }`;
      known = block;
    }
    return id;
  };
}
