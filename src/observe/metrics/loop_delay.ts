import { type Histogram, newHistogram, observe } from "./histogram.ts";

const everyMs = 100;

/** Measures how late timers fire, in seconds: how long whatever runs in this process holds up all the rest. */
export function createLoopDelay(): { delays: Histogram; start(): void; stop(): void } {
  const delays = newHistogram();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    delays,
    start() {
      let dueAt = performance.now() + everyMs;
      timer ??= setInterval(() => {
        const now = performance.now();
        observe(delays, Math.max(0, now - dueAt) / 1_000);
        dueAt = now + everyMs;
      }, everyMs);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
