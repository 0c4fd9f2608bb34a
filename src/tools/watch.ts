import { basename } from "node:path";

const settleMs = 50;

/** Calls `changed` when `.sql` files below the folders were saved, once for a burst of events. Returns how to stop. */
export function watchSql(folders: string[], changed: () => Promise<void>): () => void {
  const watcher = Deno.watchFs(folders, { recursive: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve();
  (async () => {
    for await (const event of watcher) {
      if (event.kind === "access" || !event.paths.some(mayHoldSql)) continue;
      clearTimeout(timer);
      timer = setTimeout(() => last = last.then(changed), settleMs);
    }
  })();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

/** Whether a path is a file of SQL that something is made of or, by its name, a folder: one that moves has no event for its files. */
function mayHoldSql(path: string): boolean {
  const name = basename(path);
  return name.endsWith(".sql") && name !== "schema.sql" || !name.includes(".");
}
