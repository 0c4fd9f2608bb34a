import { pause } from "../base/async/pause.ts";
import type { Log } from "../base/log.ts";
import { ClickHouseError, textForLog } from "../clickhouse/exception.ts";
import type { Checks, createQuality } from "./runner.ts";

/** How often is looked for checks that are due. */
const intervalMs = 15_000;
/** After other query files, above all the first, those who waited for them are answered first. */
const settleMs = 1_000;

/** What looking for due checks uses. */
export interface WatchOptions {
  quality: Pick<ReturnType<typeof createQuality>, "runDue">;
  /** The checks as they are now; throws while nothing is served. */
  checks: () => Checks;
  log: Log;
}

/** Has due checks run, from `start` until `stop`; `wake` looks for them soon. */
export function createQualityWatch({ quality, checks, log }: WatchOptions) {
  const stopped = new AbortController();
  let waking = new AbortController();
  let watching: Promise<void> | undefined;
  let lastFailure: string | undefined;

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      waking = new AbortController();
      await look();
      await pause(intervalMs, AbortSignal.any([stopped.signal, waking.signal]));
      if (waking.signal.aborted) await pause(settleMs, stopped.signal);
    }
  }

  async function look(): Promise<void> {
    let now: Checks;
    try {
      now = checks();
    } catch {
      // nothing is served yet: `wake` comes with it
      return;
    }
    try {
      await quality.runDue(now, stopped.signal);
      lastFailure = undefined;
    } catch (error) {
      if (stopped.signal.aborted) return;
      const text = error instanceof ClickHouseError ? textForLog(error) : String((error as Error).message);
      if (text !== lastFailure) {
        log({ level: "warn", message: "Quality checks that are due cannot run", error: text });
      }
      lastFailure = text;
    }
  }

  return {
    start: () => void (watching ??= watch()),
    wake: () => waking.abort(),
    async stop() {
      stopped.abort();
      await watching;
    },
  };
}
