/**
 * The same body; calls `onEnd` once with the bytes that went through: when it ended, when its reader left, or with
 * `internal` when it broke.
 */
export function countBytes(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onEnd: (bytes: number, failure?: "internal") => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = 0;
  let isOver = false;
  const end = (failure?: "internal") => {
    if (!isOver) onEnd(bytes, failure);
    isOver = true;
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (isOver) return;
        if (done) {
          end();
          return controller.close();
        }
        bytes += value.length;
        controller.enqueue(value);
      } catch (error) {
        end("internal");
        controller.error(error);
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
