import type { NatsConnection } from "@nats-io/nats-core";
import type { ClickHouseOptions } from "../../src/clickhouse/client.ts";

/** What each row's measuring is given. */
export interface Sides {
  /** The gateway's address. */
  url: string;
  /** The processes of gateway and engine. */
  gatewayPid: number;
  enginePid: number;
  /** What signs the tokens. */
  secret: string;
  /** A token of the tenant `bench`. */
  token: string;
  /** A token of another tenant. */
  tokenOf: (tenantId: string, scope: string) => Promise<string>;
  /** A connection to NATS, where it is installed: the gateway follows it. */
  connectNats?: () => Promise<NatsConnection>;
  /** ClickHouse, as its owner. */
  target: ClickHouseOptions;
}
