import { basename } from "node:path";

const settleMs = 50;

/**
 * Calls `changed` when files of these endings below the folders were saved, once for a burst of events. Returns how to stop.
 */
export function watchFiles(folders: string[], endings: string[], changed: () => Promise<void>): () => void {
  const watcher = Deno.watchFs(folders, { recursive: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve();
  // a folder, by its name, may hold such files: one that moves has no event for them
  const concerns = (path: string) =>
    endings.some((ending) => path.endsWith(ending)) && basename(path) !== "schema.sql" ||
    !basename(path).includes(".");
  (async () => {
    for await (const event of watcher) {
      if (event.kind === "access" || !event.paths.some(concerns)) continue;
      clearTimeout(timer);
      timer = setTimeout(() => last = last.then(changed), settleMs);
    }
  })();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
