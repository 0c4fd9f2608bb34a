import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Socket } from "../../stream/socket.ts";

/** Makes a WebSocket of a connection that asks for one. Throws TypeError when the handshake is none. */
export type Accept = (incoming: IncomingMessage, connection: Duplex, head: Uint8Array) => Socket;

/** What is used of a WebSocket of the package, which has no types of its own. */
type Accepted = Socket & { ping(): void; terminate(): void; on(name: "pong", listener: () => void): void };

/** A ping is sent so often; a client that has not answered the one before is gone. */
const pingEveryMs = 15_000;

/**
 * A compressor stays with its connection once it was needed: one of 2^12 bytes' window and this level takes 32 KB of zlib's own,
 * an eighth of its usual size (zconf.h), and the connection some 100 KB in all.
 */
const window = { bits: 12, memLevel: 5 };

/** WebSockets by the package `ws`, compressed where the client offers that. */
export function createSockets(): Accept {
  const server = new WebSocketServer({
    noServer: true,
    // clients have nothing to say; of a compressed message this is the length that it unpacks to
    maxPayload: 4_096,
    maxFragments: 16,
    maxBufferedChunks: 64,
    // none is chosen, as on the other hosts
    handleProtocols: () => false,
    perMessageDeflate: {
      // what a message was compressed with is forgotten after it
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: window.bits,
      zlibDeflateOptions: { level: 3, memLevel: window.memLevel, chunkSize: 4_096 },
      zlibInflateOptions: { chunkSize: 4_096 },
      // bytes; a short message gains nothing
      threshold: 1_024,
      // at once, in all connections together
      concurrencyLimit: 4,
    },
  });
  let refusal: Error | undefined;
  // with a listener, the package leaves it to us to answer
  server.on("wsClientError", (error: Error) => refusal = error);
  const silent = new Set<Accepted>();
  setInterval(() => pingAll(server.clients, silent), pingEveryMs).unref();

  return function accept(incoming, connection, head) {
    withoutNarrowOffer(incoming);
    let accepted: Accepted | undefined;
    server.handleUpgrade(incoming, connection, head, (socket: Accepted) => accepted = socket);
    if (!accepted) throw new TypeError("The handshake of the WebSocket is none", { cause: refusal });
    const socket = accepted;
    socket.on("pong", () => silent.delete(socket));
    socket.addEventListener("close", () => silent.delete(socket));
    return socket;
  };
}

function pingAll(sockets: Set<Accepted>, silent: Set<Accepted>): void {
  for (const socket of sockets) {
    if (silent.has(socket)) socket.terminate();
    else {
      silent.add(socket);
      socket.ping();
    }
  }
}

/** Leaves out an offer to compress with a smaller window than ours, which the package would refuse the connection for. */
function withoutNarrowOffer({ headers }: IncomingMessage): void {
  const name = "sec-websocket-extensions";
  for (const [, bits] of headers[name]?.matchAll(/server_max_window_bits\s*=\s*"?(\d+)/g) ?? []) {
    if (Number(bits) < window.bits) delete headers[name];
  }
}
