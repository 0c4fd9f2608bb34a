import type { Query } from "../catalog/query.ts";
import { tablesBehind } from "../catalog/lineage/tables_behind.ts";
import type { ClickHouse } from "../clickhouse/client.ts";

/** The tables that queries read, through their views. */
export type KnownTables = ReturnType<typeof createKnownTables>;

/** Finds the tables behind a query once; `reader` resolves its views. */
export function createKnownTables(reader: ClickHouse) {
  let known = new WeakMap<Query, Promise<string[]>>();
  return {
    /** The tables that the rows of a query come from. */
    of(query: Query): Promise<string[]> {
      const found = known.get(query);
      if (found) return found;
      const finding = tablesBehind(reader, query.tables);
      known.set(query, finding);
      finding.catch(() => known.delete(query));
      return finding;
    },

    /** Has them found again, since a view may read other tables than before. */
    forget(): void {
      known = new WeakMap();
    },
  };
}
