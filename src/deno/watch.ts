import { root } from "./sql_files.ts";

const settleMs = 50;

/** Calls `changed` when files below `sql/` were saved, once for a burst of events. Returns how to stop. */
export function watchQueries(changed: () => Promise<void>): () => void {
  const watcher = Deno.watchFs(`${root}sql`, { recursive: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve();
  (async () => {
    for await (const event of watcher) {
      if (event.kind === "access" || !event.paths.some((path) => path.endsWith(".sql"))) continue;
      clearTimeout(timer);
      timer = setTimeout(() => last = last.then(changed), settleMs);
    }
  })();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
