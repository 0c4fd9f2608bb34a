import type { EventBody } from "./body.ts";
import { createFingerprint, uuidOf } from "../http/idempotency/fingerprint.ts";
import type { KeyedRequest } from "../http/idempotency/claims.ts";

/** The body of a request with an Idempotency-Key, hashed while it is read. */
export interface KeyedBody {
  body: EventBody;
  /** Id of the request's rows. */
  requestId: string;
  /** Hash of the body; only known when it was read to its end. */
  fingerprint(): Promise<string>;
}

/**
 * Reads the first `aheadBytes` of a body. When that is all of it, its id is made of the key and its hash: a repetition,
 * also one after an answer that was lost, marks its rows with the same id, and a corrected body does not. A longer
 * body has `requestId`.
 */
export async function readKeyedBody(
  { tenantId, stream, key }: KeyedRequest,
  body: EventBody,
  requestId: string,
  aheadBytes: number,
): Promise<KeyedBody> {
  const hasher = createFingerprint();
  let hash: Promise<string> | undefined;
  const fingerprint = () => hash ??= hasher.end();
  const chunks = body.chunks[Symbol.asyncIterator]();

  const ahead: Uint8Array<ArrayBuffer>[] = [];
  let isWhole = false;
  for (let size = 0; !isWhole && size < aheadBytes;) {
    const next = await chunks.next();
    isWhole = next.done ?? false;
    if (next.done) break;
    ahead.push(next.value);
    size += next.value.length;
    await hasher.add(next.value);
  }

  async function* replay() {
    yield* ahead.splice(0);
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      await hasher.add(next.value);
      yield next.value;
    }
  }

  return {
    body: { ...body, chunks: replay() },
    requestId: isWhole ? await uuidOf(tenantId, stream, key, await fingerprint()) : requestId,
    fingerprint,
  };
}

/** The hash of a body that is not stored. */
export async function fingerprintOf(body: EventBody): Promise<string> {
  const hasher = createFingerprint();
  for await (const chunk of body.chunks) await hasher.add(chunk);
  return await hasher.end();
}
