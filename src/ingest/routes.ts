import { createRoute, z } from "@hono/zod-openapi";
import { type Context, Hono } from "hono";
import type { AuthEnv } from "../auth/credential.ts";
import { checkScope } from "../auth/scope.ts";
import { needs } from "../auth/security.ts";
import type { Config } from "../base/config.ts";
import { suggestion } from "../base/suggestion.ts";
import { Problem } from "../base/problem.ts";
import type { Served } from "../catalog/serving.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import type { Metrics } from "../observe/metrics/metrics.ts";
import { dataAnswer, problemRefs } from "../http/answers.ts";
import { openBody } from "./body.ts";
import { type Commit, createGroupCommit } from "./group_commit.ts";
import { createIdempotency } from "../http/idempotency/claims.ts";
import { idempotencyHeaders, readIdempotencyKey } from "../http/idempotency/key.ts";
import { bufferedBytes, ingest, type Ingested, ingestedSchema } from "./ingest.ts";
import { insertBlock } from "./insert.ts";
import { fingerprintOf, readKeyedBody } from "./keyed.ts";

const scope = "ingest";

/** What taking events uses. */
export interface EventDeps {
  config: Pick<Config, "MAX_LINE_BYTES" | "MAX_UNPACKED_BYTES">;
  /** Keeps Idempotency-Keys, and tells what was refused. */
  clickHouse: ClickHouse;
  /** Inserts into landing tables. */
  ingester: ClickHouse;
  metrics: Metrics;
  served: () => Served;
}

const event = { type: "object" as const, additionalProperties: true };

/** Sending events into one of the streams, with an example for each that has one. */
export function eventRoutes({ streams, examples }: Pick<Served, "streams" | "examples">) {
  const shown = Object.entries(examples).map(([stream, value]) => [stream, { value }]);
  return {
    postEvents: createRoute({
      method: "post",
      path: "/v1/events/{stream}",
      tags: ["events"],
      security: needs(scope),
      summary: "Send events",
      description:
        "One JSON object, a list of them, or NDJSON of any length, also with `Content-Encoding: gzip`. " +
        "The answer comes when the accepted lines are stored; refused ones are kept as dead letters. " +
        "A key that comes twice in one object has its line refused, as has an event older than events are kept.",
      request: {
        params: z.object({ stream: z.enum(streams) }),
        headers: idempotencyHeaders(
          "A repetition with the same key and body stores nothing and gets the same answer",
        ),
        body: {
          required: true,
          content: {
            "application/json": {
              schema: { anyOf: [event, { type: "array", items: event }] },
              ...(shown.length && { examples: Object.fromEntries(shown) }),
            },
            "application/x-ndjson": { schema: z.string() },
          },
        },
      },
      responses: {
        200: dataAnswer("What became of the lines", ingestedSchema()),
        ...problemRefs("BadRequest", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "TooLarge"),
        ...problemRefs("Unprocessable", "Failed", "Unavailable"),
      },
    }),
  };
}

/** Takes events in. No schema reads them: streams come and go while the gateway runs, and a body is split as it arrives. */
export function serveEvents(deps: EventDeps): Hono<AuthEnv> {
  const { clickHouse, config, metrics: { ingestion } } = deps;
  const ingester = ingestion.timed(deps.ingester);
  const idempotency = createIdempotency(clickHouse);
  const commit = createGroupCommit(ingester);

  return new Hono<AuthEnv>().all("/v1/events/:stream", async (c) => {
    const stream = readStream(c, deps);
    checkScope(c.var.credential, scope);
    const { tenantId } = c.var.credential;
    const key = readIdempotencyKey(c.req.header("idempotency-key"));
    const { requestId } = c.var.facts;
    const request = {
      clickHouse,
      ingester,
      stream,
      tenantId,
      maxLineBytes: config.MAX_LINE_BYTES,
      signal: c.req.raw.signal,
    };
    const open = async () => {
      const body = await openBody(c.req.raw, config.MAX_UNPACKED_BYTES);
      return { ...body, chunks: ingestion.counted(body.chunks) };
    };
    const count = (ingested: Ingested) => {
      ingestion.count(stream, ingested);
      return ingested;
    };
    if (key === undefined) {
      return answer(count(await ingest({ ...request, requestId, commit, body: await open() })));
    }

    const keyed = { tenantId, stream, key };
    const known = await idempotency.find(keyed);
    if (known?.answer !== undefined) {
      if (await fingerprintOf(await open()) !== known.fingerprint) throw new Problem("idempotency-mismatch");
      return answer(JSON.parse(known.answer));
    }
    const claim = await idempotency.claim(keyed);
    let ingested: Ingested;
    try {
      const read = await readKeyedBody(keyed, await open(), requestId, bufferedBytes);
      // alone, so that a repetition after a crash meets the first one's token
      const commitKeyed: Commit = (stream, rows) => insertBlock(ingester, stream, rows, read.requestId);
      ingested = count(await ingest({ ...request, ...read, commit: commitKeyed }));
      await claim.finish(await read.fingerprint(), JSON.stringify(ingested));
    } catch (error) {
      await claim.release();
      throw error;
    }
    return answer(ingested);
  });
}

/** The stream that the path names. Throws Problem when there is none, or when the method is not POST. */
function readStream(c: Context<AuthEnv, "/v1/events/:stream">, deps: EventDeps): string {
  const stream = c.req.param("stream");
  const { streams } = deps.served();
  if (!streams.includes(stream)) {
    const name = stream.slice(0, 128);
    throw new Problem("not-found", { detail: `There is no stream "${name}"${suggestion(name, streams)}` });
  }
  if (c.req.method !== "POST") throw new Problem("method-not-allowed", { headers: { allow: "POST" } });
  return stream;
}

function answer(ingested: Ingested): Response {
  if (ingested.accepted > 0) return Response.json({ data: ingested });
  const detail = ingested.rejected ? "Every line of the body was refused" : "The body has no line";
  throw new Problem("nothing-accepted", { detail, ...ingested });
}
