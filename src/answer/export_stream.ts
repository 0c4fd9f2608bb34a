import { ClickHouseError, withoutValues } from "../clickhouse/exception.ts";

/**
 * Passes an export on, but fails when ClickHouse's exception block appears in it, so that the connection breaks
 * rather than end like a complete file; `onBroken` is told what the block says. The block is
 * `__exception__\r\n<tag>\r\n<message>…`, with the random tag that the response's head announced; it may be split
 * over chunks.
 * Source: WriteBufferFromHTTPServerResponse of ClickHouse.
 */
export function breakOnException(
  tag: string | null,
  onBroken: (cause: string) => void,
): TransformStream<Uint8Array, Uint8Array> {
  if (!tag) return new TransformStream();
  const mark = new TextEncoder().encode(`__exception__\r\n${tag}`);
  let tail: Uint8Array = new Uint8Array();
  return new TransformStream({
    transform(chunk, controller) {
      const seam = new Uint8Array(tail.length + Math.min(chunk.length, mark.length));
      seam.set(tail);
      seam.set(chunk.subarray(0, mark.length), tail.length);
      const inSeam = indexOf(seam, mark);
      const at = inSeam < 0 ? indexOf(chunk, mark) : inSeam - tail.length;
      if (inSeam >= 0 || at >= 0) {
        const message = new TextDecoder().decode(chunk.subarray(at + mark.length));
        onBroken(withoutValues(message.trim().split("\r\n")[0]));
        controller.error(new ClickHouseError(0, "The export failed in the middle"));
        return;
      }
      const last = chunk.length >= mark.length ? chunk : seam;
      tail = last.slice(Math.max(0, last.length - mark.length + 1));
      controller.enqueue(chunk);
    },
  });
}

function indexOf(bytes: Uint8Array, mark: Uint8Array): number {
  for (let at = bytes.indexOf(mark[0]); at >= 0; at = bytes.indexOf(mark[0], at + 1)) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
