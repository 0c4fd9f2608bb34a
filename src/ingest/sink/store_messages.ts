import { pause } from "../../base/async/pause.ts";
import type { Log } from "../../base/log.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { ClickHouseError, textForLog } from "../../clickhouse/exception.ts";
import { insertDeadLetters, keptOf } from "../brokers/dead_letters.ts";
import { insertStream } from "../insert.ts";
import type { SinkMessage } from "../message.ts";
import { encodeMessages, type MessageRowsOptions, messageSource, rowsOf } from "./message_rows.ts";
import { isDatabasesFault } from "./refusal.ts";

/** How messages are stored. */
export interface StoreOptions extends MessageRowsOptions {
  /** Name of the landing table, without its ending. */
  stream: string;
  /** Inserts into landing tables. */
  ingester: ClickHouse;
  /** Keeps dead letters. */
  clickHouse: ClickHouse;
  log: Log;
  /** The first wait after a refusal; each next is twice as long. */
  retryMs: number;
  /** The longest wait for a ClickHouse that is away. */
  maxPauseMs: number;
}

/** What storing has come to. */
export interface StoreStats {
  batches: number;
  /** Refused inserts that were sent again, as they were or in halves. */
  retries: number;
  /** Messages that ClickHouse refused even alone. */
  refused: number;
  /** Why nothing can be stored now; undefined when it can. */
  pausedBy?: string;
}

/** What became of some messages. */
export interface Stored {
  lines: number;
  /** Lines among them of messages that ClickHouse refused even alone. */
  refused: number;
}

/** How often a batch, and a message alone, is sent before it counts as refused. */
const attempts = 3;
/** The signal fired before all was stored. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Stores batches of messages in a landing table. */
export function createMessageStore(options: StoreOptions) {
  const { stream, ingester, clickHouse, log, retryMs, maxPauseMs } = options;
  const stats: StoreStats = { batches: 0, retries: 0, refused: 0 };

  /** Does it, as soon as ClickHouse is there for it; a failure of another kind is thrown. */
  async function whenThere(
    work: () => Promise<void>,
    signal: AbortSignal,
    isPassing: (error: unknown) => boolean = isDatabasesFault,
  ): Promise<void> {
    for (let waits = 0;; waits++) {
      if (signal.aborted) throw new Stopped();
      try {
        await work();
        if (stats.pausedBy) log({ level: "info", message: "The sink goes on", stream });
        stats.pausedBy = undefined;
        return;
      } catch (error) {
        if (!isPassing(error)) throw error;
        const cause = error instanceof ClickHouseError ? textForLog(error) : "ClickHouse is not reachable";
        if (stats.pausedBy !== cause) {
          log({ level: "error", message: "The sink pauses: nothing can be stored", stream, cause });
        }
        stats.pausedBy = cause;
        await pause(Math.min(maxPauseMs, retryMs * 2 ** Math.min(waits, 16)), signal);
      }
    }
  }

  /** Sends rows up to so many times; returns the last refusal. */
  async function send(rows: Uint8Array<ArrayBuffer>, times: number, signal: AbortSignal) {
    // what was sent is waited for, also when the sink stops
    const { signal: never } = new AbortController();
    for (let attempt = 1;; attempt++) {
      try {
        await whenThere(() => insertStream(ingester, stream, rows, never), signal);
        stats.batches++;
        return;
      } catch (error) {
        if (!(error instanceof ClickHouseError)) throw error;
        if (attempt === times) return error;
        stats.retries++;
        await pause(retryMs * 2 ** (attempt - 1), signal);
      }
    }
  }

  async function store(messages: SinkMessage[], isWhole: boolean, signal: AbortSignal): Promise<Stored> {
    const encoded = encodeMessages(messages, options);
    if (encoded.messages < messages.length) return await inParts(messages, encoded.messages, isWhole, signal);
    // a part has been refused with the whole: once more is enough to know, until it is one message's word
    const times = isWhole || messages.length === 1 ? attempts : 1;
    const refusal = await send(encoded.rows, times, signal);
    if (!refusal) {
      for (const message of messages) message.ack();
      return { lines: encoded.lines, refused: 0 };
    }
    if (messages.length === 1) return await bury(messages[0], refusal, signal);
    if (isWhole) {
      const cause = textForLog(refusal);
      log({
        level: "warn",
        message: "A batch is refused: it is halved",
        stream,
        messages: messages.length,
        cause,
      });
    }
    stats.retries += 2;
    return await inParts(messages, messages.length >> 1, false, signal);
  }

  async function inParts(
    messages: SinkMessage[],
    first: number,
    areWhole: boolean,
    signal: AbortSignal,
  ): Promise<Stored> {
    const one = await store(messages.slice(0, first), areWhole, signal);
    const other = await store(messages.slice(first), areWhole, signal);
    return { lines: one.lines + other.lines, refused: one.refused + other.refused };
  }

  async function bury(message: SinkMessage, refusal: ClickHouseError, signal: AbortSignal): Promise<Stored> {
    const reason = `ClickHouse refuses it: ${textForLog(refusal)}`;
    const rows = rowsOf(message, options).map(({ tenantId, requestId, lineNumber, bytes, start, end }) => ({
      tenant_id: tenantId,
      stream,
      source: messageSource,
      request_id: requestId,
      line_number: lineNumber,
      reason,
      ...keptOf(bytes.subarray(start, end)),
    }));
    // nothing else can become of it: it waits, whatever the reason
    await whenThere(() => insertDeadLetters(clickHouse, rows), signal, () => true);
    stats.refused++;
    log({
      level: "warn",
      message: "A message became a dead letter",
      stream,
      subject: message.subject,
      sequence: message.sequence,
      reason,
    });
    message.ack();
    return { lines: rows.length, refused: rows.length };
  }

  return {
    stats,

    /**
     * Stores all and acknowledges each part when it is safe; a message that ClickHouse refuses becomes dead letters, one a line. Waits as long as
     * ClickHouse is away; throws Stopped when the signal fires meanwhile.
     */
    store: (messages: SinkMessage[], signal: AbortSignal) => store(messages, true, signal),
  };
}
