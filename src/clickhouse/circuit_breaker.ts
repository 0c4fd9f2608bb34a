import type { ClickHouse } from "./client.ts";
import { ClickHouseError, ClickHouseUnreachable } from "./exception.ts";
import type { Log } from "../base/log.ts";

/** Asks ClickHouse for a sign of life; rejects when none comes. */
export type Ping = (signal: AbortSignal) => Promise<void>;

/** How `withCircuitBreaker` notices silence and hears of its end. */
export interface SilenceOptions {
  ping: Ping;
  log: Log;
  /** Ends the watching. */
  signal: AbortSignal;
}

const tickMs = 250;
/**
 * After so long without an answer, also to pings, new statements are refused, and those fail that have heard nothing
 * since they began: with the ticks around it, within 2 s.
 */
const refuseMs = 1_000;
/** After so long all that wait fail: a database that is only busy answers a ping by then. */
const giveUpMs = 10_000;

/**
 * The client, for a ClickHouse that may fall silent without closing its connections: a process that hangs, a host
 * that is gone. As long as statements wait and none is answered, ClickHouse is pinged; when pings find nobody for
 * a second, new statements fail with ClickHouseUnreachable, until a ping is answered; after ten seconds older ones, which
 * may be at work, fail too. A slow statement alone is no silence. An answer whose head has come is left alone.
 */
export function withCircuitBreaker(clickHouse: ClickHouse, options: SilenceOptions): ClickHouse {
  const { ping, log, signal: stopped } = options;
  const waiting = new Map<AbortController, number>();
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
    if (askingSince !== undefined) refuse(now - askingSince);
    watch();
  }

  function ask(now: number) {
    askingSince ??= now;
    if (isPinging) return;
    isPinging = true;
    ping(AbortSignal.any([stopped, AbortSignal.timeout(refuseMs)])).then(hear, () => {}).finally(() =>
      isPinging = false
    );
  }

  function hear() {
    heardAt = performance.now();
    askingSince = undefined;
    if (isSilent) log({ level: "info", message: "ClickHouse answers again" });
    isSilent = false;
  }

  function refuse(silentMs: number) {
    if (silentMs < refuseMs) return;
    if (!isSilent) {
      log({ level: "error", message: "ClickHouse does not answer: requests are refused until it does" });
    }
    isSilent = true;
    const first = silentMs < giveUpMs ? heardAt : 0;
    for (const [controller, startedAt] of waiting) if (startedAt >= first) controller.abort(silence());
  }

  return async function watched(statement) {
    const { signal } = statement;
    signal?.throwIfAborted();
    if (isSilent) throw silence();
    const controller = new AbortController();
    signal?.addEventListener("abort", () => controller.abort(signal.reason));
    waiting.set(controller, performance.now());
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
