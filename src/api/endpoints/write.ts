import type { Context } from "hono";
import type { AuthEnv } from "../../auth/credential.ts";
import { createKeyedMutex } from "../../base/async/keyed_mutex.ts";
import { coarseBytes } from "../../base/figures.ts";
import type { Cache } from "../../cache/cache.ts";
import { findQuery } from "../../catalog/find_query.ts";
import type { Served } from "../../catalog/serving.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import { measured } from "../../http/facts.ts";
import { readIdempotencyKey } from "../../http/idempotency/key.ts";
import type { Budgets } from "../../limits/budget/budgets.ts";
import { spendQuery } from "../../limits/budget/enforce.ts";
import type { Queue } from "../../limits/queue/queue.ts";
import { bind } from "../../query/bind.ts";
import { hashParameters } from "../../query/hash_parameters.ts";
import { type LimitsConfig, timeoutSeconds } from "../../query/limits.ts";
import { write } from "../../query/write.ts";
import { createOnce } from "../../query/write_once.ts";
import type { Writing } from "./understand.ts";

/** What writing endpoints use. */
export interface WriteDeps {
  config: LimitsConfig;
  served: () => Served;
  /** Keeps the keys of requests that may be repeated. */
  clickHouse: ClickHouse;
  /** Runs the statements. */
  writer: ClickHouse;
  budgets: Budgets;
  cache: Cache;
  queue: Queue;
  clock: () => Date;
}

/**
 * Answers requests to writing endpoints: 201 with the id of what it made, else 204. They are checked, counted and audited
 * like queries, and never cached. Throws Problem.
 */
export function createWrite(deps: WriteDeps) {
  const once = createOnce(deps.clickHouse);
  const exclusively = createKeyedMutex();

  return async function answerWrite(c: Context<AuthEnv>, { query, input }: Writing): Promise<Response> {
    const now = deps.clock();
    const bound = bind(query, input, now);
    const key = readIdempotencyKey(c.req.header("idempotency-key"));
    const { facts, credential: { tenantId } } = c.var;
    facts.parametersHash = hashParameters(bound.parameters);
    await spendQuery(deps, tenantId);

    const { signal } = c.req.raw;
    const timeoutMs = timeoutSeconds(query.frontMatter, deps.config) * 1_000;
    const change = async (newId: string) => {
      const leave = await deps.queue.enter({ tenantId, timeoutMs, signal, isExport: false });
      try {
        return await write(measured(deps.writer, facts), {
          query,
          bound,
          tenantId,
          now,
          newId,
          limits: deps.config,
          queryId: facts.requestId,
          signal,
        });
      } finally {
        leave();
        // also when it failed, for it may have been done all the same; a caller who reads from now on sees it
        deps.cache.written(query.frontMatter.into!, tenantId);
      }
    };
    const { id } = await once(
      { query, bound, tenantId, key },
      (newId) => exclusively(`${query.frontMatter.into}\0${tenantId}`, timeoutMs, () => change(newId)),
    );
    deps.budgets.addBytes(tenantId, coarseBytes(facts.bytesRead));
    if (id === undefined) return c.body(null, 204);
    const path = `${c.req.path}/${id}`;
    if (isReadable(deps, path)) c.header("location", path);
    return c.json({ data: { id } }, 201);
  };
}

/** Whether the new thing has an address. */
function isReadable({ served }: WriteDeps, path: string): boolean {
  try {
    return findQuery(served().catalog, path.slice("/v1/".length)) !== undefined;
  } catch {
    return false;
  }
}
