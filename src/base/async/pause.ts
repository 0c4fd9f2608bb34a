/** Resolves after some ms, or when the signal fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(end, ms);
  function end() {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
    resolve();
  }
  signal?.addEventListener("abort", end);
  return promise;
}
