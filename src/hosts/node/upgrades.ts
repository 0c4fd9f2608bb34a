import type * as http from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket as Connection } from "node:net";
import type { Upgrade } from "../../stream/socket.ts";
import { nodeModule } from "../bundle/node_modules.ts";
import { answerWith } from "./answer.ts";
import type { Accept } from "./sockets.ts";
import { toRequest } from "./to_request.ts";

/** Requests that ask for another protocol than HTTP. */
export interface Upgrades {
  upgrade: Upgrade;
  /** Has the server hand over its requests for WebSockets. */
  serve(server: Server, fetch: (request: Request) => Response | Promise<Response>): void;
}

/** Lets requests of Node's server become WebSockets. */
export function createUpgrades(accept: Accept): Upgrades {
  const asked = new WeakMap<Request, Parameters<Accept>>();
  return {
    upgrade(request) {
      const connection = asked.get(request);
      if (!connection) throw new TypeError("The request asks for no WebSocket");
      return { socket: accept(...connection), response: switchingProtocols() };
    },

    serve(server, fetch) {
      server.on("upgrade", async (incoming: IncomingMessage, connection: Connection, head: Uint8Array) => {
        if (!asksForWebSocket(incoming)) return serveWithout(server, incoming, connection, head);
        const left = new AbortController();
        connection.on("close", () => left.abort());
        // a connection that breaks is told by `close`
        connection.on("error", () => {});
        try {
          const request = toRequest(incoming, left.signal);
          asked.set(request, [incoming, connection, head]);
          const response = await fetch(request);
          if (response.status !== 101) await refuse(incoming, connection, response);
        } catch {
          connection.destroy();
        }
      });
    },
  };
}

function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}

/** The answer is sent already; a Response of Node's takes no status below 200. */
function switchingProtocols(): Response {
  return Object.defineProperty(new Response(null), "status", { value: 101 });
}

/** Answers in HTTP on a connection that Node has let go of, and ends it. */
async function refuse(incoming: IncomingMessage, connection: Connection, response: Response): Promise<void> {
  const { ServerResponse } = nodeModule<typeof http>("http");
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(connection);
  outgoing.on("finish", () => connection.destroySoon());
  await answerWith(outgoing, response, false);
}

/** Has the server take the request as if it had not asked, for nobody has to do so (RFC 9110, section 7.8). */
function serveWithout(server: Server, incoming: IncomingMessage, connection: Duplex, head: Uint8Array): void {
  const { method, url, httpVersion, rawHeaders } = incoming;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = rawHeaders.slice(i, i + 2);
    if (/^(upgrade|http2-settings)$/i.test(name)) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutUpgrade(value) : value}`);
  }
  connection.unshift(head);
  connection.unshift(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
  server.emit("connection", connection);
}

function withoutUpgrade(value: string): string {
  return value.split(",").filter((token) => !/^\s*(upgrade|http2-settings)\s*$/i.test(token)).join(",");
}
