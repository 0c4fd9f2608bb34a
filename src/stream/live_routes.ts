import { z } from "@hono/zod-openapi";
import { tenantId } from "../auth/credential.ts";
import { needs, requires } from "../auth/security.ts";
import { once } from "../base/once.ts";
import { createRoute } from "../http/create_route.ts";
import { dataAnswer, jsonBody, problemRefs, usualProblems } from "../http/answers.ts";

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
