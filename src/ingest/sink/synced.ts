import type { StreamInfo } from "@nats-io/jetstream";
import { headers as natsHeaders } from "@nats-io/nats-core";
import { LRUCache } from "lru-cache";
import { tenantIdFault } from "../../auth/credential.ts";
import { pause } from "../../base/async/pause.ts";
import type { Log } from "../../base/log.ts";
import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import type { TenantPlaces } from "../brokers/nats_event.ts";
import type { NatsLink } from "../brokers/nats_link.ts";
import syncedSql from "./synced.sql" with { type: "text" };

/** What tells NATS of syncs works with. */
export interface SyncedOptions {
  clickHouse: ClickHouse;
  link: NatsLink;
  /** The stream of JetStream that has a subject. */
  streamOf: (subject: string) => Promise<StreamInfo>;
  places: TenantPlaces;
  log: Log;
}

/** Rows of one look. */
interface Synced {
  tenantId: string;
  cause: string;
  /** A JSON object. */
  data: string;
  at: number;
}

const subject = "analytics.synced";
const everyMs = 1_000;
const timeoutMs = 10_000;
/** After a start, what is older is told to nobody: it is no news. */
const newsMs = 3_600_000;
/** A row may become visible so long after its time. */
const lateMs = 60_000;
const pageRows = 1_000;

/**
 * Publishes each sync that brought a tenant something, as the live event `analytics.synced` tells it. Nothing is kept of how far it
 * is: the messages have ids, by which JetStream drops those that it has already.
 */
export function createSynced({ clickHouse, link, streamOf, places, log }: SyncedOptions) {
  const published = new LRUCache<string, true>({ max: 100_000 });
  let since = Date.now() - newsMs;

  async function read({ at, tenantId, cause }: Omit<Synced, "data">): Promise<Synced[]> {
    return await readRows<Synced>(clickHouse, {
      sql: syncedSql,
      parameters: { at: String(at), tenantId: escapeString(tenantId), cause: escapeString(cause) },
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  /** Looks at all since the last time, a page at a time. */
  async function look(signal: AbortSignal): Promise<void> {
    let last: Omit<Synced, "data"> = { at: since, tenantId: "", cause: "" };
    for (let isMore = true; isMore && !signal.aborted;) {
      const rows = await read(last);
      // a header holds no tenant that no credential could name
      await publish(rows.filter((row) => !published.has(idOf(row)) && !tenantIdFault(row.tenantId)));
      isMore = rows.length === pageRows;
      last = rows.at(-1) ?? last;
    }
    since = Math.max(since, last.at - lateMs);
  }

  async function publish(rows: Synced[]): Promise<void> {
    if (rows.length === 0) return;
    await streamOf(subject);
    const { js } = await link.open();
    await Promise.all(rows.map(async (row) => {
      const headers = natsHeaders();
      headers.set(places.tenantHeader, row.tenantId);
      const payload = JSON.stringify({ [places.tenantField]: row.tenantId, ...JSON.parse(row.data) });
      await js.publish(subject, payload, { headers, msgID: idOf(row), timeout: timeoutMs });
      published.set(idOf(row), true);
    }));
  }

  return {
    /** Goes on until the signal fires. */
    async run(signal: AbortSignal): Promise<void> {
      let isFailing = false;
      while (!signal.aborted) {
        try {
          await look(signal);
          isFailing = false;
        } catch (error) {
          if (!isFailing && !signal.aborted) {
            log({ level: "warn", message: "Syncs cannot be told to NATS", cause: String(error) });
          }
          isFailing = true;
        }
        await pause(everyMs, signal);
      }
    },
  };
}

function idOf({ cause, tenantId }: Synced): string {
  return `${cause} ${tenantId}`;
}
