import type { Context } from "hono";
import type { AuthEnv, Credential } from "../../auth/credential.ts";
import { isToldExactly } from "../../auth/scope.ts";
import type { Config } from "../../base/config.ts";
import { coarseBytes, serverTiming } from "../../base/figures.ts";
import type { Log } from "../../base/log.ts";
import type { Outcome } from "../../cache/ask.ts";
import type { Cache } from "../../cache/cache.ts";
import { type Conditions, respond } from "../../cache/respond.ts";
import { writtenTables } from "../../catalog/written_tables.ts";
import type { Served } from "../../catalog/serving.ts";
import { measured, noCosts } from "../../http/facts.ts";
import { readerFor, type Readers } from "../../isolation/sight.ts";
import type { Budgets } from "../../limits/budget/budgets.ts";
import { spendQuery } from "../../limits/budget/enforce.ts";
import type { Queue } from "../../limits/queue/queue.ts";
import { runInTurn } from "../../limits/queue/run.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import type { Answer } from "../../query/answer.ts";
import { answerQuery } from "../../query/formats/answer_query.ts";
import { isExport } from "../../query/format.ts";
import { type LimitsConfig, timeoutSeconds } from "../../query/limits.ts";
import type { PlannerHints } from "../../query/planner_hints.ts";
import { isRead, type Reading } from "./understand.ts";

/** What answering a query uses. */
export interface ReadDeps extends Readers {
  config: LimitsConfig & Pick<Config, "TELL_COSTS">;
  served: () => Served;
  budgets: Budgets;
  cache: Cache;
  queue: Queue;
  metrics: Metrics;
  clock: () => Date;
  log: Log;
  plannerHints: PlannerHints;
}

/** Answers a request for a query, which was understood: it is counted, taken from the cache or run, and sent. Throws Problem. */
export async function read(deps: ReadDeps, c: Context<AuthEnv>, reading: Reading): Promise<Response> {
  const spending = spendQuery(deps, c.get("credential").tenantId);
  if (spending) await spending;
  const request: ReadRequest = { deps, c, reading, isAnswering: false };
  const serving = serve(request);
  const outcome = serving instanceof Promise ? await serving : serving;
  request.isAnswering = true;
  const now = deps.clock();
  const responding = respond(outcome, now, conditionsOf(c, reading, now), deps.cache);
  const response = responding instanceof Promise ? await responding : responding;
  if (outcome.forwarded) {
    const isExact = isToldExactly(c.var.credential, deps.config);
    response.headers.set("server-timing", serverTiming(c.var.facts, isExact));
  }
  if (c.req.method !== "HEAD") return response;
  // an export that nobody reads would wait in ClickHouse
  await response.body?.cancel();
  return new Response(null, response);
}

/** One request on its way. */
interface ReadRequest {
  deps: ReadDeps;
  c: Context<AuthEnv>;
  reading: Reading;
  /** Whether the answer's head is sent: what breaks sooner is answered with a problem. */
  isAnswering: boolean;
}

/** The answer as it is cached, or as ClickHouse gives it. */
function serve(request: ReadRequest): Outcome | Promise<Outcome> {
  const { deps, c, reading: { query, bound, format } } = request;
  const [facts, credential] = [c.get("facts"), c.get("credential")];
  return deps.cache.serve({
    query,
    bound,
    tenantId: credential.tenantId,
    format,
    written: writtenTables(deps.served().catalog),
    isBypass: wantsNew(c, credential),
    signal: () => c.req.raw.signal,
    onStatus(status) {
      if (query.frontMatter.cache) facts.cache = status;
    },
    run: (now, signal, isBehind) => compute(request, now, signal, isBehind),
  });
}

/** Has ClickHouse compute the answer when it is the tenant's turn; `isBehind` when no request waits for it. */
async function compute(
  request: ReadRequest,
  now: Date,
  signal: AbortSignal,
  isBehind: boolean,
): Promise<Answer> {
  const { deps, c, reading: { query, bound, format, parametersHash } } = request;
  const { facts, credential: { tenantId } } = c.var;
  const costs = isBehind ? noCosts() : facts;
  const asked = { query, tenantId, parametersHash };
  const timeoutMs = timeoutSeconds(query.frontMatter, deps.config) * 1_000;
  const turn = { tenantId, timeoutMs, signal, isExport: isExport(format) };
  const answered = await runInTurn(
    deps.queue,
    turn,
    () =>
      answerQuery(measured(deps[readerFor(query)], costs), {
        query,
        bound,
        tenantId,
        now,
        format,
        isExact: deps.config.TELL_COSTS === "exact",
        limits: deps.config,
        plan: deps.plannerHints.settings(asked),
        queryId: isBehind ? crypto.randomUUID() : facts.requestId,
        signal,
        onBroken(cause) {
          if (!request.isAnswering) return;
          deps.metrics.requests.exportBroke(query.name);
          deps.log({
            level: "error",
            message: "An export broke in the middle",
            requestId: facts.requestId,
            path: c.req.path,
            file: query.file,
            cause,
          });
        },
      }),
  );
  // what an export reads is not known yet
  if (!isExport(format)) deps.plannerHints.note(asked, costs.rowsRead);
  deps.budgets.addBytes(tenantId, coarseBytes(costs.bytesRead));
  return answered;
}

/** Whether the caller asks for an answer computed now, and may. */
function wantsNew(c: Context<AuthEnv>, credential: Credential): boolean {
  const wants = c.req.header("cache-control")?.toLowerCase().includes("no-cache") ?? false;
  return wants && credential.scopes.includes("admin");
}

/** The conditions of a GET or HEAD; they are not meant for other methods (RFC 9110, section 13.1.2). */
function conditionsOf(c: Context<AuthEnv>, { format }: Reading, now: Date): Conditions {
  const { req } = c;
  const { expiresAt = Infinity } = c.get("credential");
  return {
    ...(isRead(req.method) && { ifMatch: req.header("if-match"), ifNoneMatch: req.header("if-none-match") }),
    ...(req.method === "GET" && { range: req.header("range"), ifRange: req.header("if-range") }),
    acceptEncoding: req.header("accept-encoding"),
    isExport: isExport(format),
    // nobody else is answered so, and nobody whose credential has ended
    shareSeconds: isRead(req.method) ? (expiresAt - now.getTime()) / 1_000 : 0,
  };
}
