import { readBytes } from "../../clickhouse/client.ts";
import type { Reply } from "../../clickhouse/transport.ts";
import { ClickHouseUnreachable } from "../../clickhouse/exception.ts";
import { Problem } from "../../base/problem.ts";

/** An answer of fewer bytes in the engine's memory is read at once: its text is some times as long at most. */
const smallBytes = 100_000;

/**
 * The bytes of an answer that is held as a whole. The engine bounds it by its own form in memory (`max_result_bytes`), of which the
 * text may be a multiple: names are repeated in each row. Throws a Problem when the text is too long, ClickHouseUnreachable.
 */
export async function readAnswer(
  response: Reply,
  resultBytes: number,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (resultBytes < smallBytes || !response.body) return await readBytes(response, signal);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new ClickHouseUnreachable("ClickHouse left in the middle of an answer", { cause: error });
  }
  if (size > maxBytes) {
    const detail = `The answer has more than ${maxBytes} bytes: ask for less of it, or for an export`;
    throw new Problem("query-too-large", { detail });
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
