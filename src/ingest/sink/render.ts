import { createFamilies, type Samples } from "../../observe/metrics/families.ts";
import { writeIngestion } from "../../observe/metrics/ingestion.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import { writeProcess } from "../../observe/metrics/process.ts";
import type { Sinks } from "./sinks.ts";

/** Whose numbers are shown. */
export interface SinkRenderOptions {
  sinks: Pick<Sinks, "stats">;
  lags: Awaited<ReturnType<Sinks["lags"]>>;
  metrics: Metrics;
  isClickHouseUp: boolean;
}

/** The sink's metrics as Prometheus reads them. */
export function renderSinkMetrics({ sinks, lags, metrics, isClickHouseUp }: SinkRenderOptions): string {
  const families = createFamilies();
  const { counter, gauge } = families;
  const stats = sinks.stats();
  const ofEach = (pick: (one: typeof stats[0]) => number): Samples =>
    stats.map((one) => [{ stream: one.stream }, pick(one)]);
  gauge(
    "sink_lag_messages",
    "Messages of a subject that are not stored yet.",
    lags.map(({ subject, stream, messages }) => [{ subject, stream }, messages]),
  );
  gauge(
    "sink_lag_seconds",
    "From NATS to the table, of the first message of the last batch; NaN before one.",
    ofEach(({ lagMs }) => lagMs === undefined ? NaN : lagMs / 1_000),
  );
  gauge("sink_held_messages", "Messages that the sink holds.", ofEach(({ messages }) => messages));
  gauge("sink_held_bytes", "Bytes of their payloads.", ofEach(({ bytes }) => bytes));
  counter("sink_batches_total", "Inserts that were stored.", ofEach(({ batches }) => batches));
  counter(
    "sink_retries_total",
    "Inserts that were sent again, as they were or in halves, since ClickHouse had refused them.",
    ofEach(({ retries }) => retries),
  );
  counter(
    "sink_refused_messages_total",
    "Messages that ClickHouse refused even alone, which became dead letters.",
    ofEach(({ refused }) => refused),
  );
  gauge(
    "sink_paused",
    "Whether ClickHouse is waited for.",
    ofEach(({ pausedBy }) => Number(pausedBy !== undefined)),
  );
  gauge("sink_reading", "Whether messages can be read.", ofEach(({ isRead }) => Number(isRead)));
  writeIngestion(families, metrics.ingestion);
  writeProcess(families, metrics, isClickHouseUp);
  return families.text();
}
