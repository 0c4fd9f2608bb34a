// The room http: what any request has, of any caller: its facts, target, input and body, and errors as problem documents.

import { type ClickHouse, readSummary } from "../clickhouse/client.ts";

/** What ClickHouse did for a request. */
export interface Costs {
  clickHouseMs: number;
  rowsRead: number;
  bytesRead: number;
}

/** What is known of a request while it is answered: the audit, the metrics, the log and the trace tell of it. */
export interface RequestFacts extends Costs {
  /** An id of our own. */
  requestId: string;
  /** The caller's id, for correlation. */
  correlationId: string | undefined;
  /** `performance.now()` when it came. */
  startedAt: number;
  /** Whether it is a request of the API, of which the audit has a row; and when it came, in milliseconds since 1970. */
  isAudited: boolean;
  at: number;
  /** Of a body that tells itself when it is over; of all others the bytes are counted as they go. */
  ended?: Promise<{ bytes: number; failure?: string }>;
  /** Empty until the credential is checked. */
  tenantId: string;
  subject: string;
  /** Name and file of the query that the address names, or empty. */
  query: string;
  file: string;
  parametersHash: bigint;
  /** `hit`, `miss`, `stale`, `bypass`, or empty. */
  cache: string;
}

/** What the middlewares of every route leave for those after them. */
export interface HttpEnv {
  Variables: { facts: RequestFacts };
}

/** Nothing was asked of ClickHouse yet. */
export function noCosts(): Costs {
  return { clickHouseMs: 0, rowsRead: 0, bytesRead: 0 };
}

/** What is known of a request when it comes. */
export function newFacts(correlationId: string | undefined): RequestFacts {
  return {
    requestId: crypto.randomUUID(),
    correlationId,
    startedAt: performance.now(),
    isAudited: false,
    at: 0,
    tenantId: "",
    subject: "",
    query: "",
    file: "",
    parametersHash: 0n,
    cache: "",
    clickHouseMs: 0,
    rowsRead: 0,
    bytesRead: 0,
  };
}

/**
 * The client, noting how long ClickHouse took until its answer began and what it had read by then: all of it when the
 * statement has `wait_end_of_query=1`. A streamed export goes on reading; that is not known.
 */
export function measured(clickHouse: ClickHouse, costs: Costs): ClickHouse {
  return async function measured(statement) {
    const start = performance.now();
    try {
      const response = await clickHouse(statement);
      const { readRows, readBytes } = readSummary(response);
      // 0 is for what was not run: a tenant must not see whether the index left anything to read
      costs.rowsRead += Math.max(readRows, 1);
      costs.bytesRead += Math.max(readBytes, 1);
      return response;
    } finally {
      costs.clickHouseMs += performance.now() - start;
    }
  };
}
