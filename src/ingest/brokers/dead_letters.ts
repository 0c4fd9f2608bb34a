import type { JsMsg } from "@nats-io/jetstream";
import { pause } from "../../base/async/pause.ts";
import type { Log } from "../../base/log.ts";
import { type ClickHouse, run } from "../../clickhouse/client.ts";
import insertSql from "./dead_letters_insert.sql" with { type: "text" };
import { readNatsEvent, type TenantPlaces } from "./nats_event.ts";
import type { NatsStream } from "./nats_stream.ts";

/** What keeping dead letters works with. */
export interface DeadLettersOptions {
  stream: NatsStream;
  places: TenantPlaces;
  clickHouse: ClickHouse;
  log: Log;
}

/** All gateways share a consumer of this name: each message is looked at once, whether somebody follows or not. */
const consumerName = "sluice_dead_letters";
const retryMs = 1_000;
const timeoutMs = 10_000;
/** So much of a payload is kept. */
const maxLineBytes = 65_536;
const utf8 = new TextDecoder();

/** A row of `rejected_events`. */
export interface DeadLetter {
  tenant_id: string;
  stream: string;
  source: string;
  request_id: string;
  line_number: number;
  reason: string;
  line: string;
  /** The message was longer than what is kept of it, so it cannot be sent again. */
  is_cut: boolean;
}

/** Keeps dead letters. Throws ClickHouseError, ClickHouseUnreachable. */
export async function insertDeadLetters(clickHouse: ClickHouse, rows: DeadLetter[]): Promise<void> {
  await run(clickHouse, {
    sql: insertSql,
    body: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")),
    settings: { async_insert: 0 },
    signal: AbortSignal.timeout(timeoutMs),
  });
}

/** So much of a payload as a dead letter keeps, as text. */
export function keptOf(data: Uint8Array): Pick<DeadLetter, "line" | "is_cut"> {
  return { line: utf8.decode(data.subarray(0, maxLineBytes)), is_cut: data.length > maxLineBytes };
}

/** Writes the messages that cannot be events into `rejected_events`, as of the stream `live_nats`. */
export function createDeadLetters({ stream, places, clickHouse, log }: DeadLettersOptions) {
  const stopped = new AbortController();
  const { signal } = stopped;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    let isFailing = false;
    while (!signal.aborted) {
      try {
        // makes the stream when it is not there
        await stream.info();
        for await (const messages of stream.shared(consumerName, signal)) {
          await keep(messages);
          isFailing = false;
          // what could not be kept comes again
          for (const message of messages) message.ack();
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!isFailing) {
          log({ level: "warn", message: "Messages of NATS cannot be checked", cause: String(error) });
        }
        isFailing = true;
        await pause(retryMs, signal);
      }
    }
  }

  async function keep(messages: JsMsg[]): Promise<void> {
    const request_id = crypto.randomUUID();
    const rows = messages.flatMap((message, i) => {
      const { tenantId, reason } = readNatsEvent(message, places);
      if (reason === undefined) return [];
      return {
        tenant_id: tenantId,
        stream: "live_nats",
        source: "nats",
        request_id,
        line_number: i + 1,
        reason: `Message ${message.seq} on "${message.subject}": ${reason}`,
        ...keptOf(message.data),
      };
    });
    if (rows.length === 0) return;
    await insertDeadLetters(clickHouse, rows);
    log({
      level: "warn",
      message: "Messages of NATS became dead letters",
      count: rows.length,
      first: rows[0].reason,
    });
  }

  return {
    start(): void {
      running ??= work();
    },

    async stop(): Promise<void> {
      stopped.abort();
      await running;
    },
  };
}
