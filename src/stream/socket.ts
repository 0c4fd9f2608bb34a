import { createOutbox, type Message, type Protocol } from "./outbox.ts";
import type { EndReason, Sink } from "./sink.ts";

/** What is used of a WebSocket, of whichever host. */
export type Socket = Pick<
  WebSocket,
  "readyState" | "bufferedAmount" | "binaryType" | "addEventListener" | "send" | "close"
>;

/** Makes a WebSocket of a request, as only its host can. Throws TypeError when the request does not ask for one. */
export type Upgrade = (request: Request) => { socket: Socket; response: Response };

/** `readyState` of a WebSocket that is open: not every host has the constant. */
export const isOpen = 1;

/** So much is handed to the host at once: what it holds cannot be taken back from a client that is too slow. */
const maxBuffered = 65_536;
/** A WebSocket does not tell when it has sent something: so soon it is asked first, and so rarely at last. */
const askMs = { first: 10, last: 250 };
/** Clients have nothing to say. Some libraries send a word now and then to keep a connection open. */
const maxReceived = { bytes: 128, perMinute: 60 };

/** RFC 6455, section 7.4.1, and the registry of codes that it began. 1000 is left out: many clients do not come back after it. */
const closeCodes: Record<EndReason, number> = {
  left: 1000,
  draining: 1001,
  idle: 1001,
  age: 1001,
  "credential-expired": 1008,
  "credential-revoked": 1008,
  disabled: 1008,
  "too-talkative": 1008,
  "message-too-large": 1009,
  overflow: 1013,
  unavailable: 1013,
};

const protocol: Protocol<string> = {
  // the handshake has said that the stream is there, and scripts come back when they want to
  begin: () => undefined,
  event: ({ message, bytes, id }) => ({ body: message, bytes: bytes.length, id, isEvent: true }),
  position: (id) => messageOf({ id }),
  notice: (name, data, { id, retryMs }) => messageOf({ event: name, id, retryMs, data }),
};

function messageOf(frame: { id?: string; [name: string]: unknown }): Message<string> {
  const body = JSON.stringify(frame);
  return { body, bytes: body.length, id: frame.id };
}

/** The sink that fills a WebSocket with text messages, from when it is open. */
export function fillSocket(socket: Socket): Sink {
  let timer: ReturnType<typeof setTimeout> | undefined;

  const outbox = createOutbox(protocol, {
    onChange() {
      if (timer === undefined) flush(askMs.first);
    },
    onAbandon() {
      clearTimeout(timer);
      // the host breaks the connection off when the client does not answer
      socket.close(1001);
    },
  });

  /** Hands on what the host takes; asks again after so many ms when that is not all. */
  function flush(waitMs: number): void {
    timer = undefined;
    if (socket.readyState !== isOpen) return;
    while (outbox.isWaiting() && socket.bufferedAmount < maxBuffered) {
      for (const message of outbox.take(maxBuffered)) socket.send(message);
    }
    const reason = outbox.doneFor();
    if (reason) socket.close(closeCodes[reason], reason);
    else if (outbox.isWaiting()) timer = setTimeout(flush, waitMs, Math.min(2 * waitMs, askMs.last));
  }

  function finish(): void {
    clearTimeout(timer);
    outbox.finish();
  }

  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => flush(askMs.first));
  socket.addEventListener("message", ignoreTalk(outbox.sink));
  socket.addEventListener("close", finish);
  socket.addEventListener("error", finish);
  return outbox.sink;
}

/** Ignores what a client sends, and ends a stream whose client sends much. */
function ignoreTalk(sink: Sink): (event: MessageEvent<string | ArrayBuffer>) => void {
  let [since, received] = [-Infinity, 0];
  return function onMessage({ data }) {
    const now = performance.now();
    if (now - since > 60_000) [since, received] = [now, 0];
    const bytes = typeof data === "string" ? data.length : data.byteLength;
    if (bytes > maxReceived.bytes) sink.end("message-too-large");
    else if (++received > maxReceived.perMinute) sink.end("too-talkative");
  };
}
