import type * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Bundle } from "../bundle/bundle.ts";
import { nodeModule } from "../bundle/node_modules.ts";
import { type Listen, serveInProcess } from "../bundle/process_host.ts";
import { answerWith } from "./answer.ts";
import { fillIn } from "./fill_in.ts";
import { loadSockets } from "./load_sockets.ts";
import { toRequest } from "./to_request.ts";
import type { Upgrades } from "./upgrades.ts";

/** Serves a bundle on Node, until a signal comes. Throws ConfigError. */
export async function serveOnNode(bundle: Bundle): Promise<void> {
  fillIn();
  const { versions } = nodeModule<typeof import("node:process")>("process");
  const upgrades = await loadSockets();
  await serveInProcess(bundle, {
    runtime: `node ${versions.node}`,
    listen: (fetch, address) => listen(fetch, address, upgrades),
    upgrade: upgrades?.upgrade,
  });
}

/** Listens with Node's own server, whose limits of heads and time to send one stay. */
async function listen(
  fetch: Parameters<Listen>[0],
  { port, hostname: host }: Parameters<Listen>[1],
  upgrades: Upgrades | undefined,
): ReturnType<Listen> {
  const { createServer } = nodeModule<typeof http>("http");
  // a long body may take long
  const server = createServer({ requestTimeout: 0 }, async (incoming, outgoing) => {
    const left = new AbortController();
    outgoing.on("close", () => left.abort());
    // a connection that breaks is told by `close`
    outgoing.on("error", () => {});
    try {
      await answerWith(outgoing, await fetch(toRequest(incoming, left.signal)), incoming.method === "HEAD");
    } catch {
      // an answer that breaks in the middle must not look whole, and a request that is none has no better one
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(400, { connection: "close" }).end();
    }
  });
  upgrades?.serve(server, fetch);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen({ port, host }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
