import { Hono } from "hono";
import type { AppDeps, AppEnv } from "../app.ts";
import { suggestion } from "../catalog/bind.ts";
import { Problem } from "../problem.ts";
import { openBody } from "./body.ts";
import { createFingerprint, uuidOf } from "./fingerprint.ts";
import { createIdempotency } from "./idempotency.ts";
import { ingest, type Ingested } from "./ingest.ts";

/** `POST /{stream}`: events of the credential's tenant. */
export function eventRoutes(deps: AppDeps): Hono<AppEnv> {
  const { clickHouse, config } = deps;
  const idempotency = createIdempotency(clickHouse);

  return new Hono<AppEnv>().post("/:stream", async (c) => {
    const stream = c.req.param("stream");
    const { streams } = deps.served();
    if (!streams.includes(stream)) {
      throw new Problem("not-found", {
        detail: `There is no stream "${stream}"${suggestion(stream, streams)}`,
      });
    }
    const { tenantId } = c.var.credential;
    const key = readKey(c.req.header("idempotency-key"));
    const request = {
      clickHouse,
      stream,
      tenantId,
      maxLineBytes: config.MAX_LINE_BYTES,
      signal: c.req.raw.signal,
    };
    const open = () => openBody(c.req.raw, config.MAX_UNPACKED_BYTES);
    if (key === undefined) {
      return answer(await ingest({ ...request, requestId: c.var.requestId, body: await open() }));
    }

    const keyed = { tenantId, stream, key };
    const fingerprint = createFingerprint();
    const known = await idempotency.find(keyed);
    if (known?.answer !== undefined) {
      for await (const chunk of (await open()).chunks) await fingerprint.add(chunk);
      if (await fingerprint.end() !== known.fingerprint) throw new Problem("idempotency-mismatch");
      return answer(JSON.parse(known.answer));
    }
    const claim = await idempotency.claim(keyed);
    try {
      const requestId = await uuidOf(tenantId, stream, key);
      let hash: Promise<string> | undefined;
      const hashOnce = () => hash ??= fingerprint.end();
      const ingested = await ingest({
        ...request,
        requestId,
        body: await open(),
        onChunk: fingerprint.add,
        token: async () => `${requestId} ${await hashOnce()}`,
      });
      await claim.finish(await hashOnce(), JSON.stringify(ingested));
      return answer(ingested);
    } catch (error) {
      await claim.release();
      throw error;
    }
  });
}

function readKey(header: string | undefined): string | undefined {
  if (header === undefined) return;
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new Problem("invalid-request", {
    detail: "Idempotency-Key must have 1 to 255 visible ASCII characters",
    parameter: "Idempotency-Key",
  });
}

function answer(ingested: Ingested): Response {
  if (ingested.accepted > 0) return Response.json({ data: ingested });
  const detail = ingested.rejected ? "Every line of the body was refused" : "The body has no line";
  throw new Problem("nothing-accepted", { detail, ...ingested });
}
