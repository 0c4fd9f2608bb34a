import type { Frame, Notices } from "./frame.ts";
import { type Ended, type EndReason, maxWaiting, type NoticeOptions, type Sink } from "./sink.ts";

/** Something that is sent to a client at once. */
export interface Message<Body> {
  body: Body;
  bytes: number;
  /** The client's id when it has this. */
  id?: string;
  isEvent?: boolean;
}

/** How a protocol writes what a stream says. */
export interface Protocol<Body> {
  /** Undefined where the protocol says that by itself. */
  begin(retryMs: number): Message<Body> | undefined;
  event(frame: Frame): Message<Body>;
  position(id: string): Message<Body>;
  notice(name: keyof Notices, data: Notices[keyof Notices], options: NoticeOptions): Message<Body>;
}

/** What waits for one client, and the sink that fills it. */
export interface Outbox<Body> {
  sink: Sink;
  /** Whether something waits. */
  isWaiting(): boolean;
  /** Takes so many bytes of what waits, and one message at least if any does. */
  take(maxBytes: number): Body[];
  /** Why the stream is to be closed, when nothing waits any more. */
  doneFor(): EndReason | undefined;
  /** The connection is over: the client left, unless the stream had ended. */
  finish(): void;
}

/** How an outbox is connected. */
export interface OutboxEvents {
  /** A message came, or the end. */
  onChange(): void;
  /** The connection is to be broken off. */
  onAbandon(): void;
}

/**
 * What waits for one client. Bytes are counted here, before the system takes them: its buffers would hide megabytes.
 */
export function createOutbox<Body>(
  protocol: Protocol<Body>,
  { onChange, onAbandon }: OutboxEvents,
): Outbox<Body> {
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  const waiting: Message<Body>[] = [];
  let [waitingBytes, waitingEvents, events, bytes] = [0, 0, 0, 0];
  let lastId: string | undefined;
  let over: EndReason | undefined;
  let isFinished = false;
  let onDrained: (() => void)[] = [];

  function push(message: Message<Body> | undefined): void {
    if (over || !message) return;
    waiting.push(message);
    waitingBytes += message.bytes;
    onChange();
  }

  function clear(): void {
    waiting.length = waitingBytes = waitingEvents = 0;
  }

  function drain(): void {
    if (onDrained.length === 0) return;
    for (const resolve of onDrained) resolve();
    onDrained = [];
  }

  function isDrained(): boolean {
    return waiting.length === 0 || isFinished;
  }

  function finish(): void {
    if (isFinished) return;
    isFinished = true;
    over ??= "left";
    clear();
    drain();
    resolve({ reason: over, events, bytes });
  }

  return {
    isWaiting: () => waiting.length > 0,

    take(maxBytes) {
      const bodies: Body[] = [];
      for (let size = 0; waiting.length && (size === 0 || size + waiting[0].bytes <= maxBytes);) {
        const message = waiting.shift()!;
        size += message.bytes;
        bodies.push(message.body);
        waitingBytes -= message.bytes;
        bytes += message.bytes;
        if (message.isEvent) waitingEvents--;
        lastId = message.id ?? lastId;
      }
      if (waiting.length === 0) drain();
      return bodies;
    },

    doneFor: () => waiting.length || isFinished ? undefined : over,

    finish,

    sink: {
      send(frame) {
        if (over) return true;
        if (waitingEvents >= maxWaiting.events || waitingBytes + frame.bytes.length > maxWaiting.bytes) {
          // what waits is not sent any more: the client goes on from the last one that was
          events -= waitingEvents;
          clear();
          return false;
        }
        waitingEvents++;
        events++;
        push(protocol.event(frame));
        return true;
      },
      begin: (retryMs) => push(protocol.begin(retryMs)),
      heartbeat: (id) => push(protocol.position(id)),
      notice: (name, data, options = {}) => push(protocol.notice(name, data, options)),
      end(reason) {
        if (over) return;
        over = reason;
        onChange();
      },
      abandon() {
        if (isFinished) return;
        onAbandon();
        finish();
      },
      isDrained,
      async drained() {
        if (!isDrained()) await new Promise<void>((resolve) => onDrained.push(resolve));
      },
      lastId: () => lastId,
      isOver: () => over !== undefined,
      ended,
    },
  };
}
