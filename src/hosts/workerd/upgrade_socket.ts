import type { Socket, Upgrade } from "../../stream/socket.ts";

/** Both ends of a connection: the one that is answered, and ours. */
type Pair = [client: unknown, server: Socket & { accept(): void }];

/** What is used of workerd. */
interface WorkerdGlobal {
  WebSocketPair: new () => Record<number, unknown>;
}

/** Makes a WebSocket of a request of workerd, which takes a client's offer to compress by itself. */
export const upgradeSocket: Upgrade = (request) => {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new TypeError("The request asks for no WebSocket");
  }
  const { WebSocketPair } = globalThis as unknown as WorkerdGlobal;
  const [webSocket, socket] = Object.values(new WebSocketPair()) as Pair;
  socket.accept();
  return { socket, response: new Response(null, { status: 101, webSocket } as ResponseInit) };
};
