import type { EndedRequest } from "../../http/requests.ts";
import { type Histogram, newHistogram, observe } from "./histogram.ts";

/** What is counted of the requests to one endpoint. */
export interface EndpointMetrics {
  /** Requests by the first digit of their status. */
  byStatusClass: number[];
  /** Durations in seconds, by cache state: `hit`, `miss`, `stale`, `bypass`, or empty. */
  durations: Map<string, Histogram>;
  rowsRead: number;
  bytesRead: number;
  bytesSent: number;
  /** Exports that broke when their answer had begun. */
  brokenExports: number;
}

/** Counts of requests, by endpoint and by problem. */
export type RequestMetrics = ReturnType<typeof createRequestMetrics>;

/** The endpoints that are no queries, by how their paths begin. */
const others: [prefix: string, endpoint: string][] = [
  ["/v1/events/", "events"],
  ["/v1/admin/", "admin"],
  ["/v1/stream/", "stream"],
  ["/v1/budget", "budget"],
];

/**
 * Counts the requests of which the audit hears. Endpoints are the catalog's queries and a fixed few, so that no caller
 * can make a new one up; tenants are in the audit, not here.
 */
export function createRequestMetrics() {
  const endpoints = new Map<string, EndpointMetrics>();
  const problems = new Map<string, number>();

  function metricsOf(endpoint: string): EndpointMetrics {
    let metrics = endpoints.get(endpoint);
    if (!metrics) {
      metrics = {
        byStatusClass: [],
        durations: new Map(),
        rowsRead: 0,
        bytesRead: 0,
        bytesSent: 0,
        brokenExports: 0,
      };
      endpoints.set(endpoint, metrics);
    }
    return metrics;
  }

  return {
    endpoints,
    /** Requests by the slug of the problem that they met. */
    problems,

    /** Counts an export whose reader has the beginning alone. */
    exportBroke: (query: string): void => void metricsOf(query).brokenExports++,

    /** Counts a request that is over. */
    record(
      { query, path, status, problem, cache, durationMs, rowsRead, bytesRead, bytesSent }: EndedRequest,
    ): void {
      const metrics = metricsOf(query || endpointOf(path));
      const statusClass = Math.floor(status / 100);
      metrics.byStatusClass[statusClass] = (metrics.byStatusClass[statusClass] ?? 0) + 1;
      let durations = metrics.durations.get(cache);
      if (!durations) metrics.durations.set(cache, durations = newHistogram());
      observe(durations, durationMs / 1_000);
      metrics.rowsRead += rowsRead;
      metrics.bytesRead += bytesRead;
      metrics.bytesSent += bytesSent;
      if (problem) problems.set(problem, (problems.get(problem) ?? 0) + 1);
    },
  };
}

function endpointOf(path: string): string {
  return others.find(([prefix]) => path.startsWith(prefix))?.[1] ?? "other";
}
