import type { SinkMessage } from "./message.ts";

/** When messages become a batch, and how many are held. */
export interface QueueLimits {
  /** So many are a batch … */
  batchMessages: number;
  /** … or fewer, when the first has waited so long. */
  batchMs: number;
  /** What waits goes together, up to so many, or so many bytes. */
  maxBatchMessages: number;
  maxBatchBytes: number;
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
  let isClosed = false;
  let changed = Promise.withResolvers<void>();

  function wake(): void {
    changed.resolve();
    changed = Promise.withResolvers();
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
      wake();
    },

    /** Resolves when more may be read, or the signal fires. */
    async room(signal: AbortSignal): Promise<void> {
      signal.addEventListener("abort", wake, { once: true });
      while (!signal.aborted && (messages >= limits.maxMessages || bytes >= limits.maxBytes)) {
        await changed.promise;
      }
      signal.removeEventListener("abort", wake);
    },

    /** The next batch; undefined when there is none and the queue was closed. */
    async next(): Promise<SinkMessage[] | undefined> {
      for (;;) {
        if (isClosed && waiting.length === 0) return;
        const leftMs = since + limits.batchMs - performance.now();
        const isFull = waiting.length >= limits.batchMessages || waitingBytes >= limits.maxBatchBytes;
        if (waiting.length && (isFull || isClosed || leftMs <= 0)) return take();
        const timer = waiting.length ? setTimeout(wake, leftMs) : undefined;
        await changed.promise;
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
