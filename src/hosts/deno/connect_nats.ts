import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import type { GatewayDeps } from "../../gateway.ts";
import { createNats } from "../../ingest/brokers/nats.ts";

/**
 * Makes connections to the servers at these addresses, separated by commas, which connect again for ever; name and password, or a
 * token, stand in the first address.
 */
export function connectNats(addresses: string): () => Promise<NatsConnection> {
  const urls = addresses.split(",").map((address) => new URL(address.trim()));
  const [user, pass] = [urls[0].username, urls[0].password].map(decodeURIComponent);
  const credentials = pass ? { user, pass } : user ? { token: user } : {};
  return async function connectToNats() {
    return await connect({
      servers: urls.map(({ host }) => host),
      ...credentials,
      ...(urls[0].protocol === "tls:" && { tls: {} }),
      name: "sluice",
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      timeout: 5_000,
      // a server that is gone without a word is noticed in 20 seconds
      pingInterval: 10_000,
    });
  };
}

/** NATS by such connections, as a source of live updates. */
export function natsOver(connect: () => Promise<NatsConnection>): GatewayDeps["createNats"] {
  return (options) => createNats({ ...options, connect });
}
