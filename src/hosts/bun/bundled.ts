import type { Bundle } from "../bundle/bundle.ts";
import { type Listen, serveInProcess } from "../bundle/process_host.ts";

/** What is used of Bun. */
interface BunGlobal {
  version: string;
  serve(options: {
    port: number;
    hostname: string;
    idleTimeout: number;
    maxRequestBodySize: number;
    development: boolean;
    fetch: (request: Request) => Response | Promise<Response>;
  }): { port: number; stop(): Promise<void> };
}

/** Serves a bundle on Bun, until a signal comes. Throws ConfigError. */
export async function serveOnBun(bundle: Bundle): Promise<void> {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  const listen: Listen = (fetch, address) => {
    const server = Bun.serve({
      ...address,
      // a live update may be long in coming, and a query may take its time
      idleTimeout: 0,
      // the gateway bounds bodies itself
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      fetch,
    });
    return Promise.resolve({ port: server.port, close: () => server.stop() });
  };
  await serveInProcess(bundle, `bun ${Bun.version}`, listen);
}
