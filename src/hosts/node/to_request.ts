import type { IncomingMessage } from "node:http";

const bodiless = ["GET", "HEAD"];

/** The request as the Web has it; `signal` fires when its caller has left. Throws TypeError when it is none. */
export function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  // a target in absolute form is one already (RFC 9112, section 3.2.2)
  const address = url.startsWith("/") ? `http://${headers.get("host") ?? "localhost"}${url}` : url;
  const body = bodiless.includes(method) ? undefined : bodyOf(incoming);
  return new Request(address, { method, headers, signal, body, duplex: "half" } as RequestInit);
}

/** The body as it comes: what nobody reads stays with the caller. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (!done) return controller.enqueue(new Uint8Array(value));
      controller.close();
      // a read that was asked for with a buffer waits for an answer of its own
      (controller as ReadableByteStreamController).byobRequest?.respond(0);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
