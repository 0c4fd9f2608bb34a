/** A signal that fires after so many ms, unless it was disposed of: that of `AbortSignal.timeout` fires always, for 16 µs. */
export function createDeadline(ms: number): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException("It took too long", "TimeoutError")), ms);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
