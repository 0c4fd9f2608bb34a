import type { Audit } from "../audit/audit.ts";
import type { Budgets } from "../../limits/budget/budgets.ts";
import type { SyncState } from "./sync_states.ts";
import { type QualityState, writeQuality } from "./quality_states.ts";
import type { Queue } from "../../limits/queue/queue.ts";
import type { Streams } from "../../stream/streams.ts";
import type { CacheStats } from "../../cache/stats.ts";
import { createFamilies, type Samples } from "./families.ts";
import { writeIngestion } from "./ingestion.ts";
import type { Metrics } from "./metrics.ts";
import { writeProcess } from "./process.ts";

/** Whose numbers are shown. */
export interface RenderOptions {
  metrics: Metrics;
  queue: Queue;
  budgets: Pick<Budgets, "stats">;
  audit: Pick<Audit, "stats">;
  cache: { stats(): CacheStats; cdn?: { stats(): { sent: number; failed: number; waiting: number } } };
  streams: Pick<Streams, "stats">;
  /** Whether ClickHouse has just answered. */
  isClickHouseUp: boolean;
  /** How the sources that the database reads by itself stand. */
  syncStates: SyncState[];
  /** How the quality checks stand. */
  qualityStates: QualityState[];
}

/** All metrics as Prometheus reads them. */
export function renderMetrics(options: RenderOptions): string {
  const { metrics } = options;
  const { requests, ingestion } = metrics;
  const families = createFamilies();
  const { counter, gauge, histogram } = families;
  const endpoints = [...requests.endpoints];
  const ofEach = (pick: (metrics: typeof endpoints[0][1]) => number): Samples =>
    endpoints.map(([endpoint, metrics]) => [{ endpoint }, pick(metrics)]);

  counter(
    "requests_total",
    "Requests under /v1 that are over.",
    endpoints.flatMap(([endpoint, { byStatusClass }]) =>
      byStatusClass.map((count, digit) => [{ endpoint, status: `${digit}xx` }, count] as const).filter(
        Boolean,
      )
    ),
  );
  histogram(
    "request_duration_seconds",
    "From a request's beginning to the end of its answer.",
    endpoints.flatMap(([endpoint, { durations }]) =>
      [...durations].map(([cache, times]) => [{ endpoint, cache }, times] as const)
    ),
  );
  counter("rows_read_total", "Rows that queries read in ClickHouse.", ofEach(({ rowsRead }) => rowsRead));
  counter("bytes_read_total", "Bytes that queries read in ClickHouse.", ofEach(({ bytesRead }) => bytesRead));
  counter("response_bytes_total", "Bytes of answers' bodies.", ofEach(({ bytesSent }) => bytesSent));
  counter(
    "broken_exports_total",
    "Exports that broke in the middle, and so did their connections.",
    ofEach(({ brokenExports }) => brokenExports),
  );
  counter(
    "problems_total",
    "Requests that met a problem, by its type.",
    [...requests.problems].map(([type, count]) => [{ type }, count]),
  );

  const cache = options.cache.stats();
  gauge("cache_entries", "Answers in the cache.", cache.entries);
  gauge("cache_bytes", "Bytes of the answers in the cache.", cache.bytes);
  counter("cache_hits_total", "Answers from the cache.", cache.hits);
  counter("cache_misses_total", "Answers that were not in the cache.", cache.misses);
  counter("cache_stale_hits_total", "Answers from the cache whose data had changed.", cache.staleHits);
  counter("cache_shared_runs_total", "Requests that took part in the run of another.", cache.sharedRuns);
  counter("cache_bypasses_total", "Answers computed again because the caller wanted it.", cache.bypasses);
  counter("cache_evictions_total", "Answers dropped for lack of room.", cache.evictions);
  const cdn = options.cache.cdn?.stats() ?? { sent: 0, failed: 0, waiting: 0 };
  counter("cdn_purges_total", "Requests that had a CDN forget answers, by what came of them.", [
    [{ outcome: "taken" }, cdn.sent],
    [{ outcome: "failed" }, cdn.failed],
  ]);
  gauge("cdn_waiting_tags", "Tags whose answers the CDN is still to forget.", cdn.waiting);

  // gauges: totals over the runs that are kept would shrink when the oldest go
  const ofSources = (pick: (state: SyncState) => number | null): Samples =>
    options.syncStates.map((state) => [{ source: state.source }, pick(state) ?? NaN]);
  gauge(
    "sync_lag_seconds",
    "Since the last successful run of a source began; NaN when there was none.",
    ofSources(({ lagSeconds }) => lagSeconds),
  );
  gauge(
    "sync_failures",
    "Runs that failed since the last successful one.",
    ofSources(({ failures }) => failures),
  );
  gauge("sync_rows", "Rows that the last successful run brought.", ofSources(({ rows }) => rows));
  gauge("sync_rejected_rows", "Those that became dead letters.", ofSources(({ rejected }) => rejected));
  gauge(
    "sync_duration_seconds",
    "Time that the last successful run took.",
    ofSources(({ durationMs }) => durationMs === null ? null : durationMs / 1_000),
  );
  gauge("sync_running", "Whether a source is read now.", ofSources(({ isRunning }) => Number(isRunning)));

  writeQuality(families, options.qualityStates);

  const queue = options.queue.stats();
  gauge("queue_concurrency", "Named queries that may run at once.", queue.concurrency);
  gauge("queue_running", "Named queries that run.", queue.running);
  gauge("queue_waiting", "Requests that wait for their turn.", queue.waiting);
  counter("queue_started_total", "Named queries that had their turn.", queue.started);
  counter(
    "queue_wait_seconds_total",
    "Time that requests have waited for their turn.",
    queue.waitedMs / 1_000,
  );
  counter(
    "queue_refused_total",
    "Requests refused: too many waited, the wait would have been too long, or it was.",
    Object.entries(queue.refused).map(([reason, count]) => [{ reason }, count]),
  );

  const live = options.streams.stats();
  gauge("streams_open", "Streams of live updates that are open.", live.streams);
  counter("streams_opened_total", "Streams that were opened.", live.opened);
  counter(
    "streams_ended_total",
    "Streams that are over, by the reason.",
    Object.entries(live.ended).map(([reason, count]) => [{ reason }, count]),
  );
  counter("stream_replays_total", "Streams that were sent what they had missed.", live.replays);
  counter("stream_resets_total", "Streams that could not be sent all that they had missed.", live.resets);
  gauge(
    "stream_source_up",
    "Whether a source of live events has answered the last time it was asked.",
    live.sources.map(({ name, failure }) => [{ source: name }, Number(failure === undefined)]),
  );
  gauge(
    "stream_lag_seconds",
    "From the last live event of a source to its being handed on; NaN when there was none.",
    live.sources.map(({ name, lagMs }) => [{ source: name }, lagMs === undefined ? NaN : lagMs / 1_000]),
  );

  const budgets = options.budgets.stats();
  counter(
    "budget_refusals_total",
    "Requests that a budget did not allow.",
    Object.entries(budgets.refusals).map(([budget, count]) => [{ budget }, count]),
  );
  counter("budget_waits_total", "Queries that waited for an exchange with other gateways.", budgets.waits);
  gauge("budget_tenants", "Tenants whose budgets are held in memory.", budgets.accounts);

  writeIngestion(families, ingestion);

  const audit = options.audit.stats();
  gauge("audit_waiting_rows", "Rows of the audit that wait to be written.", audit.waiting);
  counter("audit_written_rows_total", "Rows of the audit that were written.", audit.written);
  counter(
    "audit_dropped_rows_total",
    "Rows of the audit that were dropped, since too many waited.",
    audit.dropped,
  );

  writeProcess(families, metrics, options.isClickHouseUp);
  return families.text();
}
