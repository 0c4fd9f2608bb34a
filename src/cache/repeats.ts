import { LRUCache } from "lru-cache";
import { trace } from "@opentelemetry/api";
import type { Served } from "../app.ts";
import type { Audit } from "../observe/audit/audit.ts";
import type { Tokens } from "../auth/jwt.ts";
import { hasScope } from "../auth/scope.ts";
import type { Budgets } from "../limits/budget/budgets.ts";
import { rateLimit, rateLimitPolicy } from "../limits/budget/fields.ts";
import type { Bound } from "../query/bind.ts";
import type { Query } from "../catalog/query.ts";
import type { Format } from "../query/formats/format.ts";
import type { Log } from "../http/log_requests.ts";
import type { Metrics } from "../observe/metrics/metrics.ts";
import type { Cache } from "./cache.ts";
import { type Accepted, chooseEncoding, readAccepted } from "./encoding.ts";
import { matchesTag, sentTag } from "./respond.ts";

/** What answering repeated requests uses. */
export interface RepeatsDeps {
  cache: Cache;
  budgets: Budgets;
  audit: Audit;
  metrics: Metrics;
  served: () => Served;
  isOpen: () => boolean;
  clock: () => Date;
  log: Log;
}

/** A GET as it was understood when it was first answered. */
export interface Understood {
  query: Query;
  bound: Bound;
  format: Format;
  path: string;
  /** The field Host, which the address is made of: with another one, the same address may be of another path. */
  host: string | null;
  parametersHash: bigint;
  /** Scopes of which it needs one. */
  scopes: string[];
}

/** An understood request, and the fields of its answer that are the same each time. */
interface Known extends Understood {
  served: Served;
  accepted: Accepted;
  fields: [name: string, value: string][];
  /** Those that a 304 does not have. */
  bodyFields: [name: string, value: string][];
  /** The type, which a body that is text would otherwise be given. */
  init: { headers: Record<string, string> };
}

/** Fields that differ from answer to answer, or are told of a computation alone. */
const ownFields = new Set([
  "age",
  "cache-status",
  "content-encoding",
  "content-length",
  "content-type",
  "etag",
  "ratelimit",
  "ratelimit-policy",
  "server-timing",
  "x-request-id",
]);
/** Those of a body, which a 304 does not have, besides its type, encoding and length. */
const bodyFields = new Set(["content-disposition"]);
const maxKnown = 10_000;
/** Longer addresses are understood again each time. */
const maxKeyLength = 2_048;

/** The answers to repeated requests. */
export type Repeats = ReturnType<typeof createRepeats>;

/**
 * Answers a GET that was answered before straight from the cache: it does what the middlewares of the app do, with the same
 * functions, but remembers what the address, the parameters and the fields came to. Whatever is not plain (no fresh answer, a
 * credential that must be looked up, a budget that must be asked for, a field that changes the answer) goes the whole way.
 */
export function createRepeats(deps: RepeatsDeps, tokens: Pick<Tokens, "recall">) {
  const { cache, budgets, audit, metrics, clock, log } = deps;
  const known = new LRUCache<string, Known>({ max: maxKnown });
  const understood = new WeakMap<Request, Understood>();

  function answer(request: Request): Response | undefined {
    if (request.method !== "GET" || !deps.isOpen()) return;
    const start = performance.now();
    const { headers } = request;
    const repeat = known.get(keyOf(request));
    if (!repeat || isSpecial(headers) || trace.getActiveSpan()?.isRecording()) return;
    const { query, bound, format } = repeat;
    if (repeat.served !== deps.served() || headers.get("host") !== repeat.host) return;
    const isFile = format.name !== "json";
    if (isFile && headers.has("range")) return;
    const authorization = headers.get("authorization");
    if (!authorization?.startsWith("Bearer ")) return;
    const credential = tokens.recall(authorization.slice("Bearer ".length));
    if (!credential || !hasScope(credential, repeat.scopes)) return;
    const { tenantId } = credential;
    const kept = cache.recall({ query, bound, tenantId, format });
    if (!kept) return;
    const { entry } = kept;
    // the answer may have become longer or shorter since the first time
    const encoding = chooseEncoding(repeat.accepted, entry.body.length);
    const bytes = encoding ? entry.encoded[encoding] : entry.body;
    const account = budgets.load(tenantId);
    if (!bytes || account instanceof Promise) return;
    // what was taken of the burst is taken once more if the budget has to be asked for: one request in many
    if (budgets.admit(tenantId) || !budgets.trySpend(tenantId)) return;
    cache.countHit(query.name);

    const now = clock();
    const requestId = crypto.randomUUID();
    const ifNoneMatch = headers.get("if-none-match");
    const isKnownToCaller = ifNoneMatch !== null && matchesTag(ifNoneMatch, entry.etag);
    const status = isKnownToCaller ? 304 : 200;
    const bytesSent = isKnownToCaller ? 0 : bytes.length;
    const durationMs = performance.now() - start;
    const row = {
      at: now.getTime(),
      requestId,
      tenantId,
      subject: credential.subject,
      method: "GET",
      path: repeat.path,
      query: query.name,
      parametersHash: repeat.parametersHash,
      status,
      problem: "",
      cache: "hit",
      durationMs,
      clickHouseMs: 0,
      rowsRead: 0,
      bytesRead: 0,
      bytesSent,
    };
    metrics.requests.record(row);
    audit.record(row);
    log({
      level: "info",
      message: "request",
      requestId,
      tenantId,
      method: "GET",
      path: repeat.path,
      query: query.name,
      status,
      cache: "hit",
      durationMs: Math.round(durationMs * 10) / 10,
      bytesSent,
    });
    const response = isKnownToCaller
      ? new Response(null, { status })
      : new Response(encoding ? bytes : cache.text(entry) ?? bytes, repeat.init);
    // to append fields costs a quarter of what it takes to make a response with them
    const sent = response.headers;
    for (const [name, value] of repeat.fields) sent.append(name, value);
    if (!isKnownToCaller) {
      for (const [name, value] of repeat.bodyFields) sent.append(name, value);
      if (encoding) sent.append("content-encoding", encoding);
      sent.append("content-length", String(bytes.length));
    }
    sent.append("etag", sentTag(entry, isFile, encoding));
    sent.append("age", String(Math.max(0, Math.floor((now.getTime() - entry.madeAt) / 1000))));
    sent.append("cache-status", `sluice; hit; ttl=${kept.ttlSeconds}`);
    sent.append("x-request-id", requestId);
    sent.append("ratelimit-policy", rateLimitPolicy(account));
    sent.append("ratelimit", rateLimit(account, now, false));
    return response;
  }

  return {
    /** The answer to a request like one before, or undefined: then it goes the whole way. */
    answer,

    /** Notes what a request asks, before it is answered. */
    understand: (request: Request, what: Understood) => void understood.set(request, what),

    /** Remembers the request by its answer. */
    learn(request: Request, response: Response): void {
      const what = understood.get(request);
      if (!what || response.status !== 200 || !response.headers.has("etag") || isSpecial(request.headers)) {
        return;
      }
      const key = keyOf(request);
      if (key.length > maxKeyLength) return;
      const fields = [...response.headers].filter(([name]) => !ownFields.has(name));
      known.set(key, {
        ...what,
        served: deps.served(),
        accepted: readAccepted(request.headers.get("accept-encoding")),
        fields: fields.filter(([name]) => !bodyFields.has(name)),
        bodyFields: fields.filter(([name]) => bodyFields.has(name)),
        init: { headers: { "content-type": response.headers.get("content-type") ?? "" } },
      });
    },
  };
}

/** Whatever the fields of the answer depend on, besides credential and data. */
function keyOf({ url, headers }: Request): string {
  return `${url}\n${headers.get("accept") ?? ""}\n${headers.get("accept-encoding") ?? ""}\n${
    headers.get("origin") ?? ""
  }`;
}

/** Whether the request has a field that the remembered answer does not allow for. */
function isSpecial(headers: Headers): boolean {
  return headers.has("x-api-key") || headers.has("cache-control") || headers.has("x-correlation-id") ||
    headers.has("x-request-id") || headers.has("if-match");
}
