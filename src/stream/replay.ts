import { Semaphore } from "async-mutex";
import { LRUCache } from "lru-cache";
import type { EventIds, Positions } from "./event_id.ts";
import { type Frame, frameOf } from "./frame.ts";
import type { Subscriber } from "./hub.ts";
import { nextStep } from "./step.ts";
import {
  isAfter,
  type LiveEvent,
  type Position,
  type ReplayPage,
  type ResetReason,
  type Source,
} from "./source.ts";

/** How many pages are read from a source at once, for all streams. */
const maxReads = 4;
const pageEvents = 500;
const timeoutMs = 20_000;
/** Pages that others may ask for next are kept for so long, and take so much at most. */
const keptMs = 2_000;
const maxKeptBytes = 16_000_000;

/** What replaying works with. */
export interface ReplayOptions {
  sources: Source[];
  ids: EventIds;
  clock: () => Date;
}

interface Page {
  read: Promise<ReplayPage>;
  /** At least so far its source stood when it was read. */
  until: Position;
}

/** Gets clients what they missed. */
export type Replay = ReturnType<typeof createReplay>;

/** Replays pages of events; those who come back from the same place share their pages, as after a gateway's restart. */
export function createReplay({ sources, ids, clock }: ReplayOptions) {
  const reads = new Semaphore(maxReads);
  const pages = new LRUCache<string, Page>({ max: 1_000, ttl: keptMs, maxSize: maxKeptBytes });

  /** The next page after a position, up to another one at least, or as far as a page goes. */
  async function read(
    source: Source,
    { tenantId, types }: Subscriber,
    from: Position,
    until: Position,
  ): Promise<ReplayPage> {
    const key = JSON.stringify([source.name, tenantId, types, from]);
    const known = pages.get(key);
    // a page that reaches the end of its source reaches where that was when it was read
    if (known && (!isAfter(until, known.until) || (await known.read).end)) return await known.read;
    const range = { tenantId, types, from, limit: pageEvents };
    const reading = reads.runExclusive(() => source.replay(range, AbortSignal.timeout(timeoutMs)));
    const page = { read: reading, until };
    pages.set(key, page, { size: 1 });
    try {
      const size = (await reading).events.reduce((sum, { data }) => sum + data.length + 200, 1);
      pages.set(key, page, { size });
      return await reading;
    } catch (error) {
      pages.delete(key);
      throw error;
    }
  }

  async function frames(
    tenantId: string,
    at: Position[],
    index: number,
    events: LiveEvent[],
  ): Promise<Frame[]> {
    return await Promise.all(
      events.map(async (event) => frameOf(event, await ids.sign(tenantId, at.with(index, event.position)))),
    );
  }

  return {
    /** Why what came after these positions cannot be had in full; undefined when it can. */
    async whyLost(positions: Positions | undefined): Promise<ResetReason | undefined> {
      if (!positions) return "unknown-id";
      if (positions.length !== sources.length) return "sources-changed";
      const signal = AbortSignal.timeout(timeoutMs);
      const reasons = await Promise.all(sources.map((source, i) => source.whyLost(positions[i], signal)));
      return reasons.find((reason) => reason !== undefined);
    },

    /**
     * Sends what came after `at` up to `until`, as fast as the client reads, and moves `at` there. Returns whether more than
     * a page was left, so that time has passed.
     */
    async send(subscriber: Subscriber, at: Position[], until: Positions): Promise<boolean> {
      const { tenantId, sink } = subscriber;
      let wasLong = false;
      for (const [index, source] of sources.entries()) {
        while (isAfter(until[index], at[index])) {
          const page = await read(source, subscriber, at[index], until[index]);
          const events = page.events.filter(({ position }) => !isAfter(position, until[index]));
          for (let from = 0; from < events.length;) {
            const step = nextStep(events, from);
            from += step.length;
            const made = await frames(tenantId, at, index, step);
            await sink.drained();
            if (sink.isOver()) return false;
            for (const frame of made) sink.send(frame);
            subscriber.sentAt = clock().getTime();
            at[index] = step.at(-1)!.position;
          }
          const isLong = page.end !== undefined && isAfter(until[index], page.end);
          at[index] = isLong ? page.end! : until[index];
          wasLong ||= isLong;
        }
      }
      return wasLong;
    },
  };
}
