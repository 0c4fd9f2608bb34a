import { Semaphore } from "async-mutex";
import { LRUCache } from "lru-cache";
import type { EventIds, Positions } from "./event_id.ts";
import { type Frame, frameOf } from "./frame.ts";
import type { Subscriber } from "./hub.ts";
import { bytesOfEvent, nextStep } from "./step.ts";
import { isAfter, type Position, type ResetReason, type Source } from "./source.ts";
import { createTurns } from "./turns.ts";

/** How many pages are made at once, for all streams: live events have to come through meanwhile. */
const maxPages = 4;
const pageEvents = 500;
const timeoutMs = 20_000;
/** Clients who read fast are sent what they missed for so long at once, all together. */
const turnMs = 5;
/** Pages that others may ask for next are kept for so long, and take so much at most. */
const keptMs = 2_000;
const maxKeptBytes = 32_000_000;

/** What replaying works with. */
export interface ReplayOptions {
  sources: Source[];
  ids: EventIds;
  clock: () => Date;
}

/** A frame of what was missed, and where its source stands with it. */
interface Missed {
  frame: Frame;
  position: Position;
}

/** A part of what was missed. */
interface Page {
  missed: Missed[];
  /** So far the page has everything; undefined when that is all that the source has. */
  end?: Position;
}

interface KeptPage {
  made: Promise<Page>;
  /** At least so far its source stood when it was read. */
  until: Position;
}

/** Gets clients what they missed. */
export type Replay = ReturnType<typeof createReplay>;

/** Replays pages of events; those who come back from the same place share their pages, as after a gateway's restart. */
export function createReplay({ sources, ids, clock }: ReplayOptions) {
  const making = new Semaphore(maxPages);
  const inTurn = createTurns(turnMs);
  const pages = new LRUCache<string, KeptPage>({ max: 1_000, ttl: keptMs, maxSize: maxKeptBytes });

  /** The next page of a source after a stream's positions, up to another one at least, or as far as a page goes. */
  async function pageAfter(
    index: number,
    { tenantId, types }: Subscriber,
    at: Positions,
    until: Position,
  ): Promise<Page> {
    const key = JSON.stringify([index, tenantId, types, at]);
    const known = pages.get(key);
    // a page that reaches the end of its source reaches where that was when it was read
    if (known && (!isAfter(until, known.until) || (await known.made).end)) return await known.made;
    const made = making.runExclusive(() => makePage(index, tenantId, types, at));
    const page = { made, until };
    pages.set(key, page, { size: 1 });
    try {
      // a frame has its bytes and its message
      const size = (await made).missed.reduce((sum, { frame }) => sum + 2 * frame.bytes.length + 200, 1);
      pages.set(key, page, { size });
      return await made;
    } catch (error) {
      pages.delete(key);
      throw error;
    }
  }

  async function makePage(index: number, tenantId: string, types: string[], at: Positions): Promise<Page> {
    const range = { tenantId, types, from: at[index], limit: pageEvents };
    const { events, end } = await sources[index].replay(range, AbortSignal.timeout(timeoutMs));
    const missed: Missed[] = [];
    while (missed.length < events.length) {
      const step = nextStep(events, missed.length, bytesOfEvent);
      missed.push(
        ...await Promise.all(step.map(async (event) => {
          const id = await ids.sign(tenantId, at.with(index, event.position));
          return { frame: frameOf(event, id), position: event.position };
        })),
      );
    }
    return { missed, end };
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
      const { sink } = subscriber;
      let wasLong = false;
      for (const index of sources.keys()) {
        while (isAfter(until[index], at[index])) {
          const page = await pageAfter(index, subscriber, at, until[index]);
          const missed = page.missed.filter(({ position }) => !isAfter(position, until[index]));
          for (let from = 0; from < missed.length;) {
            const step = nextStep(missed, from, bytesOf);
            from += step.length;
            await sink.drained();
            if (sink.isOver()) return false;
            await inTurn(() => step.forEach(({ frame }) => sink.send(frame)));
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

function bytesOf({ frame }: Missed): number {
  return frame.bytes.length;
}
