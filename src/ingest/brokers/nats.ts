import type { NatsConnection } from "@nats-io/nats-core";
import type { Log } from "../../base/log.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { createDeadLetters } from "./dead_letters.ts";
import type { TenantPlaces } from "./nats_event.ts";
import { createNatsSource } from "./nats_source.ts";
import { createNatsStream } from "./nats_stream.ts";

/** Which messages of NATS become live events. */
export interface NatsOptions extends TenantPlaces {
  connect: () => Promise<NatsConnection>;
  stream: string;
  subjects: string[];
  /** Takes dead letters. */
  clickHouse: ClickHouse;
  log: Log;
}

/** NATS JetStream as a source of live events, and what becomes of messages that are none. */
export type Nats = ReturnType<typeof createNats>;

/** Nothing is connected until somebody follows, or `start`. */
export function createNats({ connect, stream: name, subjects, clickHouse, log, ...places }: NatsOptions) {
  const stream = createNatsStream({ connect, name, subjects });
  const deadLetters = createDeadLetters({ stream, places, clickHouse, log });
  return {
    source: createNatsSource(stream, places),

    /** Begins to keep dead letters. */
    start: deadLetters.start,

    /** Ends that, and the connection. */
    async stop(): Promise<void> {
      await deadLetters.stop();
      await stream.close();
    },
  };
}
