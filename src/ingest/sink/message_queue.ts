import type { SinkMessage } from "../message.ts";

/** When messages become a batch, and how many are held. */
export interface QueueLimits {
  /** So many are a batch … */
  batchMessages: number;
  /** … or fewer, when the first has waited so long. */
  batchMs: number;
  /** What waits goes together, up to so many, or so many bytes. */
  maxBatchMessages: number;
  maxBatchBytes: number;
  /** While the broker has that many more, a batch waits so long to be as large as it may: large inserts cost less. */
  backlogMs: number;
  /** Beyond these no more are read: those that wait and those that are being stored. */
  maxMessages: number;
  maxBytes: number;
}

/** Messages that wait to be stored. */
export type MessageQueue = ReturnType<typeof createMessageQueue>;

/** Collects messages until they are a batch. */
export function createMessageQueue(limits: QueueLimits) {
  let waiting: SinkMessage[] = [];
  let waitingBytes = 0;
  /** Waiting or taken. */
  let messages = 0;
  let bytes = 0;
  /** When the first of those that wait came. */
  let since = 0;
  /** How many more the broker has. */
  let following = 0;
  let isClosed = false;
  let wakers: (() => void)[] = [];

  function wake(): void {
    const woken = wakers;
    wakers = [];
    for (const resolve of woken) resolve();
  }

  const changed = () => new Promise<void>((resolve) => wakers.push(resolve));

  /** How long the first that waits still waits, in ms. */
  function leftMs(): number {
    if (isClosed || waitingBytes >= limits.maxBatchBytes || waiting.length >= limits.maxBatchMessages) {
      return 0;
    }
    const isEnough = waiting.length >= limits.batchMessages;
    const isBacklog = waiting.length + following >= limits.maxBatchMessages;
    const maxMs = !isEnough ? limits.batchMs : isBacklog ? Math.min(limits.backlogMs, limits.batchMs) : 0;
    return since + maxMs - performance.now();
  }

  function take(): SinkMessage[] {
    let size = 0;
    let count = 0;
    while (count < waiting.length && count < limits.maxBatchMessages) {
      size += waiting[count].data.length;
      if (count > 0 && size > limits.maxBatchBytes) {
        size -= waiting[count].data.length;
        break;
      }
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingBytes -= size;
    since = performance.now();
    return batch;
  }

  return {
    add(added: SinkMessage[]): void {
      if (waiting.length === 0) since = performance.now();
      for (const message of added) {
        waiting.push(message);
        waitingBytes += message.data.length;
        bytes += message.data.length;
      }
      messages += added.length;
      following = added.at(-1)?.following ?? following;
      wake();
    },

    /** Resolves when more may be read, or the signal fires. */
    async room(signal: AbortSignal): Promise<void> {
      signal.addEventListener("abort", wake, { once: true });
      while (!signal.aborted && (messages >= limits.maxMessages || bytes >= limits.maxBytes)) {
        await changed();
      }
      signal.removeEventListener("abort", wake);
    },

    /** The next batch; undefined when there is none and the queue was closed. */
    async next(): Promise<SinkMessage[] | undefined> {
      for (;;) {
        if (isClosed && waiting.length === 0) return;
        const ms = waiting.length ? leftMs() : Infinity;
        if (ms <= 0) return take();
        const timer = ms < Infinity ? setTimeout(wake, ms) : undefined;
        await changed();
        clearTimeout(timer);
      }
    },

    /** These are held no longer. */
    done(batch: SinkMessage[]): void {
      messages -= batch.length;
      for (const { data } of batch) bytes -= data.length;
      wake();
    },

    /** What waits is a batch now, and nothing more will come. */
    close(): void {
      isClosed = true;
      wake();
    },

    stats: () => ({ messages, bytes }),
  };
}
