import type { ClickHouse } from "../../clickhouse/client.ts";
import type { Families } from "./families.ts";
import { newHistogram, observe } from "./histogram.ts";

/** Counts of what was sent in. */
export type IngestionMetrics = ReturnType<typeof createIngestionMetrics>;

/** Counts events and the inserts that store them, by stream. Streams are those of the database. */
export function createIngestionMetrics() {
  const streams = new Map<string, { accepted: number; rejected: number }>();
  const inserts = newHistogram();
  let bytes = 0;

  return {
    streams,
    /** Durations of inserts that went well, in seconds. */
    inserts,
    bytes: () => bytes,

    /** Counts events that were stored or refused. */
    count(stream: string, { accepted, rejected }: { accepted: number; rejected: number }): void {
      let counts = streams.get(stream);
      if (!counts) streams.set(stream, counts = { accepted: 0, rejected: 0 });
      counts.accepted += accepted;
      counts.rejected += rejected;
    },

    /** Counts bytes of events, unpacked. */
    countBytes: (count: number) => void (bytes += count),

    /** The same pieces of a body, counted. */
    async *counted<Chunk extends Uint8Array>(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    },

    /** The client, timing its inserts. */
    timed(clickHouse: ClickHouse): ClickHouse {
      return async function timed(statement) {
        const start = performance.now();
        const response = await clickHouse(statement);
        observe(inserts, (performance.now() - start) / 1_000);
        return response;
      };
    },
  };
}

/** Writes what was counted of events. */
export function writeIngestion({ counter, histogram }: Families, ingestion: IngestionMetrics): void {
  const streams = [...ingestion.streams];
  counter(
    "events_total",
    "Events sent in.",
    streams.flatMap(([stream, { accepted, rejected }]) => [
      [{ stream, result: "accepted" }, accepted],
      [{ stream, result: "rejected" }, rejected],
    ]),
  );
  counter("event_bytes_total", "Bytes of events sent in, unpacked.", ingestion.bytes());
  histogram("insert_duration_seconds", "Inserts of events.", [[{}, ingestion.inserts]]);
}
