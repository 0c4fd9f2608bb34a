import type { JsMsg } from "@nats-io/jetstream";
import { LRUCache } from "lru-cache";
import { pause } from "../../base/async/pause.ts";
import { isAfter, type LiveEvent, type Position, type Source } from "../../stream/source.ts";
import { readNatsEvent, type TenantPlaces } from "./nats_event.ts";
import { type NatsStream, positionOf } from "./nats_stream.ts";

/** Between two attempts to read on. */
const retryMs = 500;
/**
 * A replay reads the messages of all tenants, since subjects do not name them: in blocks of so many, which are kept for those who
 * come back at the same time, and so many blocks for a page.
 */
const blockMessages = 500;
const pageBlocks = 20;
const maxKeptBytes = 16_000_000;

interface Block {
  events: LiveEvent[];
  /** The last message that was read. */
  last?: Position;
}

/** A stream of JetStream as a source of live events: one consumer while somebody follows, and one for each block that is replayed. */
export function createNatsSource(stream: NatsStream, places: TenantPlaces): Source {
  const blocks = new LRUCache<string, Promise<Block>>({ max: 1_000, maxSize: maxKeptBytes });

  function eventsOf(messages: JsMsg[]): LiveEvent[] {
    return messages.flatMap((message) => {
      const event = readNatsEvent(message, places);
      if (event.reason !== undefined) return [];
      const position = positionOf(message);
      const { tenantId, type, data } = event;
      return { tenantId, type, data, at: position.at, position };
    });
  }

  /** Messages of a block, those up to `end`, which is its last number or the stream's. */
  async function read(index: number, end: number, signal: AbortSignal): Promise<Block> {
    const block: Block = { events: [] };
    for await (const { messages, hasMore } of stream.after(index * blockMessages, signal)) {
      const wanted = messages.filter(({ seq }) => seq <= end);
      block.events.push(...eventsOf(wanted));
      if (wanted.length) block.last = positionOf(wanted.at(-1)!);
      if (!hasMore || messages.at(-1)!.seq >= end) return block;
    }
    throw new Error("The messages of NATS were not read in time");
  }

  async function blockAt(created: string, index: number, last: number, signal: AbortSignal): Promise<Block> {
    const end = (index + 1) * blockMessages;
    // the last block grows
    if (end > last) return await read(index, last, signal);
    const key = `${created} ${index}`;
    const known = blocks.get(key);
    if (known) return await known;
    const reading = read(index, end, signal);
    blocks.set(key, reading, { size: 1 });
    try {
      const block = await reading;
      const size = block.events.reduce((sum, { data }) => sum + data.length + 200, 1);
      blocks.set(key, reading, { size });
      return block;
    } catch (error) {
      blocks.delete(key);
      throw error;
    }
  }

  return {
    name: "nats",

    async follow(listener, signal) {
      let position: Position | undefined;
      while (!signal.aborted) {
        try {
          const lost = position && await stream.whyLost(position);
          if (!position || lost) {
            position = await stream.end();
            listener.onStart(position, lost);
          } else listener.onState(undefined);
          for await (const { messages } of stream.after(position.number, signal)) {
            if (messages.length === 0) continue;
            const isWhole = messages.at(-1)!.seq === position.number + messages.length;
            // somebody may have deleted some, or the stream keeps less than it is sent meanwhile
            if (!isWhole && await stream.whyLost(position)) throw new Error("NATS has dropped messages");
            position = positionOf(messages.at(-1)!);
            await listener.onEvents(eventsOf(messages), position);
            listener.onState(undefined);
          }
        } catch (error) {
          if (signal.aborted) return;
          listener.onState(error);
          await pause(retryMs, signal);
        }
      }
    },

    whyLost: (position) => stream.whyLost(position),

    async replay({ tenantId, types, from, limit }, signal) {
      const { created, state: { last_seq: last } } = await stream.info();
      const events: LiveEvent[] = [];
      let end = from;
      for (let count = 0; count < pageBlocks && end.number < last && events.length < limit; count++) {
        const index = Math.floor(end.number / blockMessages);
        const block = await blockAt(created, index, last, signal);
        for (const event of block.events) {
          const isWanted = event.tenantId === tenantId && (!types.length || types.includes(event.type));
          if (isWanted && isAfter(event.position, from)) events.push(event);
        }
        const number = Math.min((index + 1) * blockMessages, last);
        end = { number, offset: 0, at: block.last?.at ?? end.at };
      }
      const lost = await stream.whyLost(from);
      if (lost) throw new Error("NATS has dropped messages that are being replayed");
      if (events.length > limit) return { events: events.slice(0, limit), end: events[limit - 1].position };
      return { events, end: end.number < last ? end : undefined };
    },
  };
}
