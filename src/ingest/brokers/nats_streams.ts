import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import type { NatsLink } from "./nats_link.ts";
import { isStreamNotFound } from "./nats_stream.ts";

/** A stream that is made for subjects which no other has. */
export interface MadeStream {
  name: string;
  keptMs: number;
  /** Within so long a message of an id that came before is dropped; the server's own rule without it. */
  duplicatesMs?: number;
}

/** Finds the streams of JetStream that have subjects; a subject that none has goes into one that is made for such. */
export function createNatsStreams(link: NatsLink, made: MadeStream) {
  /** One after the other: each may add a subject to the same stream. */
  let last: Promise<unknown> = Promise.resolve();

  async function find(subject: string): Promise<StreamInfo> {
    const { jsm } = await link.open();
    const name = await jsm.streams.find(subject).catch((error) => {
      if (!isStreamNotFound(error)) throw error;
    });
    return name ? await jsm.streams.info(name) : await make(jsm, subject);
  }

  async function make(jsm: JetStreamManager, subject: string): Promise<StreamInfo> {
    const { name, keptMs, duplicatesMs } = made;
    try {
      const { config } = await jsm.streams.info(name);
      return await jsm.streams.update(name, { ...config, subjects: [...config.subjects, subject] });
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
      return await jsm.streams.add({
        name,
        subjects: [subject],
        max_age: nanos(keptMs),
        ...(duplicatesMs && { duplicate_window: nanos(duplicatesMs) }),
      });
    }
  }

  return async function streamOf(subject: string): Promise<StreamInfo> {
    const finding = last.then(() => find(subject));
    last = finding.catch(() => {});
    return await finding;
  };
}
