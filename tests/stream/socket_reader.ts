// its types bring those of Node, beside which the rest of the repository does not check
import { WebSocket } from "ws";
import { listen, type TestGateway, tokenOf } from "../gateway.ts";
import { boundMs } from "../program.ts";

/** A message of a stream: an event, a notice or a position. */
export interface SocketMessage {
  id?: string;
  type?: string;
  at?: string;
  event?: string;
  retryMs?: number;
  // deno-lint-ignore no-explicit-any -- a test knows what it asked for
  data?: any;
}

/** A stream over a WebSocket, read message by message. */
export interface SocketReader {
  /** The client's own end, of the package `ws`. */
  socket: {
    /** What was agreed on, such as `permessage-deflate`; empty when nothing was. */
    extensions: string;
    send(message: string | Uint8Array): void;
    pause(): void;
    resume(): void;
    terminate(): void;
  };
  /** The next message; undefined when the stream was closed. Throws when nothing comes. */
  next(): Promise<SocketMessage | undefined>;
  /** The next event of the data. */
  event(): Promise<SocketMessage>;
  /** The next notice of that name, `position` for an id alone. */
  until(name: string): Promise<SocketMessage>;
  /** The client's id so far. */
  lastId(): string | undefined;
  /** How the server closed it, or the client. */
  closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

/** Opens a stream of the gateway at this address; throws the status when it is refused. The client offers to compress, or not. */
export async function openSocket(
  url: string,
  tenantId: string,
  search = "",
  perMessageDeflate = true,
): Promise<SocketReader> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream/socket${search}`, {
    perMessageDeflate,
    headers: search.includes("token=")
      ? {}
      : { authorization: `Bearer ${await tokenOf(tenantId, "stream")}` },
  });
  const messages: SocketMessage[] = [];
  let wake = () => {};
  let isClosed = false;
  let lastId: string | undefined;
  socket.on("message", (data: unknown) => {
    messages.push(JSON.parse(String(data)));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on("close", (code: number, reason: unknown) => {
      isClosed = true;
      wake();
      resolve({ code, reason: String(reason) });
    })
  );
  await new Promise<void>((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("unexpected-response", (_: unknown, { statusCode }: { statusCode: number }) => {
      socket.terminate();
      reject(new Error(`The stream was refused: ${statusCode}`));
    });
    socket.on("error", reject);
  });

  async function next(): Promise<SocketMessage | undefined> {
    if (!messages.length && !isClosed) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        timer = setTimeout(() => reject(new Error(`No message came in ${boundMs} ms`)), boundMs);
      }).finally(() => clearTimeout(timer));
    }
    const message = messages.shift();
    lastId = message?.id ?? lastId;
    return message;
  }

  async function until(name: string): Promise<SocketMessage> {
    for (;;) {
      const message = await next();
      if (!message) throw new Error(`The stream was closed before "${name}" came`);
      if ((message.event ?? (message.type ? "message" : "position")) === name) return message;
    }
  }

  return {
    socket,
    next,
    until,
    event: () => until("message"),
    lastId: () => lastId,
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}

/** A gateway that listens. */
export interface SocketServer extends AsyncDisposable {
  url: string;
  /** Opens a stream; throws the status when it is refused. */
  open(tenantId: string, search?: string): Promise<SocketReader>;
}

/** Serves a gateway, and ends both it and the streams that a test has left. */
export function serveSockets(gateway: TestGateway): SocketServer {
  const server = listen(gateway);
  const opened: SocketReader[] = [];
  return {
    url: server.url,
    async open(tenantId, search) {
      const reader = await openSocket(server.url, tenantId, search);
      opened.push(reader);
      return reader;
    },
    async [Symbol.asyncDispose]() {
      gateway.close();
      // one that stalls would be waited for
      for (const { socket } of opened) socket.terminate();
      await server.stop();
      gateway.streams.stop();
    },
  };
}
