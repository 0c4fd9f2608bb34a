import type { Families } from "./families.ts";
import type { Metrics } from "./metrics.ts";

/** Writes how the process is, and whether ClickHouse has just answered. */
export function writeProcess(
  { gauge, histogram }: Families,
  metrics: Pick<Metrics, "loopDelay" | "process" | "build" | "startedAtSeconds">,
  isClickHouseUp: boolean,
): void {
  histogram("event_loop_delay_seconds", "How late timers fire.", [[{}, metrics.loopDelay.delays]]);
  const memory = metrics.process?.();
  if (memory) {
    gauge("process_resident_memory_bytes", "Memory of the gateway's process.", memory.residentBytes);
    gauge("process_heap_used_bytes", "JavaScript objects.", memory.heapUsedBytes);
    gauge("process_heap_bytes", "Memory held for JavaScript objects.", memory.heapTotalBytes);
    gauge("process_external_memory_bytes", "Buffers outside of the heap.", memory.externalBytes);
  }
  gauge("process_start_time_seconds", "When the gateway began, since 1970.", metrics.startedAtSeconds);
  gauge("clickhouse_up", "Whether ClickHouse answers.", isClickHouseUp ? 1 : 0);
  gauge("build_info", "What runs; the value is always 1.", [[{ ...metrics.build }, 1]]);
}
