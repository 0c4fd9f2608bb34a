import type { Bound } from "./bound.ts";
import { noClock, usesClock } from "../catalog/clock.ts";
import type { Query } from "../catalog/query.ts";
import type { Statement } from "../clickhouse/client.ts";
import { jsonSettings } from "../clickhouse/types/json_schema.ts";
import { escapeString } from "../clickhouse/string_literal.ts";
import { sightOf } from "../isolation/sight.ts";
import type { Format } from "./format.ts";
import { type LimitsConfig, limitSettings } from "./limits.ts";

/** Everything that one run of a query depends on. */
export interface QueryRun {
  query: Query;
  bound: Bound;
  tenantId: string;
  /** The instant bound as `{now}`. */
  now: Date;
  format: Format;
  /** Whether its cost is told exactly. */
  isExact: boolean;
  /** What bounds it, where the query's front matter does not. */
  limits: LimitsConfig;
  /** Settings that change how the engine plans it, and nothing else. */
  plan?: Record<string, number>;
  queryId: string;
  signal: AbortSignal;
  /** Told what the engine said when an answer that has begun cannot be ended. */
  onBroken: (cause: string) => void;
}

/** The statement of a run, which sees its tenants' rows alone; a page is cut out by settings. */
export function statementOf({ query, bound, tenantId, now, queryId, signal, ...run }: QueryRun): Statement {
  const { frontMatter } = query;
  const parameters = { ...bound.parameters };
  if (query.bindsTenant) parameters.tenantId = escapeString(tenantId);
  if (query.bindsNow) parameters.now = clockText(usesClock(query, bound) ? now : noClock);
  const { page } = bound;
  return {
    sql: query.sql,
    parameters,
    queryId,
    signal,
    settings: {
      ...jsonSettings,
      ...run.format.settings,
      ...run.plan,
      ...limitSettings(frontMatter, run.limits, run.format),
      // only a query that cannot write is stopped when its client closes the connection
      readonly: 2,
      default_format: run.format.clickHouse,
      ...sightOf(query, tenantId, bound.tenantIds),
      ...(page && { limit: page.size, offset: page.number === null ? 0 : (page.number - 1) * page.size }),
    },
  };
}

/** The instant as `{now}` is bound, in UTC. */
export function clockText(now: Date): string {
  return now.toISOString().replace("T", " ").replace("Z", "");
}
