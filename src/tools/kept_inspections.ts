import type { MemoryStore } from "../catalog/inspection_memory.ts";
import { root } from "../hosts/deno/sql_files.ts";
import { writeWhole } from "../hosts/deno/write_whole.ts";
import { userCache } from "./user_cache.ts";

/** What decides about an inspection besides the database: the code that makes it, and what its user may read. */
const sources = ["src/catalog", "src/clickhouse", "deploy/clickhouse"];

/** Files that are kept; those written longest ago go. */
const maxFiles = 16;

/**
 * A store of inspections in the user's cache, for all tools and their engines: of each fingerprint and code a file of its own.
 * What cannot be read or written is not kept: then the engine is asked again.
 */
export function keptInspections(cache = userCache()): MemoryStore {
  const folder = `${cache}/inspections`;
  let code: Promise<string> | undefined;
  const fileOf = async (fingerprint: string) => {
    const hash = await (code ??= hashOf(sources));
    return `${folder}/${hash.slice(0, 16)}-${fingerprint.slice(0, 32)}.json`;
  };
  return {
    async read(fingerprint) {
      if (cache === undefined) return;
      try {
        return await Deno.readTextFile(await fileOf(fingerprint));
      } catch {
        return;
      }
    },
    async write(fingerprint, text) {
      if (cache === undefined) return;
      try {
        await Deno.mkdir(folder, { recursive: true });
        await writeWhole(await fileOf(fingerprint), text);
        await removeOld(folder);
      } catch {
        // the disk is full, or another process has taken an old file away
      }
    },
  };
}

async function removeOld(folder: string): Promise<void> {
  const files = await Array.fromAsync(Deno.readDir(folder), async ({ name }) => {
    const { mtime } = await Deno.stat(`${folder}/${name}`);
    return { name, writtenAt: mtime?.getTime() ?? 0 };
  });
  const old = files.toSorted((a, b) => b.writtenAt - a.writtenAt).slice(maxFiles);
  for (const { name } of old) await Deno.remove(`${folder}/${name}`);
}

async function hashOf(folders: string[]): Promise<string> {
  const parts = await Promise.all(folders.map((folder) => contentsOf(`${root}${folder}`)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)));
  return new Uint8Array(digest).toHex();
}

/** Names and texts of all files below a folder. */
async function contentsOf(folder: string): Promise<string[][]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const parts = await Promise.all(entries.map(async ({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? await contentsOf(path) : [[path, await Deno.readTextFile(path)]];
  }));
  return parts.flat().toSorted(([a], [b]) => a < b ? -1 : 1);
}
