/** What `work` gives, or undefined when it fails, is absent, or takes longer than `ms`. */
export async function withTimeout<Result>(
  ms: number,
  work: (() => Promise<Result>) | undefined,
): Promise<Result | undefined> {
  if (!work) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ms));
  try {
    return await Promise.race([work(), late]);
  } catch {
    return;
  } finally {
    clearTimeout(timer);
  }
}
