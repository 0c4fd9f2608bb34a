/** A signal that fires after so many ms, unless it is cleared before: that of `AbortSignal.timeout` fires always, for 16 µs. */
export function createDeadline(ms: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException("It took too long", "TimeoutError")), ms);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
