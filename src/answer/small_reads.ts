import { LRUCache } from "lru-cache";

/** Two granules: what reads so little is planned longer than it runs. */
const maxRows = 16_384;
const maxKnown = 10_000;

/**
 * Without the plan that reads the columns of a LIMIT's rows after the sort, a statement of a few hundred rows takes up to a
 * tenth less of the engine's time (26.7); where much is read that plan pays off. The rows are the same.
 */
const plainPlan = { query_plan_optimize_lazy_materialization: 0 };

/** A query of a tenant with its parameters. */
export interface Asked {
  query: { name: string };
  tenantId: string;
  parametersHash: bigint;
}

/** Remembers which requests have read little. */
export type SmallReads = ReturnType<typeof createSmallReads>;

/** Knows by what a request has read before how its next run is best planned. */
export function createSmallReads() {
  const known = new LRUCache<string, true>({ max: maxKnown });
  const keyOf = ({ query, tenantId, parametersHash }: Asked) =>
    `${tenantId}\0${query.name}\0${parametersHash}`;
  return {
    /** The settings for a run. */
    settings: (asked: Asked): Record<string, number> => known.has(keyOf(asked)) ? plainPlan : {},

    /** Notes how many rows a run has read. */
    note(asked: Asked, rowsRead: number): void {
      if (rowsRead > maxRows) known.delete(keyOf(asked));
      else known.set(keyOf(asked), true);
    },
  };
}
