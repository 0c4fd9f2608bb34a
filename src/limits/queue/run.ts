import { countBytes } from "../../http/count_bytes.ts";
import type { Queue } from "./queue.ts";
import type { QueueRequest } from "./queue_request.ts";

/** What holds its slot until it has ended. */
interface WithBody {
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Runs a query when it is its turn. The slot of an export is held until its body has ended, broken or been left.
 * Throws a Problem when the wait is too long, and whatever `work` throws.
 */
export async function runInTurn<Answer extends WithBody>(
  queue: Queue,
  request: QueueRequest,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const release = await queue.enter(request);
  let isHeld = false;
  try {
    const answer = await work();
    const { body } = answer;
    if (body instanceof Uint8Array) return answer;
    isHeld = true;
    // a body that nobody begins to read is not cancelled, but its request is
    if (request.signal.aborted) release();
    else request.signal.addEventListener("abort", release, { once: true });
    return { ...answer, body: countBytes(body, release) };
  } finally {
    if (!isHeld) release();
  }
}
