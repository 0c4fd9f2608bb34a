import type { MemoryStore } from "../catalog/inspection_memory.ts";
import { root } from "../hosts/deno/sql_files.ts";
import { writeWhole } from "../hosts/deno/write_whole.ts";

/** What decides about an inspection besides the database: the code that makes it, and what its user may read. */
const sources = ["src/catalog", "src/clickhouse", "deploy/clickhouse"];

/** A store of inspections in a file, of which is read only what the same code has written. */
export function keptInspections(file: string): MemoryStore {
  const hash = hashOf(sources);
  return {
    async read() {
      try {
        const text = await Deno.readTextFile(file);
        const [code] = text.split("\n", 1);
        return code === await hash ? text.slice(code.length + 1) : undefined;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
    async write(text) {
      await writeWhole(file, `${await hash}\n${text}`);
    },
  };
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
