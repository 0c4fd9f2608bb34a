// The room observe: what is told of the gateway: audit rows, metrics, health.

import { createIngestionMetrics, type IngestionMetrics } from "./ingestion.ts";
import { createLoopDelay } from "./loop_delay.ts";
import { createRequestMetrics, type RequestMetrics } from "./requests.ts";

/** What the machine tells of the gateway's process. */
export interface ProcessStats {
  residentBytes: number;
  heapUsedBytes: number;
  heapTotalBytes: number;
  externalBytes: number;
}

/** What runs. */
export interface Build {
  version: string;
  /** Such as `deno 2.9.6`. */
  runtime: string;
}

/** What the gateway counts of itself, apart from what its parts count. */
export interface Metrics {
  requests: RequestMetrics;
  ingestion: IngestionMetrics;
  loopDelay: ReturnType<typeof createLoopDelay>;
  build: Build;
  /** Unknown where the machine does not tell. */
  process?: () => ProcessStats;
  /** When the gateway began, in seconds since 1970. */
  startedAtSeconds: number;
}

/** What `createMetrics` is told. */
export type MetricsOptions = Pick<Metrics, "build" | "process"> & { clock: () => Date };

/** Metrics of a gateway that has seen nothing. */
export function createMetrics({ build, process, clock }: MetricsOptions): Metrics {
  return {
    requests: createRequestMetrics(),
    ingestion: createIngestionMetrics(),
    loopDelay: createLoopDelay(),
    build,
    process,
    startedAtSeconds: clock().getTime() / 1_000,
  };
}
