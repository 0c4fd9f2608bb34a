import assert from "node:assert/strict";
import { createClickHouse, run } from "../../src/clickhouse/client.ts";
import { escapeString } from "../../src/clickhouse/string_literal.ts";
import { engineOptions, type TestGateway, tokenOf } from "../gateway.ts";
import { readSse, type SseReader } from "./reader.ts";

const owner = createClickHouse(engineOptions());

/** Writes rows of the log, as a view does; `"#"` in the data stands for the row's number. */
export async function emit(tenantId: string, type: string, data: unknown, count = 1): Promise<void> {
  await run(owner, {
    sql: `INSERT INTO live_events (tenant_id, type, data)
      SELECT {tenantId:String}, {type:String}, replace({data:String}, '"#"', toString(number)) FROM numbers({count:UInt32})`,
    parameters: { tenantId, type, data: escapeString(JSON.stringify(data)), count: String(count) },
    settings: { deduplicate_insert_select: "disable" },
  });
}

/**
 * Writes events of 60 KB until something is so, which one who reads gets meanwhile; returns how many. Each ten of them have
 * an `n` from 0 to 9. How much a stalled connection takes is up to the system: 5 MB on one, 30 MB on another.
 */
export async function emitUntil(
  isSo: () => boolean,
  tenantId: string,
  // deno-lint-ignore no-explicit-any -- a test knows what it wrote
  reader: { event(): Promise<{ data?: any }> },
): Promise<number> {
  const data = { n: "#", text: "x".repeat(60_000) };
  // so few at once that they may wait: a machine that is slow drops nobody who reads
  for (let sent = 0; sent < 4_000;) {
    await emit(tenantId, "metric_updated", data, 10);
    for (let n = 0; n < 10; n++) assert.equal((await reader.event()).data.n, n);
    sent += 10;
    if (isSo()) return sent;
  }
  throw new Error("Nobody stalls after 240 MB");
}

/** A stream, and the answer whose body it is. */
export type OpenStream = SseReader & { response: Response };

/** Opens a stream as a browser does. */
export async function open(
  gateway: Pick<TestGateway, "fetch">,
  tenantId: string,
  search = "",
  headers: Record<string, string> = {},
): Promise<OpenStream> {
  const authorization = `Bearer ${await tokenOf(tenantId, "stream")}`;
  const response = await gateway.fetch(`/v1/stream/updates${search}`, undefined, {
    headers: {
      ...(search.includes("token=") ? {} : { authorization }),
      accept: "text/event-stream",
      ...headers,
    },
  });
  if (response.status !== 200) assert.fail(`The stream was refused: ${await response.text()}`);
  if (response.headers.get("content-encoding") !== "gzip") return { ...readSse(response), response };
  // throws when the checksum or the length at the end are not those of what came
  const unpacked = response.body!.pipeThrough(new DecompressionStream("gzip"));
  return { ...readSse(new Response(unpacked)), response };
}

/** Opens a stream that stands at the present, and leaves it; returns its id. */
export async function presentId(gateway: Pick<TestGateway, "fetch">, tenantId: string): Promise<string> {
  const stream = await open(gateway, tenantId);
  const { id } = await stream.until("position");
  await stream.close();
  return id!;
}
