import type { Bundle } from "../bundle/bundle.ts";
import { type BundledGateway, createBundledGateway } from "../bundle/bundled_gateway.ts";
import type { Host } from "../bundle/host.ts";
import { createLineLog } from "../log_lines.ts";
import { objectName } from "./object_name.ts";
import { upgradeSocket } from "./upgrade_socket.ts";

/** What is bound to a worker: variables and secrets, and its Durable Objects. */
type Bindings = Record<string, unknown> & { GATEWAY: Namespace };

/** Durable Objects of one class, by name. */
interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(request: Request): Promise<Response> };
}

const host: Host = {
  runtime: "workerd",
  // deno-lint-ignore no-console -- what a worker prints is its log
  createLog: (options) => createLineLog(options, (line) => console.log(line)),
  transport: () => fetch,
  upgrade: upgradeSocket,
  async readBeside(name) {
    // a variable: a bundler would look for the file itself
    const path = `./${name}`;
    return new Uint8Array((await import(path)).default);
  },
};

/** An isolate has 128 MB in all. */
const defaults = { CACHE_MAX_BYTES: "33554432" };

/** The worker: it only hands each request to the object that is to answer it. */
export function createWorker() {
  return {
    async fetch(request: Request, { GATEWAY, GATEWAY_OBJECTS }: Bindings): Promise<Response> {
      const id = GATEWAY.idFromName(objectName(request, Number(GATEWAY_OBJECTS ?? 1)));
      return await GATEWAY.get(id).fetch(request);
    },
  };
}

/**
 * The class of the Durable Objects, each of which is a gateway. A plain worker may not share what waits for the network between
 * requests, and all that makes a gateway one is shared: runs, the queue, budgets, streams.
 */
export function createGatewayClass(bundle: Bundle) {
  return class Gateway {
    readonly #gateway: BundledGateway;

    constructor(_state: unknown, bindings: Bindings) {
      const given = Object.entries(bindings).filter(([, value]) => typeof value === "string");
      this.#gateway = createBundledGateway(bundle, host, { ...defaults, ...Object.fromEntries(given) });
      this.#gateway.start();
      this.#gateway.check();
    }

    async fetch(request: Request): Promise<Response> {
      const response = await this.#gateway.fetch(request);
      if (!response.headers.has("content-encoding")) return response;
      // it is packed already: workerd would pack it again
      const { status, headers, body } = response;
      return new Response(body, { status, headers, encodeBody: "manual" } as ResponseInit);
    }
  };
}
