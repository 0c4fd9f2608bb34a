import type { Upgrade } from "../../stream/socket.ts";

/** A client that does not answer a ping for so long is gone. */
const idleSeconds = 30;

/** Makes a WebSocket of a request of `Deno.serve`, whose fields cannot be read afterwards. */
export const upgradeSocket: Upgrade = (request) =>
  Deno.upgradeWebSocket(request, { idleTimeout: idleSeconds });
