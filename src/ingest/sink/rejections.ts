import { type ClickHouse, readRows } from "../../clickhouse/client.ts";
import type { SinkMessage } from "../message.ts";
import rejectionsSql from "./rejections.sql" with { type: "text" };

/** How many of a batch became dead letters, and why the first did. */
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
  const requestIds = new Set<string>();
  let [first, last] = [Infinity, 0];
  for (const { requestId, sequence } of messages) {
    requestIds.add(requestId);
    first = Math.min(first, sequence % 2 ** 32);
    last = Math.max(last, sequence % 2 ** 32);
  }
  const rows = await readRows<{ requestId: string; number: number; reason: string }>(clickHouse, {
    sql: rejectionsSql,
    parameters: {
      stream,
      requestIds: `[${[...requestIds].map((id) => `'${id}'`).join(",")}]`,
      first: String(first),
      last: String(last),
      // clocks of two machines differ by less than this
      sinceMs: String(sinceMs - 60_000),
    },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (rows.length === 0) return { count: 0 };
  // those of other batches may lie between
  const own = new Set(messages.map(({ requestId, sequence }) => `${requestId} ${sequence % 2 ** 32}`));
  const rejected = rows.filter(({ requestId, number }) => own.has(`${requestId} ${number}`));
  return { count: rejected.length, first: rejected[0]?.reason };
}
