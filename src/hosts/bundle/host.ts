import type { Config } from "../../base/config.ts";
import type { Log } from "../../base/log.ts";
import type { Transport } from "../../clickhouse/transport.ts";
import type { GatewayDeps } from "../../gateway.ts";

/** What a runtime gives a bundled gateway; what it does not have is left out. */
export interface Host extends Pick<GatewayDeps, "upgrade" | "zlib" | "process"> {
  /** Such as `node 24.1.0`. */
  runtime: string;
  createLog(options: Pick<Config, "LOG_FORMAT" | "LOG_LEVEL">): Log;
  /** How statements get to the ClickHouse at this address. */
  transport(config: Config): Transport;
  /** Reads a file that lies beside the module. Rejects when there is none. */
  readBeside(name: string): Promise<Uint8Array<ArrayBuffer>>;
}
