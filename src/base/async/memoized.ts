/** The same work, which all who ask at once share, and whose result is good for `freshMs` when `isGood` says so. */
export function memoized<Result>(
  work: () => Promise<Result>,
  freshMs: number,
  isGood: (result: Result) => boolean = () => true,
): () => Promise<Result> {
  let known: { result: Result; at: number } | undefined;
  let running: Promise<Result> | undefined;

  async function run(): Promise<Result> {
    const result = await work();
    known = isGood(result) ? { result, at: performance.now() } : undefined;
    return result;
  }

  return async function keep() {
    if (known && performance.now() - known.at < freshMs) return known.result;
    return await (running ??= run().finally(() => running = undefined));
  };
}
