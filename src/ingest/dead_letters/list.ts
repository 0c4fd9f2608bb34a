import { z } from "zod";
import { once } from "../../base/once.ts";
import { readRows } from "../../clickhouse/client.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import { placePatterns, printCursor, readCursor } from "./cursor.ts";
import { filterParameters, type LetterFilter, withFilter } from "./filter.ts";
import lettersSql from "./letters.sql" with { type: "text" };
import pageSql from "./page.sql" with { type: "text" };
import type { Sight } from "./sight.ts";

/** So much of a line is shown in a list; the letter alone shows all. */
const shownBytes = 4_096;

const count = () => z.int().meta({ format: "int64" });

/** A dead letter as it is answered. */
export const listedLetter = once(() =>
  z.object({
    id: z.uuid(),
    receivedAt: z.iso.datetime().describe("When it first came"),
    tenantId: z.string().describe("Empty when it came without one"),
    stream: z.string(),
    source: z.string().describe("The way it came"),
    reason: z.string().describe("What was wrong with it"),
    line: z.string().describe(
      `The line as it was sent, in a list its first ${shownBytes} bytes; bytes that are not UTF-8 are replaced`,
    ),
    lineBytes: count().describe("Length of what was kept of it"),
    isCut: z.boolean().describe("Whether only its beginning was kept, so that it cannot be sent again"),
    requestId: z.string().describe("The request or the run that brought it"),
    lineNumber: count().describe("Its place there"),
    replayedAt: z.iso.datetime().nullable().describe("When it was last sent again"),
    outcome: z.enum(["landed", "refused"]).nullable().describe("How that ended"),
    refusedAgain: z.string().nullable().describe("Why it was refused again"),
  })
);

/** A dead letter as it is answered. */
export type ListedLetter = z.infer<ReturnType<typeof listedLetter>>;

/** A page of dead letters. */
export interface LetterPage {
  letters: ListedLetter[];
  /** The cursor of the next page. */
  next: string | null;
}

/** The letters of a filter, the newest first. Throws Problem. */
export async function listLetters(
  sight: Sight,
  filter: LetterFilter,
  { cursor, pageSize, signal }: { cursor?: string; pageSize: number; signal?: AbortSignal },
): Promise<LetterPage> {
  const { instant, id } = placePatterns;
  const [afterAt, afterId] = cursor === undefined
    ? ["\\N", "\\N"]
    : readCursor(filter, [instant, id], cursor);
  const found = await readRows<{ id: string; firstAt: string }>(sight.reader, {
    sql: withFilter(pageSql),
    parameters: { ...filterParameters(filter), afterAt, afterId, limit: String(pageSize + 1) },
    signal,
  });
  const page = found.slice(0, pageSize);
  const letters = await readLetters(sight, page.map(({ id }) => id), shownBytes, signal);
  const last = page.at(-1);
  return {
    // one may have been deleted meanwhile
    letters: page.flatMap(({ id }) => letters.get(id) ?? []),
    next: last && found.length > pageSize ? printCursor(filter, [last.firstAt, last.id]) : null,
  };
}

/** The letter of an id with its whole line, if there is one. */
export async function findLetter(
  sight: Sight,
  id: string,
  signal?: AbortSignal,
): Promise<ListedLetter | undefined> {
  return (await readLetters(sight, [id], 2 ** 32, signal)).get(id.toLowerCase());
}

async function readLetters(
  { reader, ownTenant }: Sight,
  ids: string[],
  bytes: number,
  signal?: AbortSignal,
): Promise<Map<string, ListedLetter>> {
  if (ids.length === 0) return new Map();
  const letters = await readRows<ListedLetter>(reader, {
    sql: lettersSql,
    parameters: {
      ids: `[${ids.map((id) => `'${id}'`).join(",")}]`,
      ownTenant: ownTenant === undefined ? "\\N" : escapeString(ownTenant),
      shownBytes: String(bytes),
    },
    signal,
  });
  return new Map(letters.map((letter) => [letter.id, letter]));
}
