import { createParser } from "eventsource-parser";

/** A frame of Server-Sent Events; one without data says where the stream stands. */
export interface Frame {
  id?: string;
  event?: string;
  data?: string;
}

/** No frame of the gateway is so long. */
const maxFrameCharacters = 4_194_304;

/** The frames of a body, one after the other. Throws when the body breaks off, is silent for too long or is no such stream. */
export async function* readFrames(
  body: ReadableStream<Uint8Array>,
  maxSilenceMs: number,
  onRetry: (ms: number) => void,
): AsyncGenerator<Frame, void, undefined> {
  let frames: Frame[] = [];
  const parser = createParser({
    // before the event of the same block; alone when there is no data
    onId: (id) => void frames.push({ id }),
    onEvent(event) {
      const last = frames.at(-1);
      if (last && last.data === undefined && last.id === event.id) frames.pop();
      frames.push(event);
    },
    onRetry,
    maxBufferSize: maxFrameCharacters,
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    while (true) {
      const { done, value } = await withLimit(reader.read(), maxSilenceMs);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const read = frames;
      frames = [];
      yield* read;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function withLimit<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The stream was silent for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
