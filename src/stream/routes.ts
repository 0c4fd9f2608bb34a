import type { Context, Hono } from "hono";
import { badCredential } from "../auth/challenge.ts";
import type { AuthEnv } from "../auth/credential.ts";
import { hasScope } from "../auth/scope.ts";
import { Problem } from "../base/problem.ts";
import { toProblem } from "../http/on_error.ts";
import { readQualities } from "../http/qualities.ts";
import { serve } from "../http/serve.ts";
import { liveRoutes } from "./live_routes.ts";
import { createSse } from "./sse.ts";
import { between, type Sink, unavailable } from "./sink.ts";
import { fillSocket, type Upgrade } from "./socket.ts";
import type { EventIds } from "./event_id.ts";
import { createGzip, type Zlib } from "./gzip.ts";
import type { Streams } from "./streams.ts";
import type { StreamingTenants } from "./tenants.ts";

/** What these routes use. */
export interface StreamDeps {
  streams: Streams;
  streamingTenants: StreamingTenants;
  eventIds: EventIds;
  /** Without it there are no WebSockets. */
  upgrade?: Upgrade;
  /** Without it Server-Sent Events are not packed. */
  zlib?: Zlib;
}

const sseFields = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would keep frames back
  "x-accel-buffering": "no",
};

/** Serves live updates. */
export function serveStreams(
  { streams, streamingTenants, eventIds, upgrade, zlib }: StreamDeps,
): Hono<AuthEnv> {
  const createGzipStream = zlib && createGzip(zlib);

  /** Throws a Problem when the credential may not open a stream; a browser that comes back is taken after its token's minute. */
  async function check(c: Context<AuthEnv>, lastEventId: string | undefined): Promise<void> {
    const { credential } = c.var;
    await streamingTenants.check(credential.tenantId);
    eventIds.check();
    await streams.checkKey(credential);
    if (!credential.resumesOnly) return;
    if (lastEventId !== undefined && await eventIds.read(credential.tenantId, lastEventId)) return;
    throw badCredential("The stream token has expired: fetch another with POST /v1/stream/token");
  }

  /** Why no stream can be opened now, which passes; undefined when one can. Throws a Problem of what does not pass. */
  async function whyNot(c: Context<AuthEnv>, lastEventId: string | undefined) {
    try {
      await check(c, lastEventId);
    } catch (error) {
      if (toProblem(error as Error).status !== 503) throw error;
      return "unavailable" as const;
    }
    return streams.whyNot();
  }

  /** Has the audit tell of the stream when it is over. */
  function note(c: Context<AuthEnv>, { ended }: Sink): void {
    c.var.facts.ended = ended.then(({ bytes, reason }) => ({
      bytes,
      failure: reason === "left" ? "" : reason,
    }));
  }

  return serve(liveRoutes, {
    async getStreamUpdates(c, { query }) {
      const lastEventId = lastEventIdOf(c, query);
      const reason = await whyNot(c, lastEventId);
      const takesFrames = (c.req.header("accept") ?? "").includes("text/event-stream");
      if (reason && !takesFrames) throw notNow();
      const gzip = takesGzip(c.req.header("accept-encoding")) ? createGzipStream?.() : undefined;
      const fields = gzip ? { ...sseFields, "content-encoding": "gzip" } : sseFields;
      if (c.req.method === "HEAD") return c.body(null, 200, fields) as never;
      const { credential } = c.var;
      const { body, sink } = createSse(gzip);
      // a browser does not come back after a status other than 200
      if (reason) unavailable(sink, reason);
      else {
        streams.checkLimit(credential.tenantId);
        sink.begin(between(1_000, 3_000));
        streams.open({ credential, types: query.types ?? [], lastEventId }, sink);
      }
      note(c, sink);
      return c.body(body, 200, fields) as never;
    },

    async getStreamSocket(c, { query }) {
      const lastEventId = lastEventIdOf(c, query);
      const reason = await whyNot(c, lastEventId);
      if (!upgrade) {
        throw new Problem("not-configured", {
          detail: "This gateway has no WebSockets: /v1/stream/updates tells the same",
        });
      }
      const { credential } = c.var;
      if (reason) throw notNow();
      streams.checkLimit(credential.tenantId);
      const { socket, response } = upgraded(upgrade, c.req.raw);
      const sink = fillSocket(socket);
      streams.open({ credential, types: query.types ?? [], lastEventId }, sink);
      note(c, sink);
      return response as never;
    },

    getStreamStats(c) {
      const { credential } = c.var;
      const { byTenant, sources, ...counts } = streams.stats();
      const heard = sources.map(({ name, failure }) => ({ name, isHeard: failure === undefined }));
      if (!hasScope(credential, ["admin"])) {
        return c.json({ data: { streams: byTenant[credential.tenantId] ?? 0, sources: heard } }, 200);
      }
      const told = heard.map((source, i) => ({ ...source, lagMs: sources[i].lagMs ?? null }));
      return c.json({ data: { ...counts, byTenant, sources: told } }, 200);
    },

    async getStreamHealth(c) {
      const isEnabled = await streamingTenants.isEnabled(c.var.credential.tenantId);
      const isHeard = streams.sources().every(({ failure }) => failure === undefined);
      return c.json({ data: { status: isHeard ? "ok" as const : "degraded" as const, isEnabled } }, 200);
    },

    async getTenantStreaming(c, { params: { tenantId } }) {
      return c.json({ data: { tenantId, isEnabled: await streamingTenants.isEnabled(tenantId) } }, 200);
    },

    async putTenantStreaming(c, { params: { tenantId }, body: { isEnabled } }) {
      await streamingTenants.set(tenantId, isEnabled);
      return c.json({ data: { tenantId, isEnabled: await streamingTenants.isEnabled(tenantId) } }, 200);
    },
  });
}

/** The header wins: a browser sends it with an address that it was given before. */
function lastEventIdOf(
  c: Context,
  query: { lastEventId?: string; last_event_id?: string },
): string | undefined {
  return c.req.header("last-event-id") ?? query.lastEventId ?? query.last_event_id;
}

function takesGzip(acceptEncoding = ""): boolean {
  return (readQualities(acceptEncoding).get("gzip") ?? 0) > 0;
}

/** Throws a Problem when the request does not ask for a WebSocket. */
function upgraded(upgrade: Upgrade, request: Request): ReturnType<Upgrade> {
  let cause: unknown;
  try {
    if (request.method === "GET") return upgrade(request);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    cause = error;
  }
  const detail =
    "Ask for a WebSocket: GET over HTTP/1.1, with `Upgrade: websocket` and the other fields of RFC 6455";
  throw new Problem("invalid-request", { detail }, cause);
}

function notNow(): Problem {
  return new Problem("overloaded", { detail: "No stream can be opened now", retryAfterSeconds: 5 });
}
