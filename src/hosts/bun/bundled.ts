import type { Bundle } from "../bundle/bundle.ts";
import { type Listen, serveInProcess } from "../bundle/process_host.ts";
import { type BunServer, upgradeOn, websocket } from "./sockets.ts";

/** What is used of Bun. */
interface BunGlobal {
  version: string;
  serve(options: {
    port: number;
    hostname: string;
    idleTimeout: number;
    maxRequestBodySize: number;
    development: boolean;
    websocket: typeof websocket;
    fetch: (request: Request) => Promise<Response | undefined>;
  }): BunServer & { port: number; stop(): Promise<void> };
}

/** Serves a bundle on Bun, until a signal comes. Throws ConfigError. */
export async function serveOnBun(bundle: Bundle): Promise<void> {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  let server: ReturnType<BunGlobal["serve"]>;
  const listen: Listen = (fetch, address) => {
    server = Bun.serve({
      ...address,
      // a live update may be long in coming, and a query may take its time
      idleTimeout: 0,
      // the gateway bounds bodies itself
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      websocket,
      async fetch(request) {
        const response = await fetch(request);
        // Bun has answered the handshake itself
        return response.status === 101 ? undefined : response;
      },
    });
    return Promise.resolve({ port: server.port, close: () => server.stop() });
  };
  await serveInProcess(bundle, {
    runtime: `bun ${Bun.version}`,
    listen,
    upgrade: (request) => upgradeOn(server, request),
  });
}
