/** What the result cache tells of itself. */
export interface CacheStats {
  entries: number;
  bytes: number;
  hits: number;
  misses: number;
  /** Hits with data that changed since: the caller got the old answer. */
  staleHits: number;
  /** Requests that took part in the run of another. */
  sharedRuns: number;
  evictions: number;
}
