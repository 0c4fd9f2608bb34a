import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import type { SinkMessage } from "../message.ts";
import { maxLines } from "./message_lines.ts";
import { severalOf } from "./message_rows.ts";
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
    const number = message.sequence % 2 ** 32;
    singles.add(message.requestId, number, number);
    const { requestId, firstLine } = severalOf(message);
    several.add(requestId, firstLine, firstLine + maxLines - 1);
  }
  const rows = await readRows<{ requestId: string; number: number; reason: string }>(clickHouse, {
    sql: rejectionsSql,
    parameters: {
      stream,
      ...singles.parameters(""),
      ...several.parameters("Several"),
      // clocks of two machines differ by less than this
      sinceMs: String(sinceMs - 60_000),
    },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (rows.length === 0) return { count: 0 };
  // those of other batches may lie between
  const own = new Set(messages.flatMap((message) => {
    const { requestId, firstLine } = severalOf(message);
    return [`${message.requestId} ${message.sequence % 2 ** 32}`, `${requestId} ${firstLine >>> 16}`];
  }));
  const isSeveral = new Set(several.requestIds);
  const rejected = rows.filter(({ requestId, number }) =>
    own.has(`${requestId} ${isSeveral.has(requestId) ? number >>> 16 : number}`)
  );
  return { count: rejected.length, first: rejected[0]?.reason };
}

/** Where dead letters of messages are looked for: ids, and from the lowest number to the highest. */
function createPlaces() {
  const requestIds = new Set<string>();
  let [first, last] = [Infinity, 0];
  return {
    requestIds,
    add(requestId: string, from: number, to: number): void {
      requestIds.add(requestId);
      first = Math.min(first, from);
      last = Math.max(last, to);
    },
    parameters: (name: string) => ({
      [`requestIds${name}`]: `[${[...requestIds].map((id) => `'${id}'`).join(",")}]`,
      [`first${name}`]: String(first),
      [`last${name}`]: String(last),
    }),
  };
}
