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
  return { ...readSse(response), response };
}

/** Opens a stream that stands at the present, and leaves it; returns its id. */
export async function presentId(gateway: Pick<TestGateway, "fetch">, tenantId: string): Promise<string> {
  const stream = await open(gateway, tenantId);
  const { id } = await stream.until("position");
  await stream.close();
  return id!;
}
