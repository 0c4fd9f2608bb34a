import { concat } from "../base/bytes/concat.ts";
import { type Ended, maxWaiting, type Sink } from "./sink.ts";

const text = new TextEncoder();

interface Waiting {
  bytes: Uint8Array<ArrayBuffer>;
  /** The client's id when it has this. */
  id?: string;
}

/** Most bytes that are handed on at once. */
const chunkBytes = 65_536;

/**
 * A stream of Server-Sent Events: the answer's body, and the sink that fills it. Bytes are counted here, before the system takes
 * them: its buffers would hide megabytes.
 */
export function createSse(): { body: ReadableStream<Uint8Array<ArrayBuffer>>; sink: Sink } {
  const { promise: ended, resolve: finish } = Promise.withResolvers<Ended>();
  const waiting: Waiting[] = [];
  let [waitingBytes, waitingEvents, events, bytes] = [0, 0, 0, 0];
  let lastId: string | undefined;
  let over: Ended["reason"] | undefined;
  let isFinished = false;
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Set while the reader waits for more. */
  let wake: (() => void) | undefined;
  let onDrained: (() => void)[] = [];

  function finishOnce(reason: Ended["reason"]): void {
    if (isFinished) return;
    isFinished = true;
    over ??= reason;
    waiting.length = waitingBytes = waitingEvents = 0;
    drain();
    finish({ reason: over, events, bytes });
  }

  /** Hands on what waits, to a reader who asked for it. */
  function flush(): void {
    let [count, size] = [0, 0];
    while (count < waiting.length && (count === 0 || size + waiting[count].bytes.length <= chunkBytes)) {
      size += waiting[count++].bytes.length;
    }
    const parts = waiting.splice(0, count);
    lastId = parts.findLast(({ id }) => id !== undefined)?.id ?? lastId;
    waitingBytes -= size;
    bytes += size;
    if (waiting.length === 0) waitingEvents = 0;
    controller.enqueue(parts.length === 1 ? parts[0].bytes : concat(parts.map((part) => part.bytes)));
    if (waiting.length) return;
    drain();
    if (over) close();
  }

  function drain(): void {
    for (const resolve of onDrained) resolve();
    onDrained = [];
  }

  function close(): void {
    controller.close();
    finishOnce("left");
  }

  function push(bytes: Uint8Array<ArrayBuffer>, id?: string): void {
    if (over) return;
    waiting.push({ bytes, id });
    waitingBytes += bytes.length;
    if (!wake) return;
    const resume = wake;
    wake = undefined;
    flush();
    resume();
  }

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(given) {
      controller = given;
    },
    pull() {
      if (waiting.length) return flush();
      return new Promise<void>((resolve) => wake = resolve);
    },
    cancel: () => finishOnce("left"),
  }, { highWaterMark: 0 });

  return {
    body,
    sink: {
      send(frame) {
        if (over) return true;
        if (waitingEvents >= maxWaiting.events || waitingBytes + frame.bytes.length > maxWaiting.bytes) {
          // what waits is not sent any more: the client goes on from the last one that was
          events -= waitingEvents;
          waiting.length = waitingBytes = waitingEvents = 0;
          return false;
        }
        waitingEvents++;
        events++;
        push(frame.bytes, frame.id);
        return true;
      },
      begin: (retryMs) => push(text.encode(`: live updates\nretry: ${retryMs}\n\n`)),
      heartbeat(id) {
        push(text.encode(`id: ${id}\n\n`), id);
      },
      notice(name, data, { id, retryMs } = {}) {
        const fields = [
          id !== undefined && `id: ${id}`,
          retryMs !== undefined && `retry: ${retryMs}`,
          `event: ${name}`,
          `data: ${JSON.stringify(data)}`,
        ];
        push(text.encode(`${fields.filter(Boolean).join("\n")}\n\n`), id);
      },
      end(reason) {
        if (over) return;
        over = reason;
        if (waiting.length) return;
        const resume = wake;
        close();
        resume?.();
      },
      async drained() {
        if (waiting.length && !isFinished) await new Promise<void>((resolve) => onDrained.push(resolve));
      },
      lastId: () => lastId,
      isOver: () => over !== undefined || isFinished,
      ended,
    },
  };
}
