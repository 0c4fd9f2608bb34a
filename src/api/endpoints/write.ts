import type { Context } from "hono";
import type { AppDeps, AppEnv } from "../../app.ts";
import { coarseBytes } from "../../base/figures.ts";
import { timeoutSeconds } from "../../query/limits.ts";
import { hashParameters, measured } from "../../http/facts.ts";
import { spendQuery } from "../../limits/budget/enforce.ts";
import { bind, type Input } from "../../query/bind.ts";
import { findQuery } from "../../catalog/find_query.ts";
import type { Query } from "../../catalog/query.ts";
import { readIdempotencyKey } from "../../http/idempotency/key.ts";
import type { InLine } from "../../base/async/in_line.ts";
import type { Once } from "../../query/write_once.ts";
import { write } from "../../query/write.ts";

/**
 * Answers a request to a writing endpoint: 201 with the id of what it made, else 204. It is checked, counted and audited
 * like a query, and never cached. Throws Problem.
 */
export async function answerWrite(
  deps: AppDeps,
  { once, inLine }: { once: Once; inLine: InLine },
  c: Context<AppEnv>,
  query: Query,
  input: Input,
): Promise<Response> {
  const now = deps.clock();
  const bound = bind(query, input, now);
  const key = readIdempotencyKey(c.req.header("idempotency-key"));
  const { audit, credential: { tenantId } } = c.var;
  audit.parametersHash = hashParameters(bound.parameters);
  await spendQuery(deps, tenantId);

  const { signal } = c.req.raw;
  const timeoutMs = timeoutSeconds(query.header, deps.config) * 1_000;
  const change = async (newId: string) => {
    const leave = await deps.queue.enter({ tenantId, timeoutMs, signal, isExport: false });
    try {
      return await write(measured(deps.writer, audit), {
        query,
        bound,
        tenantId,
        now,
        newId,
        limits: deps.config,
        queryId: c.var.requestId,
        signal,
      });
    } finally {
      leave();
      // also when it failed, for it may have been done all the same; a caller who reads from now on reads it from ClickHouse
      deps.cache.written(query.header.into!, tenantId);
    }
  };
  const { id } = await once(
    { query, bound, tenantId, key },
    (newId) => inLine(`${query.header.into}\0${tenantId}`, timeoutMs, () => change(newId)),
  );
  deps.budgets.addBytes(tenantId, coarseBytes(audit.bytesRead));
  if (id === undefined) return c.body(null, 204);
  const path = `${c.req.path}/${id}`;
  if (isReadable(deps, path)) c.header("location", path);
  return c.json({ data: { id } }, 201);
}

/** Whether the new thing has an address. */
function isReadable(deps: AppDeps, path: string): boolean {
  try {
    return findQuery(deps.served().catalog, path.slice("/v1/".length)) !== undefined;
  } catch {
    return false;
  }
}
