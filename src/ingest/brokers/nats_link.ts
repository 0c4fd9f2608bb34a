import { type JetStreamClient, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";

/** A connection, while it is one. */
export interface Opened {
  nc: NatsConnection;
  jsm: JetStreamManager;
  js: JetStreamClient;
  /** Fires when the connection is lost; there is another one when it has come back. */
  connected: AbortController;
}

/** A way to JetStream that is opened when it is used. */
export type NatsLink = ReturnType<typeof createNatsLink>;

/** Nothing is connected until `open`; a connection that was closed for good is made again. */
export function createNatsLink(connect: () => Promise<NatsConnection>) {
  let opening: Promise<Opened> | undefined;
  let isClosed = false;

  async function open(): Promise<Opened> {
    if (isClosed) throw new Error("The connection to NATS was closed");
    const current = opening ??= begin();
    const opened = await current.catch(() => undefined);
    if (opened && !opened.nc.isClosed()) {
      // what is sent meanwhile may never be answered
      opened.connected.signal.throwIfAborted();
      return opened;
    }
    if (opening === current) opening = undefined;
    // throws what has failed
    await current;
    return await open();
  }

  async function begin(): Promise<Opened> {
    const nc = await connect();
    try {
      const jsm = await jetstreamManager(nc);
      const opened = { nc, jsm, js: jsm.jetstream(), connected: new AbortController() };
      watch(opened);
      return opened;
    } catch (error) {
      await nc.close();
      throw error;
    }
  }

  async function watch(opened: Opened): Promise<void> {
    for await (const { type } of opened.nc.status()) {
      if (type === "disconnect") opened.connected.abort(new Error("The connection to NATS was lost"));
      if (type === "reconnect") opened.connected = new AbortController();
    }
  }

  return {
    /** Throws when the connection is lost and not back yet. */
    open,

    async close(): Promise<void> {
      isClosed = true;
      const opened = await opening?.catch(() => undefined);
      await opened?.nc.close();
    },
  };
}
