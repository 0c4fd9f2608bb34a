import { type LimitsConfig, limitSettings } from "./limits.ts";
import { clockText } from "./statement.ts";
import type { Bound } from "./bound.ts";
import type { Query } from "../catalog/query.ts";
import { type ClickHouse, run } from "../clickhouse/client.ts";
import { escapeString } from "../clickhouse/string_literal.ts";
import { Problem } from "../base/problem.ts";
import { sightOf } from "../isolation/sight.ts";

/** Everything that one run of a writing endpoint depends on. */
export interface WriteRun {
  query: Query;
  bound: Bound;
  tenantId: string;
  /** The instant bound as `{now}`, to the millisecond: nothing of it is cached. */
  now: Date;
  /** The id bound as `{newId}`. */
  newId: string;
  /** What bounds it, where the front matter does not. */
  limits: LimitsConfig;
  queryId: string;
  signal: AbortSignal;
}

/** What a write answers: the id of a new thing, if there is one. */
export interface Written {
  id?: string;
}

/**
 * Inserts what the endpoint's SELECT gives, of which it sees its tenant's rows alone. When it gives no row, the thing that
 * was to be changed is not there, or another tenant's, which is the same to the caller. The rows are there for a caller who
 * reads from now on. Throws Problem, ClickHouseError, ClickHouseUnreachable.
 */
export async function write(
  writer: ClickHouse,
  { query, bound, tenantId, ...given }: WriteRun,
): Promise<Written> {
  const { frontMatter, bindsNewId } = query;
  const parameters: Record<string, string> = { ...bound.parameters, tenantId: escapeString(tenantId) };
  if (query.bindsNow) parameters.now = clockText(given.now);
  if (bindsNewId) parameters.newId = given.newId;
  const { writtenRows } = await run(writer, {
    sql: query.sql,
    parameters,
    queryId: given.queryId,
    signal: given.signal,
    once: true,
    settings: {
      ...limitSettings(frontMatter, given.limits, { name: "none" }),
      ...sightOf(query, tenantId),
      wait_end_of_query: 1,
      async_insert: 0,
      // the same change twice is two changes
      deduplicate_insert_select: "disable",
      // a NULL for a column that takes none is the endpoint's mistake, not a default
      insert_null_as_default: 0,
    },
  });
  if (writtenRows === 0) throw new Problem("not-found", { detail: "There is no such thing" });
  return bindsNewId ? { id: given.newId } : {};
}
