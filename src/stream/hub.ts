// The room stream: live updates of a tenant's data: sources of events, replay of what was missed, and the streams that clients read.

import { withTimeout } from "../base/async/with_timeout.ts";
import type { Log } from "../base/log.ts";
import type { EventIds, Positions } from "./event_id.ts";
import { type Frame, frameOf } from "./frame.ts";
import { overflow, type Sink, unavailable } from "./sink.ts";
import { isAfter, type LiveEvent, type Position, type ResetReason, type Source } from "./source.ts";
import { bytesOfEvent, createPace, nextStep } from "./step.ts";

/** One stream that is open. */
export interface Subscriber {
  tenantId: string;
  /** Of its API key, or of the one that its token was made with. */
  keyId?: string;
  /** Types of events it wants; empty for all. */
  types: string[];
  sink: Sink;
  /** When its credential ends, and when it is the oldest that it gets, in ms since 1970. */
  credentialEndsAt: number;
  rotatesAt: number;
  /** When it got something, and an event, in ms since 1970. */
  sentAt: number;
  eventAt: number;
  /** Whether it has got what it missed, and gets what comes. */
  isLive: boolean;
  /** Frames that come while it is not live yet, since what was missed comes first. */
  held?: { frames: Frame[]; bytes: number };
  /** Since when its client could have read that it has ended, in ms since 1970. */
  endingSince?: number;
}

/** What the hub works with. */
export interface HubOptions {
  sources: Source[];
  ids: EventIds;
  clock: () => Date;
  log: Log;
}

/** A source, as it is followed. */
export interface SourceState {
  name: Source["name"];
  /** Why it did not answer the last time. */
  failure?: unknown;
  /** The time from an event to its being handed on, of the last one, in ms. */
  lagMs?: number;
}

/** So long those who do not read hold up the rest of a burst, once. */
const stepMs = 100;
/** What is kept for a stream while it is sent what it missed; the frames of a tenant's streams are the same ones. */
const maxHeld = { events: 1_000, bytes: 4_194_304 };
/** After the last stream has ended, sources are followed for so long. */
const lingerMs = 30_000;

/** Hands events of all sources to the streams of their tenant. Sources are followed while there are streams. */
export function createHub({ sources, ids, clock, log }: HubOptions) {
  const channels = new Map<string, Set<Subscriber>>();
  /** How many of each tenant are opening: their events must not be passed over meanwhile. */
  const opening = new Map<string, number>();
  const states: SourceState[] = sources.map(({ name }) => ({ name }));
  let positions: Position[] = [];
  /** Resolves when the positions change. */
  let moved = Promise.withResolvers<void>();
  let following: AbortController | undefined;
  let started = Promise.withResolvers<void>();
  let stopTimer: ReturnType<typeof setTimeout> | undefined;
  /** Batches are handed on one after the other, whatever source they come from. */
  let dispatching = Promise.resolve();
  const pace = createPace();
  /** Who was handed events since others were waited for and had not read them at once, and who is still being waited for. */
  const given = new Set<Subscriber>();
  const unread = new Set<Subscriber>();

  function follow(): void {
    clearTimeout(stopTimer);
    if (following) return;
    following = new AbortController();
    started = Promise.withResolvers<void>();
    positions = [];
    const { signal } = following;
    for (const [index, source] of sources.entries()) {
      source.follow({
        onStart: (position, lost) => inTurn(() => start(index, position, lost), signal),
        onEvents: (events, reached) => inTurn(() => dispatch(index, events, reached), signal),
        onState: (failure) => note(index, failure),
      }, signal);
    }
  }

  function inTurn(work: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
    return dispatching = dispatching.then(() => signal.aborted ? undefined : work()).catch((cause) =>
      log({ level: "error", message: "Live events could not be handed on", cause: String(cause) })
    );
  }

  function note(index: number, failure: unknown): void {
    const state = states[index];
    if (failure !== undefined && state.failure === undefined) {
      log({
        level: "warn",
        message: `Live events: the source "${state.name}" cannot be read`,
        cause: String(failure),
      });
    }
    state.failure = failure;
  }

  async function start(index: number, position: Position, lost?: ResetReason): Promise<void> {
    const reached = [...positions];
    reached[index] = position;
    moveTo(reached);
    note(index, undefined);
    if (sources.some((_, i) => positions[i] === undefined)) return;
    started.resolve();
    if (!lost) return;
    for (const [tenantId, subscribers] of channels) {
      const id = await ids.sign(tenantId, positions);
      const completeFrom = clock().toISOString();
      for (const { sink, held } of subscribers) {
        // one that is being replayed has positions that are good no more
        if (held) unavailable(sink, "unavailable");
        else sink.notice("reset", { reason: lost, completeFrom }, { id });
      }
    }
  }

  /** Hands on what came, after which the source stands at `reached`: there may be more before that than events. */
  async function dispatch(index: number, events: LiveEvent[], reached: Position): Promise<void> {
    try {
      for (let from = 0; from < events.length;) {
        const step = nextStep(events, from, bytesOfEvent);
        from += step.length;
        const frames = await makeFrames(index, step);
        hand(index, step, frames);
        moveTo(positions.with(index, step.at(-1)!.position));
        if (pace.isFull(step)) await withTimeout(stepMs, whenRead);
      }
      moveTo(positions.with(index, reached));
    } catch (error) {
      // all clients come again, and are replayed what was to come now
      moveTo(positions.with(index, reached));
      for (const channel of channels.values()) {
        for (const { sink } of channel) unavailable(sink, "unavailable");
      }
      throw error;
    }
  }

  function moveTo(reached: Position[]): void {
    positions = reached;
    moved.resolve();
    moved = Promise.withResolvers();
  }

  /** Resolves when those who were handed events have read them; one who has not the last time is not waited for. */
  async function whenRead(): Promise<void> {
    const reading = [...given].filter((subscriber) =>
      !subscriber.sink.isDrained() && !unread.has(subscriber)
    );
    given.clear();
    await Promise.all(reading.map(async (subscriber) => {
      unread.add(subscriber);
      await subscriber.sink.drained();
      unread.delete(subscriber);
    }));
  }

  /** Frames of those events whose tenant has a stream, or is opening one. */
  async function makeFrames(index: number, events: LiveEvent[]): Promise<Map<LiveEvent, Frame>> {
    const frames = new Map<LiveEvent, Frame>();
    const isMissing = (event: LiveEvent) =>
      (channels.has(event.tenantId) || opening.has(event.tenantId)) && !frames.has(event);
    // a tenant's first stream may be opened while frames are made
    for (let missing = events.filter(isMissing); missing.length; missing = events.filter(isMissing)) {
      await Promise.all(missing.map(async (event) => {
        const id = await ids.sign(event.tenantId, positions.with(index, event.position));
        frames.set(event, frameOf(event, id));
      }));
    }
    return frames;
  }

  /** Hands frames to the streams of their tenants. */
  function hand(index: number, events: LiveEvent[], frames: Map<LiveEvent, Frame>): void {
    const now = clock().getTime();
    for (const event of events) {
      const frame = frames.get(event);
      if (!frame) continue;
      states[index].lagMs = Math.max(0, now - event.at);
      const channel = channels.get(event.tenantId);
      if (!channel) continue;
      for (const subscriber of channel) {
        give(subscriber, frame, now);
        if (!subscriber.sink.isDrained()) given.add(subscriber);
      }
    }
  }

  return {
    /** Resolves when all sources are followed, for a stream that is about to be opened; `release` when it is, or not. */
    async open(tenantId: string, signal: AbortSignal): Promise<() => void> {
      opening.set(tenantId, (opening.get(tenantId) ?? 0) + 1);
      follow();
      const release = () => {
        const left = opening.get(tenantId)! - 1;
        if (left) opening.set(tenantId, left);
        else opening.delete(tenantId);
        stopWhenIdle();
      };
      try {
        await Promise.race([started.promise, aborted(signal)]);
        return release;
      } catch (error) {
        release();
        throw error;
      }
    },

    /** Where the sources stand, as far as their events were handed on. */
    positions: (): Positions => positions,

    /** Resolves when the sources are followed up to these positions: another gateway may have handed them on before. */
    async reach(others: Positions, signal: AbortSignal): Promise<void> {
      while (others.some((other, i) => isAfter(other, positions[i]))) {
        await Promise.race([moved.promise, aborted(signal)]);
      }
    },

    /** From now on the stream gets all events; returns what ends that. */
    attach(subscriber: Subscriber): () => void {
      const { tenantId } = subscriber;
      const channel = channels.get(tenantId) ?? new Set();
      channels.set(tenantId, channel.add(subscriber));
      return function detach() {
        channel.delete(subscriber);
        if (channel.size === 0) channels.delete(tenantId);
        stopWhenIdle();
      };
    },

    states: (): readonly SourceState[] => states,

    stop(): void {
      clearTimeout(stopTimer);
      following?.abort();
      following = undefined;
    },
  };

  function stopWhenIdle(): void {
    if (channels.size || opening.size || !following) return;
    clearTimeout(stopTimer);
    stopTimer = setTimeout(() => {
      if (channels.size || opening.size) return;
      following?.abort();
      following = undefined;
    }, lingerMs);
  }
}

/** Hands a frame to a stream, or keeps it until the stream is live. */
function give(subscriber: Subscriber, frame: Frame, now: number): void {
  const { types, held, sink } = subscriber;
  if (types.length && !types.includes(frame.type)) return;
  if (held && held.frames.length < maxHeld.events && held.bytes < maxHeld.bytes) {
    held.frames.push(frame);
    held.bytes += frame.bytes.length;
  } else if (!held && sink.send(frame)) subscriber.sentAt = subscriber.eventAt = now;
  else overflow(sink);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
