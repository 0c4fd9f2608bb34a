import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import type { SinkMessage } from "../message.ts";
import { maxLines } from "./message_lines.ts";
import { firstLineOf, severalId } from "./message_rows.ts";
import rejectionsSql from "./rejections.sql" with { type: "text" };

/** How many lines of a batch became dead letters, and why the first did. */
export interface Rejections {
  count: number;
  first?: string;
}

const timeoutMs = 5_000;

/** Asks for the dead letters that the views made of messages stored since then. */
export async function readRejections(
  clickHouse: ClickHouse,
  stream: string,
  messages: SinkMessage[],
  sinceMs: number,
): Promise<Rejections> {
  const singles = createPlaces();
  const several = createPlaces();
  for (const message of messages) {
    singles.add(message.requestId, message.sequence % 2 ** 32);
    several.add(message.requestId, firstLineOf(message));
  }
  const rows = await readRows<{ requestId: string; message: number; lines: number; reason: string }>(
    clickHouse,
    {
      sql: rejectionsSql,
      parameters: {
        stream,
        ...singles.parameters("", (id) => id, 1),
        ...several.parameters("Several", severalId, maxLines),
        // clocks of two machines differ by less than this
        sinceMs: String(sinceMs - 60_000),
      },
      signal: AbortSignal.timeout(timeoutMs),
    },
  );
  if (rows.length === 0) return { count: 0 };
  // those of other batches may lie between
  const own = new Set(messages.flatMap((message) => [
    `${message.requestId} ${message.sequence % 2 ** 32}`,
    `${severalId(message.requestId)} ${firstLineOf(message) >>> 16}`,
  ]));
  const rejected = rows.filter(({ requestId, message }) => own.has(`${requestId} ${message}`));
  return { count: rejected.reduce((sum, { lines }) => sum + lines, 0), first: rejected[0]?.reason };
}

/** Where dead letters of messages are looked for: ids, and from the lowest number to the highest. */
function createPlaces() {
  const requestIds = new Set<string>();
  let known = "";
  let [first, last] = [Infinity, 0];
  return {
    add(requestId: string, number: number): void {
      // nearly all have the id of the one before
      if (requestId !== known) requestIds.add(known = requestId);
      if (number < first) first = number;
      if (number > last) last = number;
    },
    /** Each number added stands for so many. */
    parameters: (name: string, idOf: (requestId: string) => string, numbers: number) => ({
      [`requestIds${name}`]: `[${[...requestIds].map((id) => `'${idOf(id)}'`).join(",")}]`,
      [`first${name}`]: String(first),
      [`last${name}`]: String(last + numbers - 1),
    }),
  };
}
