/** One Ctrl-C arrives twice below `deno task`: from the terminal, and passed on by the task runner. */
const sameSignalMs = 1_000;

/** Runs `stop` at the first SIGINT or SIGTERM, then exits; one that comes a second or more later exits at once. */
export function onSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const handler = async () => {
    if (since !== undefined) {
      if (performance.now() - since >= sameSignalMs) Deno.exit(130);
      return;
    }
    since = performance.now();
    await stop();
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGINT", handler);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", handler);
}
