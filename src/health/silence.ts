import type { ClickHouse } from "../clickhouse/client.ts";
import { ClickHouseError, ClickHouseUnreachable } from "../clickhouse/exception.ts";
import type { Log } from "../http/log.ts";

/** Asks ClickHouse for a sign of life; rejects when none comes. */
export type Ping = (signal: AbortSignal) => Promise<void>;

/** How `giveUpOnSilence` notices silence and hears of its end. */
export interface SilenceOptions {
  ping: Ping;
  log: Log;
  /** Ends the watching. */
  signal: AbortSignal;
}

const tickMs = 250;
/** So long nothing may be heard, neither an answer nor a ping: with the ticks around it, 503 comes within 2 s. */
const patienceMs = 1_000;

/**
 * The client, for a ClickHouse that may fall silent without closing its connections: a process that hangs, a host
 * that is gone. As long as statements wait and none is answered, ClickHouse is pinged; when pings find nobody for a
 * second, the waiting statements fail with ClickHouseUnreachable, and new ones at once, until a ping is answered. A
 * slow statement alone is no silence. An answer whose head has come is left alone.
 */
export function giveUpOnSilence(clickHouse: ClickHouse, options: SilenceOptions): ClickHouse {
  const { ping, log, signal: stopped } = options;
  const waiting = new Set<AbortController>();
  let isSilent = false;
  let isPinging = false;
  let heardAt = 0;
  let askingSince: number | undefined;
  let tickedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  stopped.addEventListener("abort", () => clearTimeout(timer));

  function watch() {
    if (timer !== undefined || stopped.aborted) return;
    tickedAt = performance.now();
    timer = setTimeout(tick, tickMs);
  }

  function tick() {
    timer = undefined;
    const now = performance.now();
    // this process was held up itself, so that answers may lie there unread
    if (now - tickedAt > 2 * tickMs) askingSince = undefined;
    if (waiting.size === 0 && askingSince === undefined && !isSilent) return;
    if (now - heardAt >= tickMs) ask(now);
    if (!isSilent && askingSince !== undefined && now - askingSince >= patienceMs) giveUp();
    watch();
  }

  function ask(now: number) {
    askingSince ??= now;
    if (isPinging) return;
    isPinging = true;
    ping(AbortSignal.any([stopped, AbortSignal.timeout(patienceMs)])).then(hear, () => {}).finally(() =>
      isPinging = false
    );
  }

  function hear() {
    heardAt = performance.now();
    askingSince = undefined;
    if (isSilent) log({ level: "info", message: "ClickHouse answers again" });
    isSilent = false;
  }

  function giveUp() {
    isSilent = true;
    log({ level: "error", message: "ClickHouse does not answer: requests are refused until it does" });
    for (const controller of waiting) controller.abort(silence());
  }

  return async function watched(statement) {
    const { signal } = statement;
    signal?.throwIfAborted();
    if (isSilent) throw silence();
    const controller = new AbortController();
    signal?.addEventListener("abort", () => controller.abort(signal.reason));
    waiting.add(controller);
    watch();
    try {
      const response = await clickHouse({ ...statement, signal: controller.signal });
      hear();
      return response;
    } catch (error) {
      if (error instanceof ClickHouseError) hear();
      throw error;
    } finally {
      waiting.delete(controller);
    }
  };
}

function silence(): ClickHouseUnreachable {
  return new ClickHouseUnreachable("ClickHouse does not answer");
}
