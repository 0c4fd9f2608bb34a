import type { TestGateway } from "../gateway.ts";
import { shown } from "./holds.ts";

/** A row that its stream refused. */
interface Refusal {
  row: unknown;
  reason: string;
}

/** Sends each stream its rows, and returns what was refused and how much that was. `key` is the test's, for what it throws. */
export async function sendRows(
  gateway: TestGateway,
  tenant: string,
  key: string,
  streams: Record<string, Record<string, unknown>[]>,
): Promise<{ rejected: number; refusals: Refusal[] }> {
  let rejected = 0;
  const refusals: Refusal[] = [];
  for (const [stream, rows] of Object.entries(streams)) {
    const events = rows.flatMap(expand).map((event) => ({ id: crypto.randomUUID(), ...event }));
    if (events.length === 0) continue;
    const { status, body } = await gateway.send(stream, tenant, events);
    if (status !== 200 && body.type !== "/problems/nothing-accepted") {
      throw new Error(`${key}.${stream}: ${body.detail ?? shown(body)}`);
    }
    const ingested = body.data ?? body;
    rejected += ingested.rejected;
    for (const { line, reason } of ingested.rejections) {
      const { id: _, ...row } = events[line - 1];
      refusals.push({ row, reason });
    }
  }
  return { rejected, refusals };
}

/** A row with `{1..8}` in its strings is eight rows; the same number stands in all of them. */
function expand(event: Record<string, unknown>): Record<string, unknown>[] {
  const text = JSON.stringify(event);
  const range = /\{(\d+)\.\.(\d+)\}/.exec(text);
  if (!range) return [event];
  const [, first, last] = range.map(Number);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => JSON.parse(text.replaceAll(range[0], String(first + i))),
  );
}
