import { concat } from "../base/bytes/concat.ts";
import { createOutbox, type Message, type Protocol } from "./outbox.ts";
import type { GzipStream } from "./gzip.ts";
import type { Sink } from "./sink.ts";

const text = new TextEncoder();

/** Most bytes that are handed on at once. */
const chunkBytes = 65_536;

type Bytes = Uint8Array<ArrayBuffer>;

/** Frames of Server-Sent Events (WHATWG HTML, section 9.2). */
const protocol: Protocol<Bytes> = {
  begin: (retryMs) => messageOf(`: live updates\nretry: ${retryMs}`),
  event: ({ bytes, id }) => ({ body: bytes, bytes: bytes.length, id, isEvent: true }),
  position: (id) => messageOf(`id: ${id}`, id),
  notice(name, data, { id, retryMs }) {
    const fields = [
      id !== undefined && `id: ${id}`,
      retryMs !== undefined && `retry: ${retryMs}`,
      `event: ${name}`,
      `data: ${JSON.stringify(data)}`,
    ];
    return messageOf(fields.filter(Boolean).join("\n"), id);
  },
};

function messageOf(fields: string, id?: string): Message<Bytes> {
  const body = text.encode(`${fields}\n\n`);
  return { body, bytes: body.length, id };
}

/** A stream of Server-Sent Events: the answer's body, packed if so, and the sink that fills it. */
export function createSse(gzip?: GzipStream): { body: ReadableStream<Bytes>; sink: Sink } {
  let controller!: ReadableStreamDefaultController<Bytes>;
  /** Whether the reader waits for more. A promise for it would live from one event to the next, in each of ten thousand streams. */
  let isAsked = false;

  const outbox = createOutbox(protocol, {
    onChange() {
      if (isAsked || outbox.doneFor()) flush();
    },
    onAbandon: () => controller.error(new Error("The client did not read that its stream had ended")),
  });

  /** Hands on what waits, to a reader who asked for it and may ask again meanwhile. */
  function flush(): void {
    isAsked = false;
    const parts = outbox.take(chunkBytes);
    if (gzip && parts.length) controller.enqueue(gzip.write(parts));
    else if (parts.length) controller.enqueue(parts.length === 1 ? parts[0] : concat(parts));
    if (!outbox.doneFor()) return;
    if (gzip) controller.enqueue(gzip.end());
    controller.close();
    outbox.finish();
  }

  const body = new ReadableStream<Bytes>({
    start(given) {
      controller = given;
    },
    pull() {
      if (outbox.isWaiting()) flush();
      else isAsked = true;
    },
    cancel: () => outbox.finish(),
  }, { highWaterMark: 0 });

  return { body, sink: outbox.sink };
}
