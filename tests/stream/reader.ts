import { boundMs } from "../program.ts";

/** A frame of Server-Sent Events, as a browser would take it apart (WHATWG HTML, section 9.2.6). */
export interface SseFrame {
  id?: string;
  event: string;
  retry?: number;
  /** Parsed JSON; undefined where a frame has no data, and no event comes of it. */
  // deno-lint-ignore no-explicit-any -- a test knows what it asked for
  data?: any;
}

/** Reads a stream frame by frame. */
export interface SseReader {
  /** The next frame; throws when nothing comes. Undefined at the end. */
  next(): Promise<SseFrame | undefined>;
  /** The next one that is an event of the data. */
  event(): Promise<SseFrame>;
  /** The next one of that name, `position` for an id without data. */
  until(name: string): Promise<SseFrame>;
  /** The client's id so far. */
  lastId(): string | undefined;
  close(): Promise<void>;
}

/** Reads the frames of an answer. */
export function readSse(response: Response): SseReader {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let lastId: string | undefined;

  async function next(): Promise<SseFrame | undefined> {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const frame = parse(text.slice(0, end));
        text = text.slice(end + 2);
        lastId = frame.id ?? lastId;
        return frame;
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`No frame came in ${boundMs} ms`)), boundMs);
      });
      const { done, value } = await Promise.race([reader.read(), late]).finally(() => clearTimeout(timer));
      if (done) return;
      text += value;
    }
  }

  async function until(name: string): Promise<SseFrame> {
    for (;;) {
      const frame = await next();
      if (!frame) throw new Error(`The stream ended before "${name}" came`);
      const is = frame.data === undefined ? frame.id === undefined ? "" : "position" : frame.event;
      if (is === name) return frame;
    }
  }

  return {
    next,
    until,
    event: () => until("message"),
    lastId: () => lastId,
    close: () => reader.cancel(),
  };
}

function parse(block: string): SseFrame {
  const frame: SseFrame = { event: "message" };
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
    if (name === "id") frame.id = value;
    if (name === "event") frame.event = value;
    if (name === "retry") frame.retry = Number(value);
    if (name === "data") frame.data = JSON.parse(value);
  }
  return frame;
}
