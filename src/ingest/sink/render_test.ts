import assert from "node:assert/strict";
import { createMetrics } from "../../observe/metrics/metrics.ts";
import { renderSinkMetrics } from "./render.ts";

Deno.test("a sink's metrics tell of each stream, and the lag of each subject", () => {
  const metrics = createMetrics({
    build: { version: "1.2.3", runtime: "the tests" },
    clock: () => new Date(1_000),
  });
  metrics.ingestion.count("outreach", { accepted: 997, rejected: 3 });
  const one = { messages: 12, bytes: 3_400, batches: 5, retries: 4, refused: 1, isRead: true };
  const text = renderSinkMetrics({
    sinks: {
      stats: () => [
        { ...one, stream: "outreach", lagMs: 1_500 },
        { ...one, stream: "csr_scores", lagMs: undefined, isRead: false, pausedBy: "ClickHouse is away" },
      ],
    },
    lags: [{ subject: 'campaign."*', stream: "outreach", messages: 40 }],
    metrics,
    isClickHouseUp: false,
  });
  const samples = text.split("\n").filter((line) => /^sluice_(sink|events|clickhouse)/.test(line));
  assert.deepEqual(samples, [
    'sluice_sink_lag_messages{subject="campaign.\\"*",stream="outreach"} 40',
    'sluice_sink_lag_seconds{stream="outreach"} 1.5',
    'sluice_sink_lag_seconds{stream="csr_scores"} NaN',
    'sluice_sink_held_messages{stream="outreach"} 12',
    'sluice_sink_held_messages{stream="csr_scores"} 12',
    'sluice_sink_held_bytes{stream="outreach"} 3400',
    'sluice_sink_held_bytes{stream="csr_scores"} 3400',
    'sluice_sink_batches_total{stream="outreach"} 5',
    'sluice_sink_batches_total{stream="csr_scores"} 5',
    'sluice_sink_retries_total{stream="outreach"} 4',
    'sluice_sink_retries_total{stream="csr_scores"} 4',
    'sluice_sink_refused_messages_total{stream="outreach"} 1',
    'sluice_sink_refused_messages_total{stream="csr_scores"} 1',
    'sluice_sink_paused{stream="outreach"} 0',
    'sluice_sink_paused{stream="csr_scores"} 1',
    'sluice_sink_reading{stream="outreach"} 1',
    'sluice_sink_reading{stream="csr_scores"} 0',
    'sluice_events_total{stream="outreach",result="accepted"} 997',
    'sluice_events_total{stream="outreach",result="rejected"} 3',
    "sluice_clickhouse_up 0",
  ]);
});
