import { z } from "zod";
import { readRows } from "../../clickhouse/client.ts";
import { placePatterns, printCursor, readCursor } from "./cursor.ts";
import { filterParameters, type LetterFilter, withFilter } from "./filter.ts";
import listSql from "./list.sql" with { type: "text" };
import type { Sight } from "./sight.ts";

/** So much of a line is shown in a list; the letter alone shows all. */
const shownBytes = 4_096;

const count = z.int().meta({ format: "int64" });

/** A dead letter as it is answered. */
export const listedLetter = z.object({
  id: z.uuid(),
  receivedAt: z.iso.datetime().describe("When it first came"),
  tenantId: z.string().describe("Empty when it came without one"),
  stream: z.string(),
  source: z.string().describe("The way it came"),
  reason: z.string().describe("What was wrong with it"),
  line: z.string().describe(
    `The line as it was sent, in a list its first ${shownBytes} bytes; bytes that are not UTF-8 are replaced`,
  ),
  lineBytes: count.describe("Length of what was kept of it"),
  isCut: z.boolean().describe("Whether only its beginning was kept, so that it cannot be sent again"),
  requestId: z.string().describe("The request or the run that brought it"),
  lineNumber: count.describe("Its place there"),
  replayedAt: z.iso.datetime().nullable().describe("When it was last sent again"),
  outcome: z.enum(["landed", "refused"]).nullable().describe("How that ended"),
  refusedAgain: z.string().nullable().describe("Why it was refused again"),
});

/** A dead letter as it is answered. */
export type ListedLetter = z.infer<typeof listedLetter>;

/** A page of dead letters. */
export interface LetterPage {
  letters: ListedLetter[];
  /** The cursor of the next page. */
  next: string | null;
}

/** The letters of a filter, the newest first. Throws Problem. */
export async function listLetters(
  { reader }: Sight,
  filter: LetterFilter,
  { cursor, pageSize, signal }: { cursor?: string; pageSize: number; signal?: AbortSignal },
): Promise<LetterPage> {
  const { instant, id } = placePatterns;
  const [afterAt, afterId] = cursor === undefined
    ? ["\\N", "\\N"]
    : readCursor(filter, [instant, id], cursor);
  const letters = await readRows<ListedLetter>(reader, {
    sql: withFilter(listSql),
    parameters: {
      ...filterParameters(filter),
      afterAt,
      afterId,
      limit: String(pageSize + 1),
      shownBytes: String(shownBytes),
    },
    signal,
  });
  if (letters.length <= pageSize) return { letters, next: null };
  letters.pop();
  const last = letters[letters.length - 1];
  const at = last.receivedAt.slice(0, 23).replace("T", " ");
  return { letters, next: printCursor(filter, [at, last.id]) };
}

/** The letter of an id with its whole line, if there is one. */
export async function findLetter(
  { reader, ownTenant }: Sight,
  id: string,
  signal?: AbortSignal,
): Promise<ListedLetter | undefined> {
  const [letter] = await readRows<ListedLetter>(reader, {
    sql: withFilter(listSql),
    parameters: {
      ...filterParameters({ tenantId: ownTenant }, id),
      afterAt: "\\N",
      afterId: "\\N",
      limit: "1",
      shownBytes: String(2 ** 32),
    },
    signal,
  });
  return letter;
}
