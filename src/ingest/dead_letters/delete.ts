import { createKeyedMutex } from "../../base/async/keyed_mutex.ts";
import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import countSql from "./count.sql" with { type: "text" };
import deleteCopiesSql from "./delete_copies.sql" with { type: "text" };
import deleteLettersSql from "./delete_letters.sql" with { type: "text" };
import deleteResultsSql from "./delete_results.sql" with { type: "text" };
import { filterParameters, type LetterFilter, withFilter } from "./filter.ts";
import { type Sight, turnOf } from "./sight.ts";

/** How long a deletion waits for those before it. */
const waitMs = 30_000;

/** Deletes dead letters; of one tenant one deletion at a time, since each has the engine look at every part of the table. */
export function createDeletions(clickHouse: ClickHouse) {
  const exclusively = createKeyedMutex();

  /** Deletes the letters of a filter, or the one of an id, and returns how many they were. Throws Problem. */
  return async function deleteLetters(
    sight: Sight,
    filter: LetterFilter,
    id?: string,
  ): Promise<number> {
    const { reader, ownTenant } = sight;
    return await exclusively(turnOf(sight), waitMs, async () => {
      const matching = filterParameters(filter, id);
      const [{ letters }] = await readRows<{ letters: number }>(reader, {
        sql: withFilter(countSql),
        parameters: matching,
      });
      if (letters === 0) return 0;
      const own = { ownTenant: ownTenant === undefined ? "\\N" : escapeString(ownTenant) };
      const settings = { lightweight_deletes_sync: 2 };
      for (const sql of [withFilter(deleteCopiesSql), withFilter(deleteLettersSql)]) {
        await run(clickHouse, { sql, parameters: { ...matching, ...own }, settings });
      }
      // last, since the filter may ask for them
      await run(clickHouse, { sql: deleteResultsSql, parameters: own, settings });
      return letters;
    });
  };
}
