/** Runs `stop` at the first SIGINT or SIGTERM, then exits; a second signal exits at once. */
export function onSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const handler = async () => {
    if (isStopping) Deno.exit(130);
    isStopping = true;
    await stop();
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGINT", handler);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", handler);
}
