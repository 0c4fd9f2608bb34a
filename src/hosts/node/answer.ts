import type { ServerResponse } from "node:http";

/** Writes a response, as fast as its caller reads. Rejects when its body breaks; the body is cancelled when the caller leaves. */
export async function answerWith(
  outgoing: ServerResponse,
  { status, headers, body }: Response,
  isHead: boolean,
): Promise<void> {
  outgoing.writeHead(status, Object.fromEntries(headers));
  if (!body || isHead) {
    await body?.cancel();
    outgoing.end();
    return;
  }
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  outgoing.on("close", leave);
  // a stream's first event may be long in coming
  if (!headers.has("content-length")) outgoing.flushHeaders();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (outgoing.destroyed) return leave();
    if (!outgoing.write(part.value)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when more can be written, or nothing any more. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.on("drain", done).on("close", done);
  });
}
