import type { Answer } from "./answer.ts";

/** An answer that comes as a stream is kept when it has no more bytes than this. */
export const collectedBytes = 4 * 1_048_576;

/** The same answer, its body as bytes if that is a stream of at most `maxBytes`; otherwise the whole stream. */
export async function collect(answer: Answer, maxBytes: number): Promise<Answer> {
  const { body } = answer;
  if (body instanceof Uint8Array) return answer;
  const reader = body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  while (size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { ...answer, body: await new Blob(chunks).bytes() };
    chunks.push(value);
    size += value.length;
  }
  return { ...answer, body: resume(chunks, reader) };
}

/** The chunks that were read, and then the rest. */
function resume(
  chunks: Uint8Array<ArrayBuffer>[],
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const chunk = chunks.shift();
      if (chunk) return controller.enqueue(chunk);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
