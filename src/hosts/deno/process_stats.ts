import type { ProcessStats } from "../../observe/metrics/metrics.ts";

/** What this process uses of the machine. */
export function processStats(): ProcessStats {
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  return {
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    externalBytes: external,
  };
}
