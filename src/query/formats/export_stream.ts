import { ClickHouseError, ClickHouseUnreachable, textForLog } from "../../clickhouse/exception.ts";

/**
 * Passes an export on, but fails when ClickHouse breaks off or its exception block appears, so that the connection
 * breaks too rather than end like a complete file; `onBroken` is told what is known. The block is
 * `__exception__\r\n<tag>\r\n<message>…`, with the random tag that the response's head announced; it may be split
 * over chunks. The stream fails with it as a ClickHouseError, or else with ClickHouseUnreachable: ClickHouse also leaves the
 * transfer unfinished behind it, and then Deno's fetch may drop the block.
 * Source: WriteBufferFromHTTPServerResponse of ClickHouse.
 */
export function breakOnException(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  tag: string | null,
  onBroken: (cause: string) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const find = createFinder(tag);
  let isLeft = false;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (isLeft) return;
        if (done) return controller.close();
        const failure = find(value);
        if (!failure) return controller.enqueue(value);
        throw failure;
      } catch (error) {
        if (isLeft) return;
        const failure = error instanceof ClickHouseError
          ? error
          : new ClickHouseUnreachable("ClickHouse left in the middle of an answer", { cause: error });
        onBroken(error instanceof ClickHouseError ? textForLog(error) : (error as Error).message);
        controller.error(failure);
        await reader.cancel().catch(() => {});
      }
    },
    cancel(reason) {
      isLeft = true;
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** Looks for the exception block in one chunk after the other; returns what is there of the exception. */
function createFinder(tag: string | null): (chunk: Uint8Array) => ClickHouseError | undefined {
  if (!tag) return () => undefined;
  const mark = new TextEncoder().encode(`__exception__\r\n${tag}`);
  let tail: Uint8Array = new Uint8Array();
  return (chunk) => {
    const seam = new Uint8Array(tail.length + Math.min(chunk.length, mark.length));
    seam.set(tail);
    seam.set(chunk.subarray(0, mark.length), tail.length);
    const inSeam = indexOf(seam, mark);
    const at = inSeam < 0 ? indexOf(chunk, mark) : inSeam - tail.length;
    if (inSeam >= 0 || at >= 0) {
      const message = new TextDecoder().decode(chunk.subarray(at + mark.length));
      const text = message.trim().split("\r\n")[0];
      return new ClickHouseError(Number(/^Code: (\d+)\./.exec(text)?.[1] ?? 0), text);
    }
    const last = chunk.length >= mark.length ? chunk : seam;
    tail = last.slice(Math.max(0, last.length - mark.length + 1));
  };
}

function indexOf(bytes: Uint8Array, mark: Uint8Array): number {
  for (let at = bytes.indexOf(mark[0]); at >= 0; at = bytes.indexOf(mark[0], at + 1)) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
