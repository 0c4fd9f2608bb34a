import { createPaced } from "../base/async/paced.ts";
import type { Log } from "../base/log.ts";

/** Whose purge request is sent: `{"tags": […]}` with a bearer token, or `{"surrogate_keys": […]}` with a `Fastly-Key`. */
export type PurgeStyle = "cloudflare" | "fastly";

/** What `createPurger` uses. */
export interface PurgerOptions {
  url: string;
  token?: string;
  style: PurgeStyle;
  /** The tag that all answers have, which stands for all others. */
  all: () => Promise<string>;
  log: Log;
  /** Shortest time from one round of requests to the next, and longest pause after failures. */
  intervalMs?: number;
  maxPauseMs?: number;
  /** After so long a tag is purged once more: an answer may have been on its way to the CDN the first time. */
  againMs?: number;
}

/** Tags that wait at most; when there are more, all answers are purged instead. */
const maxWaiting = 500;
/** Cloudflare takes so many at once. */
const maxTagsOfRequest = 30;
const timeoutMs = 5_000;

/** Tells a CDN to forget answers. */
export type Purger = ReturnType<typeof createPurger>;

/** Sends tags to the CDN's address, in the background: each until it was taken, and once more a moment later. */
export function createPurger(
  { url, token, style, all, log, intervalMs = 1_000, maxPauseMs = 60_000, againMs = 5_000 }: PurgerOptions,
) {
  /** Tags that wait, and whether it is for the second time. */
  const waiting = new Map<string, boolean>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const stopped = new AbortController();
  const counts = { sent: 0, failed: 0 };
  /** Too many waited: all answers are purged. */
  let isAll = false;
  let isReaching = false;
  let hasFailed = false;

  const send = createPaced(async () => {
    while (waiting.size || isAll) {
      if (isAll) waiting.set(await all(), false);
      isAll = false;
      await sendSome([...waiting].slice(0, maxTagsOfRequest));
    }
  }, {
    intervalMs,
    maxPauseMs,
    onSuccess() {
      isReaching = true;
      if (hasFailed) log({ level: "info", message: "The CDN takes purges again" });
      hasFailed = false;
    },
    onFailure(error) {
      isReaching = false;
      const cause = error instanceof PurgeRefused ? error.message : error instanceof Error ? error.name : "";
      if (!hasFailed) {
        const message = "The CDN takes no purges: they are repeated, and until then it is given no answers";
        log({ level: "warn", message, cause });
      }
      hasFailed = true;
    },
  }, stopped.signal);

  async function sendSome(batch: [tag: string, isAgain: boolean][]): Promise<void> {
    // what changes while the request is on its way is purged after it
    for (const [tag] of batch) waiting.delete(tag);
    try {
      await request(batch.map(([tag]) => tag));
      counts.sent++;
    } catch (error) {
      counts.failed++;
      for (const [tag, isAgain] of batch) waiting.set(tag, isAgain && (waiting.get(tag) ?? true));
      throw error;
    }
    const firsts = batch.flatMap(([tag, isAgain]) => isAgain ? [] : [tag]);
    if (firsts.length) repeatLater(firsts);
  }

  function repeatLater(tags: string[]): void {
    if (stopped.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      for (const tag of tags) if (!waiting.has(tag)) waiting.set(tag, true);
      send();
    }, againMs);
    timers.add(timer);
  }

  /** Throws when the tags were not taken; what is thrown names neither the address nor the token. */
  async function request(tags: string[]): Promise<void> {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...credential() },
      body: JSON.stringify(style === "fastly" ? { surrogate_keys: tags } : { tags }),
      // where it leads to, the token is not meant for
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new PurgeRefused(`status ${response.status}`);
  }

  function credential(): Record<string, string> {
    if (token === undefined) return {};
    return style === "fastly" ? { "fastly-key": token } : { authorization: `Bearer ${token}` };
  }

  return {
    /** Has the CDN forget all answers with one of these tags. */
    purge(tags: string[]): void {
      if (stopped.signal.aborted) return;
      for (const tag of tags) waiting.set(tag, false);
      if (waiting.size > maxWaiting) {
        waiting.clear();
        isAll = true;
      }
      send();
    },

    /** Whether the last purge was taken: else the CDN is given nothing that it could not forget again. */
    isReaching: () => isReaching,

    stats: () => ({ ...counts, waiting: waiting.size + Number(isAll) }),

    /** Tries once more to have what waits forgotten, then sends nothing. */
    async stop(lastTags: string[]): Promise<void> {
      stopped.abort();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      if (lastTags.length) await sendSome(lastTags.map((tag) => [tag, true])).catch(() => {});
    },
  };
}

/** The CDN answered that it does not take the purge. */
class PurgeRefused extends Error {
  override readonly name = "PurgeRefused";
}
