import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../../app.ts";
import { toProblem } from "../../http/on_error.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Audit } from "./audit.ts";
import type { AuditRow } from "./row.ts";
import { countBytes } from "../../http/count_bytes.ts";
import { newNote } from "../../http/facts.ts";

/** What this middleware uses. */
export interface AuditRequestsDeps {
  audit: Audit;
  metrics: Metrics;
  clock: () => Date;
}

/** Leaves a row for each request, when its body is sent, broken off or left by the client. */
export function auditRequests({ audit, metrics, clock }: AuditRequestsDeps) {
  const keep = (row: AuditRow) => {
    metrics.requests.record(row);
    audit.record(row);
  };
  return createMiddleware<AppEnv>(async function auditRequests(c, next) {
    const at = clock().getTime();
    const start = performance.now();
    const note = newNote();
    c.set("audit", note);
    await next();
    const { status, headers } = c.res;
    const problem = c.error ? toProblem(c.error).type : "";
    // each look at c.var makes an object of all that is set
    const { requestId, credential, query } = c.var;
    const record = (bytesSent: number, failure?: string) =>
      keep({
        at,
        requestId,
        tenantId: credential?.tenantId ?? "",
        subject: credential?.subject ?? "",
        method: c.req.method,
        path: c.req.path,
        query: query?.name ?? "",
        parametersHash: note.parametersHash,
        status,
        problem: failure ?? problem,
        cache: note.cache,
        durationMs: performance.now() - start,
        clickHouseMs: note.clickHouseMs,
        rowsRead: note.rowsRead,
        bytesRead: note.bytesRead,
        bytesSent,
      });
    // a body whose size is known is not touched: to look at it makes a stream of it
    const size = c.req.method === "HEAD" ? 0 : note.bytesSent ?? Number(headers.get("content-length") ?? NaN);
    if (!Number.isNaN(size)) return record(size);
    if (!c.res.body) return record(0);
    const counted = new Response(countBytes(c.res.body, record), c.res);
    // without this, Hono would copy the headers of the old answer onto the new one
    c.res = undefined;
    c.res = counted;
  });
}
