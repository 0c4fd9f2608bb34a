/** What became of the requests for answers that the cache may keep. */
export interface Counts {
  /** Served as cached. */
  hits: number;
  /** Computed, or taken from a run that was on its way. */
  misses: number;
  /** Served though outdated, while a new answer was made. */
  staleHits: number;
  /** Misses that took another request's run. */
  sharedRuns: number;
  /** Computed because the caller wanted it so. */
  bypasses: number;
}

/** What the cache holds, and what it did since the gateway started. */
export interface CacheStats extends Counts {
  entries: number;
  bytes: number;
  maxBytes: number;
  /** Answers dropped for lack of room. */
  evictions: number;
  /** Answers too large to be kept. */
  tooLarge: number;
}

/** What the cache holds of a query. */
export interface Held {
  entries: number;
  bytes: number;
  /** Its answers that were dropped for lack of room, since the gateway started. */
  evictions: number;
}

/** The same of one query. */
export interface QueryStats extends Held, Counts {
  query: string;
}

function noCounts(): Counts {
  return { hits: 0, misses: 0, staleHits: 0, sharedRuns: 0, bypasses: 0 };
}

/** What the cache did, by query. */
export type Counter = ReturnType<typeof createCounter>;

/** Counts by query; their names are those of the catalog, so there are few. */
export function createCounter() {
  const counts = new Map<string, Counts>();
  return {
    add(query: string, what: keyof Counts): void {
      let own = counts.get(query);
      if (!own) counts.set(query, own = noCounts());
      own[what]++;
    },
    total(): Counts {
      const total = noCounts();
      for (const own of counts.values()) {
        for (const what of Object.keys(total) as (keyof Counts)[]) total[what] += own[what];
      }
      return total;
    },
    byQuery: (): [query: string, counts: Counts][] => [...counts].sort(([a], [b]) => a < b ? -1 : 1),
  };
}

/** The share that was answered at once, of the requests that the cache could answer; null when there were none. */
export function hitRate({ hits, staleHits, misses }: Counts): number | null {
  const asked = hits + staleHits + misses;
  return asked === 0 ? null : Math.round((hits + staleHits) / asked * 10_000) / 10_000;
}
