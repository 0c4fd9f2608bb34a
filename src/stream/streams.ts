import { apiKeyOf, type Credential } from "../auth/credential.ts";
import { createDeadline } from "../base/async/deadline.ts";
import type { Log } from "../base/log.ts";
import { Problem } from "../base/problem.ts";
import type { EventIds } from "./event_id.ts";
import { createHub, type Subscriber } from "./hub.ts";
import { createReplay } from "./replay.ts";
import { between, type Ended, type EndReason, overflow, type Sink, unavailable } from "./sink.ts";
import type { Source } from "./source.ts";
import { stepLimit } from "./step.ts";
import type { StreamingTenants } from "./tenants.ts";

/** How long and how many streams may be. */
export interface StreamLimits {
  /** Streams of all tenants, and of one, on this gateway. */
  maxStreams: number;
  maxStreamsPerTenant: number;
  heartbeatMs: number;
  /** After so long without an event a stream ends. */
  idleMs: number;
  /** A stream ends when it is so old. */
  maxAgeMs: number;
}

/** What streams work with. */
export interface StreamsOptions {
  sources: Source[];
  ids: EventIds;
  tenants: Pick<StreamingTenants, "isEnabled">;
  /** Throws a Problem, `unauthenticated`, when the API key of this id does not hold any more. */
  verifyKey: (id: string) => Promise<void>;
  limits: StreamLimits;
  clock: () => Date;
  log: Log;
}

/** What a client asks for. */
export interface StreamRequest {
  credential: Credential;
  types: string[];
  lastEventId?: string;
}

/** All streams of a gateway. */
export type Streams = ReturnType<typeof createStreams>;

const tickMs = 1_000;
const openMs = 5_000;
/** So long a client may read nothing of what it missed: then it is too slow. */
const stallMs = 60_000;
/** So long a client may take to read that its stream has ended. */
const lastWordsMs = 10_000;

/** Opens streams, and ends them when it is time. */
export function createStreams({ sources, ids, tenants, verifyKey, limits, clock, log }: StreamsOptions) {
  const hub = createHub({ sources, ids, clock, log });
  const replay = createReplay({ sources, ids, clock });
  /** All that were opened and are not over, by tenant: those that are sent what they missed, the live ones, and those that are ending. */
  const byTenant = new Map<string, Set<Subscriber>>();
  const counts = { opened: 0, replays: 0, resets: 0, ended: {} as Partial<Record<EndReason, number>> };
  let total = 0;
  let isOpen = true;
  let timer: ReturnType<typeof setInterval> | undefined;

  const now = () => clock().getTime();

  /** Why no stream can be opened now, which passes; undefined when one can. */
  function whyNot(): "draining" | "full" | undefined {
    if (!isOpen) return "draining";
    if (total >= limits.maxStreams) return "full";
  }

  async function run(subscriber: Subscriber, lastEventId: string | undefined): Promise<void> {
    const { signal, clear } = createDeadline(openMs);
    await join(subscriber, lastEventId, signal).finally(clear);
  }

  /** Sends what was missed, if the client says from where; then the stream is live. */
  async function join(
    subscriber: Subscriber,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { tenantId, sink } = subscriber;
    const release = await hub.open(tenantId, signal);
    try {
      const from = lastEventId === undefined ? undefined : await ids.read(tenantId, lastEventId);
      const lost = lastEventId === undefined ? undefined : await replay.whyLost(from);
      if (lost) counts.resets++;
      if (!from || lost) return await begin(subscriber, lost);
      counts.replays++;
      // what this gateway hands on later than another one did, the client has
      await hub.reach(from, signal);
      const at = [...from];
      // the last page is short, so that few frames are held meanwhile
      while (await replay.send(subscriber, at, hub.positions()));
      hold(subscriber);
      await replay.send(subscriber, at, hub.positions());
      if (!sink.isOver()) sink.heartbeat(await ids.sign(tenantId, at));
      await goOn(subscriber);
    } finally {
      release();
    }
  }

  /** Begins at the present; `lost` is why what was missed cannot be had. */
  async function begin(subscriber: Subscriber, lost?: string): Promise<void> {
    hold(subscriber);
    const completeFrom = clock().toISOString();
    const id = await ids.sign(subscriber.tenantId, hub.positions());
    if (lost) subscriber.sink.notice("reset", { reason: lost, completeFrom }, { id });
    else subscriber.sink.heartbeat(id);
    await goOn(subscriber);
  }

  /** From now on the stream's frames are kept, those before were sent or are being sent. */
  function hold(subscriber: Subscriber): void {
    if (!isOpen) unavailable(subscriber.sink, "draining");
    if (subscriber.sink.isOver()) return;
    subscriber.held = { frames: [], bytes: 0 };
    subscriber.sink.ended.then(hub.attach(subscriber));
  }

  /** Sends the frames that were kept, as fast as the client reads, and those that come meanwhile; then the stream is live. */
  async function goOn(subscriber: Subscriber): Promise<void> {
    const { sink, held } = subscriber;
    while (held?.frames.length && !sink.isOver()) {
      for (const frame of held.frames.splice(0, stepLimit.events)) {
        sink.send(frame);
        held.bytes -= frame.bytes.length;
      }
      await sink.drained();
      subscriber.sentAt = now();
    }
    subscriber.held = undefined;
    subscriber.isLive = true;
    subscriber.sentAt = subscriber.eventAt = now();
  }

  function end({ sink }: Subscriber, reason: EndReason): void {
    if (sink.isOver()) return;
    sink.notice("end", { reason }, { retryMs: between(1_000, 3_000) });
    sink.end(reason);
  }

  async function tick(): Promise<void> {
    const at = now();
    const due: Subscriber[] = [];
    for (const ofTenant of byTenant.values()) {
      for (const subscriber of ofTenant) {
        const { sink, isLive, sentAt, eventAt, credentialEndsAt, rotatesAt } = subscriber;
        if (sink.isOver()) {
          subscriber.endingSince ??= at;
          if (at - subscriber.endingSince >= lastWordsMs) sink.abandon();
        } else if (at >= credentialEndsAt) end(subscriber, "credential-expired");
        else if (at >= rotatesAt) end(subscriber, "age");
        else if (!isLive && at - sentAt >= stallMs) overflow(sink);
        else if (isLive && at - eventAt >= limits.idleMs) end(subscriber, "idle");
        else if (isLive && at - sentAt >= limits.heartbeatMs) due.push(subscriber);
      }
    }
    for (const [tenantId, subscribers] of Map.groupBy(due, ({ tenantId }) => tenantId)) {
      await beat(tenantId, subscribers, at);
    }
    await check();
  }

  async function beat(tenantId: string, subscribers: Subscriber[], at: number): Promise<void> {
    const before = subscribers.map(({ sentAt }) => sentAt);
    const id = await ids.sign(tenantId, hub.positions());
    for (const [i, subscriber] of subscribers.entries()) {
      // an event that came meanwhile has a later id: this one would take the client back
      if (subscriber.sentAt !== before[i]) continue;
      subscriber.sink.heartbeat(id);
      subscriber.sentAt = at;
    }
  }

  /** Ends streams of revoked keys, and of tenants for whom streams were switched off. */
  async function check(): Promise<void> {
    // those there are now: one who comes and goes all the time would be met again and again
    for (const [tenantId, ofTenant] of [...byTenant]) {
      if (await tenants.isEnabled(tenantId)) continue;
      for (const subscriber of ofTenant) end(subscriber, "disabled");
    }
    const withKey = [...all()].filter(({ keyId }) => keyId !== undefined);
    await Promise.all([...Map.groupBy(withKey, ({ keyId }) => keyId!)].map(async ([id, ofKey]) => {
      if (await holds(id)) return;
      for (const subscriber of ofKey) end(subscriber, "credential-revoked");
    }));
  }

  /** Whether an API key holds; one of which nothing can be learned now does. */
  async function holds(id: string): Promise<boolean> {
    try {
      await verifyKey(id);
      return true;
    } catch (error) {
      return !(error instanceof Problem && error.type === "unauthenticated");
    }
  }

  function* all(): Iterable<Subscriber> {
    for (const ofTenant of byTenant.values()) yield* ofTenant;
  }

  function add(subscriber: Subscriber): void {
    const { tenantId } = subscriber;
    const ofTenant = byTenant.get(tenantId) ?? new Set();
    byTenant.set(tenantId, ofTenant.add(subscriber));
    total++;
    counts.opened++;
  }

  function remove(subscriber: Subscriber, reason: EndReason): void {
    const { tenantId } = subscriber;
    const ofTenant = byTenant.get(tenantId)!;
    ofTenant.delete(subscriber);
    if (ofTenant.size === 0) byTenant.delete(tenantId);
    total--;
    counts.ended[reason] = (counts.ended[reason] ?? 0) + 1;
  }

  return {
    whyNot,

    /** Throws a Problem when the credential is an API key that does not hold any more, or a token of one. */
    async checkKey({ subject }: Credential): Promise<void> {
      const id = apiKeyOf(subject);
      if (id !== undefined) await verifyKey(id);
    },

    /** Throws a Problem when the tenant has as many streams as it may. */
    checkLimit(tenantId: string): void {
      if ((byTenant.get(tenantId)?.size ?? 0) < limits.maxStreamsPerTenant) return;
      const detail = `The tenant has ${limits.maxStreamsPerTenant} streams open on this gateway`;
      throw new Problem("too-many-requests", { detail, retryAfterSeconds: 30 });
    },

    /** Fills a sink from now on: with what was missed, then live. Returns how it ends. */
    async open({ credential, types, lastEventId }: StreamRequest, sink: Sink): Promise<Ended> {
      const { tenantId, subject, expiresAt = Infinity } = credential;
      const at = now();
      const rotatesAt = at + between(0.9 * limits.maxAgeMs, 1.1 * limits.maxAgeMs);
      const times = { credentialEndsAt: expiresAt, rotatesAt, sentAt: at, eventAt: at };
      const keyId = apiKeyOf(subject);
      const subscriber: Subscriber = { tenantId, keyId, types, sink, isLive: false, ...times };
      add(subscriber);
      run(subscriber, lastEventId).catch((cause) => {
        log({ level: "warn", message: "A stream could not be opened", tenantId, cause: String(cause) });
        unavailable(sink, "unavailable");
      });
      const ended = await sink.ended;
      remove(subscriber, ended.reason);
      return ended;
    },

    start(): void {
      let isTicking = false;
      timer = setInterval(async () => {
        if (isTicking) return;
        isTicking = true;
        try {
          await tick();
        } catch (cause) {
          log({ level: "warn", message: "Open streams could not be checked", cause: String(cause) });
        } finally {
          isTicking = false;
        }
      }, tickMs);
    },

    /** Looks after the open streams, as a timer does every second. */
    tick,

    /** Ends all streams: their clients come again, to another gateway, not all at once. */
    close(): void {
      isOpen = false;
      for (const { sink } of all()) unavailable(sink, "draining");
    },

    stop(): void {
      clearInterval(timer);
      hub.stop();
    },

    /** How each source of events is. */
    sources: hub.states,

    /** Counts of all streams, which it walks. */
    stats: () => ({
      streams: total,
      opening: [...all()].filter(({ sink, isLive }) => !isLive && !sink.isOver()).length,
      ending: [...all()].filter(({ sink }) => sink.isOver()).length,
      byTenant: Object.fromEntries([...byTenant].map(([tenantId, { size }]) => [tenantId, size])),
      ...counts,
      sources: hub.states(),
    }),
  };
}
