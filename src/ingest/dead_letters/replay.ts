import { createKeyedMutex } from "../../base/async/keyed_mutex.ts";
import { Problem } from "../../base/problem.ts";
import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import { placePatterns, printCursor, readCursor } from "./cursor.ts";
import { filterParameters, instantText, type LetterFilter, withFilter } from "./filter.ts";
import insertResultsSql from "./insert_results.sql" with { type: "text" };
import { land, type Letter } from "./land.ts";
import pickSql from "./pick.sql" with { type: "text" };
import { type Sight, turnOf } from "./sight.ts";

/** What replays work with. */
export interface ReplayDeps {
  /** Keeps the results. */
  clickHouse: ClickHouse;
  /** Inserts into landing tables. */
  ingester: ClickHouse;
  /** The streams that have a landing table. */
  streams: () => readonly string[];
  clock: () => Date;
}

/** How the replay of a letter ended. */
export interface Replayed {
  id: string;
  outcome: "landed" | "refused";
  replayedAt: string;
  /** Why it was refused. */
  reason: string | null;
}

/** What became of many letters. */
export interface ReplayedMany {
  /** Letters that were sent again. */
  replayed: number;
  landed: number;
  refused: number;
  /** Letters that a replay before has landed. */
  landedBefore: number;
  /** The first that were refused. */
  refusals: { id: string; reason: string }[];
  /** The cursor to go on with; null when all are done. */
  next: string | null;
}

/** A letter about to be sent again, with what is known of it. */
interface Picked extends Letter {
  tenantId: string;
  stream: string;
  isCut: boolean;
  lineBytes: number;
  outcome: "landed" | "refused" | "";
  replayedAt: string;
  /** The engine's time. */
  at: string;
  /** Whether no letter comes after those picked with it. */
  isEnd: 0 | 1;
}

/**
 * A batch holds so many letters, whose ids are a parameter of less than 128 KiB, more than which the engine does not take; and
 * fewer when their lines are longer than so many bytes together.
 */
const batchLetters = 2_000;
const batchBytes = 8_388_608;
/** A request goes on for so long; its answer tells where the next one continues. */
const requestMs = 5_000;
const maxRefusals = 20;
/** How long a batch waits for those before it. */
const waitMs = 30_000;

const zeroId = "00000000-0000-0000-0000-000000000000";
const beginning = ["", "", "1970-01-01 00:00:00.000", zeroId];

/**
 * Sends dead letters again, through the landing table of their stream, so that today's rules decide. A tenant's batches take turns: of
 * two replays of a letter, the second finds that it has landed. An admin of all tenants has a turn of their own, and so has another
 * gateway: there it may be stored a second time; the line's id, or the one that follows from the letter's, makes that count once.
 */
export function createReplays(deps: ReplayDeps) {
  const exclusively = createKeyedMutex();

  async function pick(
    { reader }: Sight,
    parameters: Record<string, string>,
    { isOwned, until, after = beginning, limit }: {
      isOwned?: boolean;
      until?: string;
      after?: string[];
      limit: number;
    },
  ): Promise<Picked[]> {
    const [afterTenant, afterStream, afterAt, afterId] = after;
    return await readRows<Picked>(reader, {
      sql: withFilter(pickSql),
      parameters: {
        ...parameters,
        isOwned: isOwned === undefined ? "\\N" : String(isOwned),
        until: until ?? "\\N",
        afterTenant: escapeString(afterTenant),
        afterStream: escapeString(afterStream),
        afterAt,
        afterId,
        limit: String(limit),
      },
    });
  }

  /** Sends letters again that no replay has landed, and keeps how that ended. */
  async function replay(sight: Sight, letters: Picked[], asTenantId: string): Promise<Replayed[]> {
    const reasons = new Map<string, string>();
    const streams = deps.streams();
    for (const { id, stream, isCut } of letters) {
      if (isCut) reasons.set(id, "Only the beginning of the line was kept: send it again from its source");
      else if (!streams.includes(stream)) {
        reasons.set(id, `There is no stream "${stream}" in which it could land`);
      }
    }
    const sound = letters.filter(({ id }) => !reasons.has(id));
    for (const [stream, ofStream] of Map.groupBy(sound, ({ stream }) => stream)) {
      const refused = await land({ ingester: deps.ingester, sight, stream, asTenantId }, ofStream);
      for (const [id, reason] of refused) reasons.set(id, reason);
    }
    const now = deps.clock();
    const results = letters.map(({ id }): Replayed => {
      const reason = reasons.get(id) ?? null;
      return { id, outcome: reason === null ? "landed" : "refused", replayedAt: now.toISOString(), reason };
    });
    const rows = results.map(({ id, outcome, reason }, i) => ({
      tenant_id: letters[i].tenantId || asTenantId,
      letter_id: id,
      replayed_at: instantText(now),
      outcome,
      reason: reason ?? "",
    }));
    if (rows.length) {
      await run(deps.clickHouse, {
        sql: insertResultsSql,
        body: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")),
        settings: { async_insert: 0 },
      });
    }
    return results;
  }

  return {
    /** Sends one letter again, unless it has landed before. Throws Problem, also when there is no such letter. */
    async one(sight: Sight, id: string, asTenantId?: string): Promise<Replayed> {
      return await exclusively(turnOf(sight), waitMs, async () => {
        const parameters = filterParameters({ tenantId: sight.ownTenant }, id);
        const [letter] = await pick(sight, parameters, { limit: 1 });
        if (!letter) throw noSuchLetter();
        if (letter.outcome === "landed") {
          return { id, outcome: "landed", replayedAt: letter.replayedAt, reason: null };
        }
        if ((letter.tenantId === "") !== (asTenantId !== undefined)) throw tenantFault(letter.tenantId);
        const [replayed] = await replay(sight, [letter], asTenantId ?? "");
        return replayed;
      });
    },

    /**
     * Sends the letters of a filter again, in batches, the oldest of each tenant and stream first; those that came without a
     * tenant only when it is said whose they are. Those that have landed are passed over, so that a replay that was cut off
     * may begin from the start. Throws Problem.
     */
    async many(
      sight: Sight,
      filter: LetterFilter,
      { asTenantId, cursor, signal, forMs = requestMs }: {
        asTenantId?: string;
        cursor?: string;
        signal?: AbortSignal;
        forMs?: number;
      } = {},
    ): Promise<ReplayedMany> {
      if ((filter.tenantId === "") !== (asTenantId !== undefined) && filter.tenantId !== undefined) {
        throw tenantFault(filter.tenantId);
      }
      const { instant, text, id } = placePatterns;
      const named = { ...filter, asTenantId };
      const place = cursor === undefined
        ? undefined
        : readCursor(named, [instant, text, text, instant, id], cursor);
      let [until, after] = place ? [place[0], place.slice(1)] : [undefined, beginning];
      const done: ReplayedMany = {
        replayed: 0,
        landed: 0,
        refused: 0,
        landedBefore: 0,
        refusals: [],
        next: null,
      };
      const parameters = filterParameters(filter);
      const since = performance.now();
      do {
        const last = await exclusively(turnOf(sight), waitMs, async () => {
          const isOwned = asTenantId === undefined;
          const picked = await pick(sight, parameters, { isOwned, until, after, limit: batchLetters });
          until ??= picked[0]?.at;
          const batch = firstOf(picked, batchBytes);
          const waiting = batch.filter(({ outcome }) => outcome !== "landed");
          // a letter that was stored twice is one
          const letters = [...new Map(waiting.map((letter) => [letter.id, letter])).values()];
          count(done, await replay(sight, letters, asTenantId ?? ""), batch.length - waiting.length);
          const last = batch.at(-1);
          return batch.length === picked.length && last?.isEnd ? undefined : last;
        });
        if (!last) return { ...done, next: null };
        after = [last.tenantId, last.stream, last.receivedAt, last.id];
      } while (performance.now() - since < forMs && !signal?.aborted);
      return { ...done, next: printCursor(named, [until!, ...after]) };
    },
  };
}

/** What there is no letter for. */
export function noSuchLetter(): Problem {
  return new Problem("not-found", { detail: "There is no dead letter of this id" });
}

/** What is wrong with a replay that says, or does not say, whose letters without a tenant are. */
function tenantFault(tenantId: string): Problem {
  const detail = tenantId === ""
    ? "asTenantId is missing: the letters came without a tenant"
    : "asTenantId is for letters that came without a tenant: these have their own";
  return new Problem("invalid-parameter", { detail, parameter: "asTenantId" });
}

/** The first letters, at least one, whose lines have at most so many bytes together. */
function firstOf(letters: Picked[], maxBytes: number): Picked[] {
  let bytes = 0;
  const end = letters.findIndex(({ lineBytes }, i) => (bytes += lineBytes) > maxBytes && i > 0);
  return end < 0 ? letters : letters.slice(0, end);
}

function count(done: ReplayedMany, results: Replayed[], landedBefore: number): void {
  done.replayed += results.length;
  done.landedBefore += landedBefore;
  for (const { id, outcome, reason } of results) {
    done[outcome]++;
    if (reason !== null && done.refusals.length < maxRefusals) done.refusals.push({ id, reason });
  }
}
