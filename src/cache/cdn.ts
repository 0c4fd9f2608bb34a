import type { Log } from "../base/log.ts";
import type { Entry } from "./entry.ts";
import type { Purge, Purgeable } from "./purge.ts";
import { createPurger, type PurgerOptions, type PurgeStyle } from "./cdn_purger.ts";
import { createTags } from "./cdn_tags.ts";

/** What `createCdn` uses. */
export interface CdnOptions extends Pick<PurgerOptions, "intervalMs" | "maxPauseMs" | "againMs"> {
  url: string;
  token?: string;
  style: PurgeStyle;
  /** Longest time for which the CDN may keep an answer. */
  maxSeconds: number;
  /** Of which all gateways make the same tags. */
  secret: string | undefined;
  log: Log;
  monotonic: () => number;
}

/** After the last answer from a table has ended in the CDN, its changes matter for so much longer. */
const slackMs = 60_000;

/** A CDN in front of the gateways that is told what to forget. */
export type Cdn = ReturnType<typeof createCdn>;

/** Lets a CDN keep answers, and has it forget those whose tables change. */
export function createCdn({ secret, maxSeconds, monotonic, ...options }: CdnOptions) {
  const tags = createTags(secret);
  const purger = createPurger({ ...options, all: tags.all });
  /** Tables from which the CDN may hold answers, and until when. */
  const held = new Map<string, number>();

  const purge = (made: Promise<string[]>) => void made.then(purger.purge);

  function hold(tables: string[], ms: number): void {
    const until = monotonic() + ms;
    for (const table of tables) if (until > (held.get(table) ?? 0)) held.set(table, until);
  }

  return {
    /** The tags of an answer that is made. Changes of its tables matter from now on, though no cache of ours may keep it. */
    tagsOf(answer: Purgeable): Promise<string[]> {
      hold(answer.tables, slackMs);
      return tags.of(answer);
    },

    /**
     * The fields that let a CDN keep an answer for `seconds` at most, or none: an answer that is known to be outdated, or of a
     * table that callers write, is asked for each time. Its tables' changes are purged from now on.
     */
    fields(entry: Entry, ageSeconds: number, seconds: number): Record<string, string> {
      const { tags, tables, writtenTables, changedAt } = entry;
      const most = Math.floor(Math.min(seconds, maxSeconds));
      if (most < 1 || !tags || writtenTables.length || changedAt !== undefined || !purger.isReaching()) {
        return {};
      }
      // a cache takes the age away
      const maxAge = ageSeconds + most;
      hold(tables, maxAge * 1_000 + slackMs);
      return {
        "cdn-cache-control": `public, max-age=${maxAge}, must-revalidate`,
        "surrogate-control": `max-age=${maxAge}`,
        "surrogate-key": tags.join(" "),
        "cache-tag": tags.join(","),
      };
    },

    /** Tables whose changes matter to what the CDN may hold. */
    tables(): string[] {
      const now = monotonic();
      for (const [table, until] of held) if (until < now) held.delete(table);
      return [...held.keys()];
    },

    /** Has it forget the answers from a table that changed. */
    change(table: string): void {
      if (held.has(table)) purge(Promise.all([tags.ofTable(table)]));
    },

    /** Has it forget what a purge means, and sometimes more. */
    purge: (command: Purge) => purge(tags.purged(command)),

    /** Has it forget everything. */
    purgeAll: () => purge(Promise.all([tags.all()])),

    stats: purger.stats,

    /** Has it forget everything once more: from now on nobody here sees what changes. */
    stop: async () => await purger.stop([await tags.all()]),
  };
}
