import { isOpen, type Socket, type Upgrade } from "../../stream/socket.ts";

/** What is used of a WebSocket of Bun's. */
interface BunSocket {
  data: Connection;
  readyState: number;
  send(message: string, compress: boolean): number;
  close(code?: number, reason?: string): void;
  getBufferedAmount(): number;
}

/** A WebSocket of Bun's with its events, which Bun tells to one handler for all. */
interface Connection {
  events: EventTarget;
  opened?: BunSocket;
}

/** What is used of a server of Bun's. */
export interface BunServer {
  upgrade(request: Request, options: { data: Connection }): boolean;
}

/** A message of so many characters is compressed, when the client has offered that. */
const compressFrom = 1_024;

/** How `Bun.serve` is to treat WebSockets. */
export const websocket = {
  // one compressor for all connections, which forgets each message: a connection needs no memory for it
  perMessageDeflate: { compress: "shared", decompress: "shared" },
  // clients have nothing to say
  maxPayloadLength: 4_096,
  // what is sent is bounded long before: a message that Bun dropped would be missing in silence
  closeOnBackpressureLimit: true,
  // seconds; a client that does not answer a ping is gone
  idleTimeout: 30,
  sendPings: true,
  open(opened: BunSocket) {
    opened.data.opened = opened;
    opened.data.events.dispatchEvent(new Event("open"));
  },
  message({ data: { events } }: BunSocket, data: string | Uint8Array) {
    events.dispatchEvent(new MessageEvent("message", { data }));
  },
  close({ data: { events } }: BunSocket) {
    events.dispatchEvent(new Event("close"));
  },
};

/** Makes a WebSocket of a request of this server; the response is for the gateway alone. Throws TypeError as an Upgrade does. */
export function upgradeOn(server: BunServer, request: Request): ReturnType<Upgrade> {
  const data: Connection = { events: new EventTarget() };
  if (!server.upgrade(request, { data })) throw new TypeError("The request asks for no WebSocket");
  return { socket: socketOf(data), response: new Response(null, { status: 101 }) };
}

function socketOf(connection: Connection): Socket {
  const { events } = connection;
  return {
    binaryType: "arraybuffer",
    get readyState() {
      return connection.opened?.readyState ?? 0;
    },
    get bufferedAmount() {
      return connection.opened?.getBufferedAmount() ?? 0;
    },
    send(message: string) {
      connection.opened?.send(message, message.length >= compressFrom);
    },
    close(code, reason) {
      if (connection.opened?.readyState === isOpen) connection.opened.close(code, reason);
    },
    addEventListener: events.addEventListener.bind(events),
  };
}
