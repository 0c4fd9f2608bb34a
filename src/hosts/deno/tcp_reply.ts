import { concat } from "../../base/bytes/concat.ts";
import type { Reply } from "../../clickhouse/transport.ts";
import type { BodyReader } from "./http_body.ts";
import type { Head } from "./http_head.ts";

/**
 * The answer as `fetch` would give it, as far as it is used. `release` is called once, when the connection is not needed any more,
 * with whether it may serve another request. What the body throws after the signal has fired is the signal's reason.
 */
export function createTcpReply(
  head: Head,
  reader: BodyReader,
  release: (isReusable: boolean) => void,
  signal?: AbortSignal,
): Reply {
  const end = () => release(reader.isDone() && !head.isLast);
  if (head.framing === 0) end();

  async function next(): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      const piece = await reader.next();
      if (piece === null) end();
      return piece;
    } catch (error) {
      release(false);
      signal?.throwIfAborted();
      throw error;
    }
  }

  return new TcpReply(head, next, () => release(false));
}

/** A class for the sake of its accessor: in a literal it made a hidden class for each answer, kept until a full collection. */
class TcpReply implements Reply {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Reply["headers"];
  #body: Reply["body"] | undefined;

  constructor(
    { status, fields, framing }: Head,
    readonly next: () => Promise<Uint8Array<ArrayBuffer> | null>,
    readonly cancel: () => void,
  ) {
    this.status = status;
    this.ok = status < 300;
    this.headers = { get: (name) => fields.get(name) ?? null, has: (name) => fields.has(name) };
    if (framing === 0) this.#body = null;
  }

  get body(): Reply["body"] {
    return this.#body !== undefined ? this.#body : this.#body = new ReadableStream({
      pull: async (controller) => {
        const piece = await this.next();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      cancel: this.cancel,
    }, { highWaterMark: 0 });
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let piece = await this.next(); piece; piece = await this.next()) pieces.push(piece);
    return pieces.length === 1 ? pieces[0].buffer : concat(pieces).buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }
}
