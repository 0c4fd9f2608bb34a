import { Semaphore } from "async-mutex";
import { LRUCache } from "lru-cache";
import type { EventIds, Positions } from "./event_id.ts";
import { type Frame, frameOf } from "./frame.ts";
import type { Subscriber } from "./hub.ts";
import { nextStep } from "./step.ts";
import { isAfter, type LiveEvent, type Position, type ResetReason, type Source } from "./source.ts";

/** How many pages are read from a source at once, for all streams. */
const maxReads = 4;
const pageEvents = 500;
const timeoutMs = 20_000;
/** Pages that others may ask for next are kept for so long, and take so much at most. */
const keptMs = 2_000;
const maxKeptBytes = 16_000_000;
/** So long an id is good; the sources keep somewhat more. */
const keptForMs = 24 * 3_600_000;

/** What replaying works with. */
export interface ReplayOptions {
  sources: Source[];
  ids: EventIds;
  clock: () => Date;
}

interface Page {
  events: Promise<LiveEvent[]>;
  /** At least so far its source stood when it was read. */
  until: Position;
}

/** Gets clients what they missed. */
export type Replay = ReturnType<typeof createReplay>;

/** Replays pages of events; those who come back from the same place share their pages, as after a gateway's restart. */
export function createReplay({ sources, ids, clock }: ReplayOptions) {
  const reads = new Semaphore(maxReads);
  const pages = new LRUCache<string, Page>({ max: 1_000, ttl: keptMs, maxSize: maxKeptBytes });

  /** The next events after a position, and at least all of them until another one, or a page full. */
  async function read(
    source: Source,
    { tenantId, types }: Subscriber,
    from: Position,
    until: Position,
  ): Promise<LiveEvent[]> {
    const key = JSON.stringify([source.name, tenantId, types, from]);
    const known = pages.get(key);
    // a page that is not full ends where its source did when it was read
    if (known && (!isAfter(until, known.until) || (await known.events).length === pageEvents)) {
      return await known.events;
    }
    const range = { tenantId, types, from, limit: pageEvents };
    const events = reads.runExclusive(() => source.replay(range, AbortSignal.timeout(timeoutMs)));
    const page = { events, until };
    pages.set(key, page, { size: 1 });
    try {
      const size = (await events).reduce((sum, { data }) => sum + data.length + 200, 1);
      pages.set(key, page, { size });
      return await events;
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
      const now = clock().getTime();
      if (positions.some(({ at }) => now - at > keptForMs)) return "too-old";
      const signal = AbortSignal.timeout(timeoutMs);
      const known = await Promise.all(sources.map((source, i) => source.knows(positions[i], signal)));
      return known.every(Boolean) ? undefined : "log-recreated";
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
          const events = page.filter(({ position }) => !isAfter(position, until[index]));
          for (let from = 0; from < events.length;) {
            const step = nextStep(events, from);
            from += step.length;
            const made = await frames(tenantId, at, index, step);
            await sink.drained();
            if (sink.isOver()) return false;
            for (const frame of made) sink.send(frame);
            at[index] = step.at(-1)!.position;
          }
          const isLast = events.length < pageEvents;
          if (isLast) at[index] = until[index];
          else wasLong = true;
        }
      }
      return wasLong;
    },
  };
}
