import { LRUCache } from "lru-cache";
import { type Entry, entryBytes } from "./entry.ts";
import { matchesPurge, type Purge } from "./purge.ts";
import type { Held } from "./stats.ts";

/** Share of the cache that one answer may take. */
const maxEntryShare = 0.05;

/** The answers that are kept: those used least recently go when there is no room. */
export type Kept = ReturnType<typeof createKept>;

/** Keeps answers of `maxBytes` together, and none of more than a twentieth of that. */
export function createKept(maxBytes: number) {
  /** Answers by each table whose changes matter to them. */
  const watched = new Map<string, Set<Entry>>();
  const maxEntryBytes = Math.floor(maxBytes * maxEntryShare);
  /** Answers that were dropped for lack of room, by query. */
  const evicted = new Map<string, number>();
  let evictions = 0;
  let tooLarge = 0;

  const entries = new LRUCache<string, Entry>({
    maxSize: Math.max(1, maxBytes),
    maxEntrySize: Math.max(1, maxEntryBytes),
    dispose(entry, _key, reason) {
      if (reason === "evict") {
        evictions++;
        evicted.set(entry.query, (evicted.get(entry.query) ?? 0) + 1);
      }
      stopWatching(entry);
    },
  });

  function watch(entry: Entry, tables: string[]): void {
    for (const table of tables) {
      const holders = watched.get(table);
      if (holders) holders.add(entry);
      else watched.set(table, new Set([entry]));
    }
  }

  function stopWatching(entry: Entry): void {
    for (const table of entry.tables) {
      const holders = watched.get(table);
      if (holders?.delete(entry) && holders.size === 0) watched.delete(table);
    }
  }

  const fits = (entry: Entry) => entryBytes(entry) <= maxEntryBytes;

  return {
    maxEntryBytes,

    /** Whether an answer is small enough to be kept. */
    fits,

    /** The answer of a key, which counts as used. */
    get: (key: string): Entry | undefined => entries.get(key),

    /** The answer of a key, which does not count as used. */
    peek: (key: string): Entry | undefined => entries.peek(key),

    /** Keeps an answer in place of the one of its key, unless it is too large. */
    set(entry: Entry): void {
      if (!fits(entry)) {
        tooLarge++;
        entries.delete(entry.key);
        return;
      }
      entries.set(entry.key, entry, { size: entryBytes(entry) });
      watch(entry, tablesToWatch(entry));
    },

    /** Notes that a table was seen to have changed. */
    change(table: string, at: number): void {
      for (const entry of [...watched.get(table) ?? []]) {
        entry.changedAt ??= at;
        entry.isOverwritten ||= entry.writtenTables.includes(table);
        stopWatching(entry);
        watch(entry, tablesToWatch(entry));
      }
    },

    /** Tables whose changes matter to an answer. */
    tables: () => watched.keys(),

    /** Forgets the answers that a purge means; returns how many. */
    purge(command: Purge, begunBefore?: number): number {
      let forgotten = 0;
      for (const [key, entry] of [...entries.entries()]) {
        if (matchesPurge(command, entry, begunBefore) && entries.delete(key)) forgotten++;
      }
      return forgotten;
    },

    /** What is held of a query; walks all entries. */
    byQuery(): (query: string) => Held {
      const held = new Map<string, Held>();
      const heldOf = (query: string) =>
        held.get(query) ?? { entries: 0, bytes: 0, evictions: evicted.get(query) ?? 0 };
      for (const entry of entries.values()) {
        const { entries, bytes, evictions } = heldOf(entry.query);
        held.set(entry.query, { entries: entries + 1, bytes: bytes + entryBytes(entry), evictions });
      }
      return heldOf;
    },

    size: () => entries.size,
    stats: () => ({ entries: entries.size, bytes: entries.calculatedSize, maxBytes, evictions, tooLarge }),
  };
}

/** The tables whose changes matter to an answer: all while it is as good as new, then those that keep it from going out. */
function tablesToWatch({ changedAt, isOverwritten, tables, writtenTables }: Entry): string[] {
  if (changedAt === undefined) return tables;
  return isOverwritten ? [] : writtenTables;
}
