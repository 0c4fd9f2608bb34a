import { z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import { badCredential } from "../auth/challenge.ts";
import { type AuthEnv, tenantId } from "../auth/credential.ts";
import { hasScope } from "../auth/scope.ts";
import { needs, requires } from "../auth/security.ts";
import { once } from "../base/once.ts";
import { Problem } from "../base/problem.ts";
import { createRoute } from "../http/create_route.ts";
import { dataAnswer, jsonBody, problemRefs, usualProblems } from "../http/answers.ts";
import { toProblem } from "../http/on_error.ts";
import { readQualities } from "../http/qualities.ts";
import { serve } from "../http/serve.ts";
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

/** At most 20 names of 64 characters. */
const types = () =>
  z.string().regex(
    /^[\w.-]{1,64}(,[\w.-]{1,64}){0,19}$/,
    "must be names of types, separated by commas",
  )
    .transform((list) => list.split(","));
const id = () => z.string().max(200);

const query = once(() =>
  z.strictObject({
    types: types().optional().meta({
      type: "string",
      param: {
        description: "Types of events, separated by commas; all without it",
        example: "metric_updated,sroi_updated",
      },
    }),
    lastEventId: id().optional().meta({
      param: { description: "The id of the last frame that came; the field `Last-Event-ID` wins over it" },
    }),
    last_event_id: id().optional().meta({ param: { description: "The same, as Mercure calls it" } }),
    token: z.string().optional().meta({ param: { description: "A token of `POST /v1/stream/token`" } }),
  })
);

const frames =
  'Frames: a message without a name is an event, with `{"type", "at", "data"}` as its data. `reset`: not all that ' +
  "was missed can be had, and from when the stream is complete; `overflow`: the client is too slow; `unavailable`: come again; " +
  "`end`: the stream is over. An id without data is where the stream stands.";

const messages =
  'The frames of `/v1/stream/updates` as text messages of JSON. `{"id", "type", "at", "data"}` is an event; ' +
  '`{"event", "id", "retryMs", "data"}` is a `reset`, `overflow`, `unavailable` or `end`, without what it has not; `{"id"}` is where the stream ' +
  "stands. Close codes: 1001 and 1013, come again; 1008, the credential has ended, live updates were switched off, or the client sent too many " +
  "messages; 1009, it sent one of more than 128 bytes.";

const stats = () =>
  z.object({
    streams: z.int().describe("Open streams of the tenant on this gateway; of all for an admin"),
    sources: z.array(
      z.object({
        name: z.enum(["log", "nats"]),
        isHeard: z.boolean(),
        lagMs: z.number().nullable().optional(),
      }),
    ),
    byTenant: z.record(z.string(), z.int()).optional(),
    opening: z.int().optional().describe(
      "Those of them that do not get events yet: it is found out where they stand, or they are sent what they missed",
    ),
    ending: z.int().optional().describe("Those of them that have ended, which their client has yet to read"),
    opened: z.int().optional(),
    replays: z.int().optional(),
    resets: z.int().optional(),
    ended: z.record(z.string(), z.int()).optional().describe("By reason"),
  }).describe("What others do, which is all but the first two, is told to an admin alone");

const switched = () => z.object({ tenantId: z.string(), isEnabled: z.boolean() });
const params = () => z.object({ tenantId });
const ofTenant = { tags: ["stream"], path: "/v1/admin/tenants/{tenantId}/streaming", ...requires("admin") };
const onSwitch = () => ({
  200: dataAnswer("Whether the tenant may follow live updates", switched()),
  ...usualProblems,
});

/** Live updates. */
export const liveRoutes = {
  getStreamUpdates: createRoute({
    method: "get",
    path: "/v1/stream/updates",
    tags: ["stream"],
    ...requires("stream"),
    summary: "Follow the tenant's data as Server-Sent Events",
    description: frames,
    get request() {
      return { query: query() };
    },
    get responses() {
      return {
        200: {
          description: "Frames without an end",
          content: { "text/event-stream": { schema: z.string() } },
        },
        ...usualProblems,
        ...problemRefs("NotConfigured"),
      };
    },
  }),
  getStreamSocket: createRoute({
    method: "get",
    path: "/v1/stream/socket",
    tags: ["stream"],
    ...requires("stream"),
    summary: "Follow the tenant's data over a WebSocket",
    description: messages,
    get request() {
      return { query: query() };
    },
    get responses() {
      return {
        101: { description: "Text messages of JSON without an end, after the handshake of RFC 6455" },
        ...usualProblems,
        ...problemRefs("NotConfigured"),
      };
    },
  }),
  getStreamStats: createRoute({
    method: "get",
    path: "/v1/stream/stats",
    tags: ["stream"],
    ...requires("stream"),
    summary: "Streams that are open on this gateway, and how they ended",
    get responses() {
      return { 200: dataAnswer("Counts since the gateway's start", stats()), ...usualProblems };
    },
  }),
  getStreamHealth: createRoute({
    method: "get",
    path: "/v1/stream/health",
    tags: ["stream"],
    security: needs(),
    summary: "Whether events come through",
    description: "Needs no scope.",
    get responses() {
      return {
        200: dataAnswer(
          "`degraded` when a source does not answer: streams stay open, and what they miss follows",
          z.object({ status: z.enum(["ok", "degraded"]), isEnabled: z.boolean() }),
        ),
        ...usualProblems,
      };
    },
  }),
  getTenantStreaming: createRoute({
    method: "get",
    ...ofTenant,
    summary: "Whether a tenant may follow live updates",
    get request() {
      return { params: params() };
    },
    get responses() {
      return onSwitch();
    },
  }),
  putTenantStreaming: createRoute({
    method: "put",
    ...ofTenant,
    summary: "Switch a tenant's live updates on or off",
    description: "Holds on every gateway within five seconds; streams that are open end then.",
    get request() {
      return { params: params(), body: jsonBody(z.strictObject({ isEnabled: z.boolean() })) };
    },
    get responses() {
      return { ...onSwitch(), ...problemRefs("TooLarge") };
    },
  }),
};

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
      const isHeard = streams.stats().sources.every(({ failure }) => failure === undefined);
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
