import { basename } from "node:path";
import { sqlFolder } from "../hosts/deno/sql_files.ts";

const settleMs = 50;

/** Calls `changed` when files below the folder were saved, once for a burst of events. Returns how to stop. */
export function watchQueries(sqlDir: string, changed: () => Promise<void>): () => void {
  const watcher = Deno.watchFs(sqlFolder(sqlDir), { recursive: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve();
  (async () => {
    for await (const event of watcher) {
      if (event.kind === "access" || !event.paths.some(mayHoldQueries)) continue;
      clearTimeout(timer);
      timer = setTimeout(() => last = last.then(changed), settleMs);
    }
  })();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

/** Whether a path is a query file or, by its name, a folder: one that moves has no event for its files. */
function mayHoldQueries(path: string): boolean {
  return path.endsWith(".sql") || !basename(path).includes(".");
}
