import { createApp } from "../app.ts";
import { createServing } from "../catalog/serving.ts";
import type { QueryFileError } from "../catalog/query_file_error.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { ClickHouseUnreachable } from "../clickhouse/exception.ts";
import type { Config } from "../config.ts";
import type { DocsAssets } from "../docs/routes.ts";
import type { Log } from "../http/log.ts";
import { readQueryFiles } from "./sql_files.ts";

/** A gateway that listens. */
export interface Gateway {
  url: string;
  /** Loads the query files anew; returns the faults. */
  reload(): Promise<QueryFileError[]>;
  /** Takes no more requests and waits for those in flight. */
  stop(): Promise<void>;
}

/** What `serve` needs besides the configuration. */
export interface ServeOptions {
  config: Pick<
    Config,
    | "PORT"
    | "HOST"
    | "AUTH_JWT_SECRET"
    | "ALLOWED_ORIGINS"
    | "MAX_LINE_BYTES"
    | "MAX_UNPACKED_BYTES"
    | "MAX_QUERY_SECONDS"
  >;
  clickHouse: ClickHouse;
  log: Log;
  docs: DocsAssets;
  clock?: () => Date;
}

/** Time that requests in flight get to finish. */
const drainMs = 25_000;

/** Listens at once; queries are answered from `reload` on. Throws when the port is taken. */
export function serve({ config, clickHouse, log, docs, clock = () => new Date() }: ServeOptions): Gateway {
  const serving = createServing(clickHouse);
  let isOpen = true;
  const app = createApp({
    config,
    clickHouse,
    served: serving.served,
    isOpen: () => isOpen,
    clock,
    log,
    docs,
  });
  const server = Deno.serve(
    { port: config.PORT, hostname: config.HOST, onListen: () => {} },
    (request) => app.fetch(request),
  );
  const { port } = server.addr as Deno.NetAddr;
  return {
    url: `http://${config.HOST}:${port}`,
    reload: async () => serving.load(await readQueryFiles()),
    async stop() {
      isOpen = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, drainMs));
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    },
  };
}

/** Loads the query files as soon as ClickHouse can be asked; says once that it waits. */
export async function loadWhenReachable(gateway: Gateway, log: Log): Promise<QueryFileError[]> {
  for (let attempt = 0;; attempt++) {
    try {
      return await gateway.reload();
    } catch (error) {
      if (!(error instanceof ClickHouseUnreachable)) throw error;
      if (attempt === 0) log({ level: "warn", message: "Waiting for ClickHouse: it is not reachable yet" });
      await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 50 * 2 ** attempt)));
    }
  }
}
