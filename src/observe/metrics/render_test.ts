import assert from "node:assert/strict";
import { createQueue } from "../../limits/queue/queue.ts";
import { createMetrics } from "./metrics.ts";
import { renderMetrics, type RenderOptions } from "./render.ts";

function render(more: Partial<RenderOptions> = {}): string {
  return renderMetrics({
    streams: {
      stats: () => ({
        streams: 0,
        opening: 0,
        ending: 0,
        byTenant: {},
        opened: 0,
        replays: 0,
        resets: 0,
        ended: {},
        sources: [],
      }),
    },
    metrics: createMetrics({
      build: { version: "1", runtime: 'a "runtime" \\ of\ntwo lines' },
      clock: () => new Date(1_500),
    }),
    queue: createQueue({ concurrency: 3 }),
    budgets: {
      stats: () => ({
        refusals: { daily: 1, monthly: 2, dailyBytes: 3, perSecond: 4 },
        waits: 5,
        accounts: 6,
        isAway: false,
      }),
    },
    audit: { stats: () => ({ waiting: 1, written: 2, dropped: 3, isFailing: false }) },
    cache: {
      stats: () => ({
        entries: 1,
        bytes: 2,
        maxBytes: 9,
        hits: 3,
        misses: 4,
        staleHits: 5,
        sharedRuns: 6,
        bypasses: 8,
        evictions: 7,
        tooLarge: 0,
      }),
      cdn: { stats: () => ({ sent: 9, failed: 10, waiting: 11 }) },
    },
    isClickHouseUp: true,
    syncStates: [
      {
        source: "companies",
        isRunning: true,
        lagSeconds: 12,
        rows: 3,
        rejected: 1,
        durationMs: 250,
        failures: 0,
      },
      {
        source: "cohorts",
        isRunning: false,
        lagSeconds: null,
        rows: null,
        rejected: null,
        durationMs: null,
        failures: 2,
      },
    ],
    qualityStates: [
      {
        check: "outreach/sent-once",
        table: "outreach_events",
        severity: "warning",
        scheduleSeconds: 3_600,
        lastRun: { ageSeconds: 20, passed: false, failedTenants: 2, failedRows: 7 },
      },
      { check: "csr/broken", table: "", severity: "error", scheduleSeconds: 3_600 },
    ],
    ...more,
  });
}

Deno.test("renderMetrics() shows how each quality check stands, and which never ran", () => {
  const lines = render().split("\n").filter((line) => line.startsWith("sluice_quality"));
  const [ran, never] = [
    'check="outreach/sent-once",table="outreach_events",severity="warning"',
    'check="csr/broken",table="",severity="error"',
  ];
  assert.deepEqual(lines, [
    `sluice_quality_check_passed{${ran}} 0`,
    `sluice_quality_check_passed{${never}} NaN`,
    `sluice_quality_check_failed_tenants{${ran}} 2`,
    `sluice_quality_check_failed_tenants{${never}} NaN`,
    `sluice_quality_check_failed_rows{${ran}} 7`,
    `sluice_quality_check_failed_rows{${never}} NaN`,
    `sluice_quality_check_age_seconds{${ran}} 20`,
    `sluice_quality_check_age_seconds{${never}} NaN`,
    `sluice_quality_check_schedule_seconds{${ran}} 3600`,
    `sluice_quality_check_schedule_seconds{${never}} 3600`,
  ]);
});

Deno.test("renderMetrics() shows how the sync of each source stands, and which was never read", () => {
  const lines = render().split("\n").filter((line) => line.startsWith("sluice_sync"));
  assert.deepEqual(lines, [
    'sluice_sync_lag_seconds{source="companies"} 12',
    'sluice_sync_lag_seconds{source="cohorts"} NaN',
    'sluice_sync_failures{source="companies"} 0',
    'sluice_sync_failures{source="cohorts"} 2',
    'sluice_sync_rows{source="companies"} 3',
    'sluice_sync_rows{source="cohorts"} NaN',
    'sluice_sync_rejected_rows{source="companies"} 1',
    'sluice_sync_rejected_rows{source="cohorts"} NaN',
    'sluice_sync_duration_seconds{source="companies"} 0.25',
    'sluice_sync_duration_seconds{source="cohorts"} NaN',
    'sluice_sync_running{source="companies"} 1',
    'sluice_sync_running{source="cohorts"} 0',
  ]);
});

Deno.test("renderMetrics() shows live updates, and how each source of theirs is", () => {
  const text = render({
    streams: {
      stats: () => ({
        streams: 3,
        opening: 1,
        ending: 1,
        byTenant: { acme: 3 },
        opened: 9,
        replays: 4,
        resets: 1,
        ended: { left: 5, overflow: 1 },
        sources: [{ name: "log", lagMs: 250 }, { name: "nats", failure: new Error("away") }],
      }),
    },
  });
  for (
    const line of [
      "sluice_streams_open 3",
      "sluice_streams_opened_total 9",
      'sluice_streams_ended_total{reason="left"} 5',
      'sluice_streams_ended_total{reason="overflow"} 1',
      "sluice_stream_replays_total 4",
      "sluice_stream_resets_total 1",
      'sluice_stream_source_up{source="log"} 1',
      'sluice_stream_source_up{source="nats"} 0',
      'sluice_stream_lag_seconds{source="log"} 0.25',
      'sluice_stream_lag_seconds{source="nats"} NaN',
    ]
  ) assert.ok(text.split("\n").includes(line), line);
  assert.doesNotMatch(text, /acme/, "tenants are no labels");
});

Deno.test("renderMetrics() shows the cache", () => {
  const lines = render().split("\n").filter((line) => line.startsWith("sluice_cache"));
  assert.deepEqual(lines, [
    "sluice_cache_entries 1",
    "sluice_cache_bytes 2",
    "sluice_cache_hits_total 3",
    "sluice_cache_misses_total 4",
    "sluice_cache_stale_hits_total 5",
    "sluice_cache_shared_runs_total 6",
    "sluice_cache_bypasses_total 8",
    "sluice_cache_evictions_total 7",
  ]);
});

Deno.test("renderMetrics() shows what a CDN was told to forget", () => {
  const lines = render().split("\n").filter((line) => line.startsWith("sluice_cdn"));
  assert.deepEqual(lines, [
    'sluice_cdn_purges_total{outcome="taken"} 9',
    'sluice_cdn_purges_total{outcome="failed"} 10',
    "sluice_cdn_waiting_tags 11",
  ]);
});

Deno.test("renderMetrics() escapes labels, and counts histograms up to each bound", () => {
  const metrics = createMetrics({ build: { version: "1", runtime: "x" }, clock: () => new Date(0) });
  const row = {
    startedAt: 0,
    isAudited: true,
    correlationId: undefined,
    file: "",
    at: 0,
    requestId: "",
    tenantId: "acme",
    subject: "",
    method: "GET",
    path: "/v1/a/b",
    query: "a/b",
    parametersHash: 0n,
    status: 200,
    problem: "",
    cache: "hit",
    clickHouseMs: 0,
    rowsRead: 0,
    bytesRead: 0,
    bytesSent: 0,
  };
  // half a millisecond is in the first bucket, 70 s in none that has an end
  for (const durationMs of [0.5, 0.7, 20, 70_000]) metrics.requests.record({ ...row, durationMs });
  const text = render({ metrics });
  const valueOf = (le: string) =>
    text.split(`sluice_request_duration_seconds_bucket{endpoint="a/b",cache="hit",le="${le}"} `)[1].split(
      "\n",
    )[0];
  assert.deepEqual(["0.0005", "0.001", "0.01", "0.025", "60", "+Inf"].map(valueOf), [
    "1",
    "2",
    "2",
    "3",
    "3",
    "4",
  ]);
  assert.match(text, /^sluice_request_duration_seconds_sum\{endpoint="a\/b",cache="hit"\} 70\.0212$/m);
  assert.match(render(), /runtime="a \\"runtime\\" \\\\ of\\ntwo lines"/);
});
