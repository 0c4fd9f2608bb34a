import { withTimeout } from "../../base/async/with_timeout.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { createBundledGateway, drainMs } from "../bundle/bundled_gateway.ts";
import type { Host } from "../bundle/host.ts";
import { nodeZlib } from "../bundle/node_modules.ts";
import { clickHouseTransport } from "./clickhouse_transport.ts";
import { listen } from "./listen.ts";
import { createLog } from "./log.ts";
import { onSignal } from "./on_signal.ts";
import { processStats } from "./process_stats.ts";
import { upgradeSocket } from "./upgrade_socket.ts";

/** Serves a bundle on Deno, until a signal comes. Throws ConfigError. */
export function serveOnDeno(bundle: Bundle): void {
  const host: Host = {
    runtime: `deno ${Deno.version.deno}`,
    createLog: ({ LOG_FORMAT: format, LOG_LEVEL: level }) => createLog({ format, level }),
    transport: (config) => clickHouseTransport(config, config.CLICKHOUSE_URL),
    readBeside: (name) => Deno.readFile(new URL(name, import.meta.url)),
    process: processStats,
    upgrade: upgradeSocket,
    zlib: nodeZlib(),
  };
  const gateway = createBundledGateway(bundle, host, Deno.env.toObject());
  const { config: { PORT: port, HOST: hostname }, log } = gateway;
  const server = listen({ name: "PORT", port, hostname }, (request) => gateway.fetch(request));
  gateway.start();
  gateway.check();
  onSignal(async () => {
    log({ level: "info", message: "Stopping: requests in flight finish" });
    gateway.close();
    await withTimeout(drainMs, () => server.shutdown());
    await gateway.stop();
  });
  const { port: taken } = server.addr as Deno.NetAddr;
  log({ level: "info", message: `Listening on http://${hostname}:${taken}` });
}
