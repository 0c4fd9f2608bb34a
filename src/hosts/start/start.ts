import { ConfigError } from "../../base/config.ts";
import { serveOnBun } from "../bun/bundled.ts";
import { serveOnDeno } from "../deno/bundled.ts";
import { serveOnNode } from "../node/bundled.ts";
import { createWorker } from "../workerd/bundled.ts";
import type { Bundle } from "../bundle/bundle.ts";

/** Starts a bundle where it finds itself. Gives the worker on workerd, which starts nothing by itself, and elsewhere nothing. */
export function start(bundle: Bundle): ReturnType<typeof createWorker> | undefined {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") return createWorker();
  serve(bundle).catch(fail);
}

async function serve(bundle: Bundle): Promise<void> {
  if ("Deno" in globalThis) serveOnDeno(bundle);
  else if ("Bun" in globalThis) await serveOnBun(bundle);
  else await serveOnNode(bundle);
}

/** Tells the operator why there is no gateway, and ends the process. */
function fail(error: Error & { code?: string }): void {
  const isOperators = error instanceof ConfigError || error.code === "EADDRINUSE";
  // deno-lint-ignore no-console -- for the operator who starts it; there is no log without a configuration
  console.error(`Sluice cannot start:\n${isOperators ? error.message : error.stack}`);
  (globalThis as unknown as { process: { exit(code: number): void } }).process.exit(1);
}
