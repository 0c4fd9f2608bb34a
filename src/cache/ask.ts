import type { Answer } from "../query/answer.ts";
import type { Format } from "../query/format.ts";
import type { Bound } from "../query/bound.ts";
import type { Query } from "../catalog/query.ts";
import type { Entry } from "./entry.ts";
import { type CachePolicy, steppedClock } from "../catalog/cache_policy.ts";

/** A request for an answer that may be kept. */
export interface Ask {
  query: Query;
  bound: Bound;
  tenantId: string;
  format: Format;
  /** The tables that callers write through the gateway, without their database. */
  written: ReadonlySet<string>;
  /** Whether the caller wants it computed now. */
  isBypass: boolean;
  /** Fires when the caller has left; to ask a request for its signal makes it, which a cached answer does not need. */
  signal: () => AbortSignal;
  /** Told how the answer comes, before it is computed: it may fail. */
  onStatus(status: Outcome["status"]): void;
  /** Runs the query with its clock at an instant; `isBehind` when nobody waits for it. */
  run(clockAt: Date, signal: AbortSignal, isBehind: boolean): Promise<Answer>;
}

/** An answer and how it came. */
export interface Outcome {
  answer: Answer;
  status: "hit" | "miss" | "stale" | "bypass";
  /** Why ClickHouse was asked, if it was. */
  forwarded?: "miss" | "stale" | "bypass";
  /** Whether the run was another request's. */
  isShared: boolean;
  /** The answer as it is kept, unless it is a stream or its query is not cached. */
  entry?: Entry;
  /** Seconds for which the entry goes on to be fresh. */
  ttlSeconds: number;
}

/** Who is answered, and whose rows the answer holds. */
export function tenantsOf({ query, bound, tenantId }: Ask): string[] | "all" {
  if (query.frontMatter.tenant === "all") return "all";
  return [...new Set([tenantId, ...bound.tenantIds ?? []])];
}

/** What `{now}` is for a request: the cursor's, or that of the tenant's query. */
export function clockOf(
  { bound, query, tenantId }: Ask,
  now: Date,
  policy: Pick<CachePolicy, "freshMs">,
): Date {
  return bound.now ?? steppedClock(now, policy, `${tenantId}\0${query.name}`);
}
