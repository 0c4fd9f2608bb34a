import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../../src/clickhouse/client.ts";
import { engineOptions, newTenant } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { askAndLeave } from "./leave.ts";
import type { Checks } from "./target.ts";

/** What the engine says of the tenant's query, if one runs. */
async function running(tenant: string): Promise<{ readRows: number } | undefined> {
  const [found] = await readRows<{ readRows: number }>(createClickHouse(engineOptions()), {
    sql: `SELECT toUInt64(read_rows) AS readRows FROM system.processes
      WHERE Settings['log_comment'] = {tenant:String} AND user LIKE '%_reader'`,
    parameters: { tenant },
  });
  return found;
}

/** Bytes that each format begins with. */
const beginnings: Record<string, [type: RegExp, bytes: string]> = {
  csv: [/^text\/csv/, '"n","text"\n0,"'],
  ndjson: [/^application\/x-ndjson/, '{"n":'],
  parquet: [/^application\/vnd\.apache\.parquet/, "PAR1"],
  arrow: [/^application\/vnd\.apache\.arrow/, "\xff\xff\xff\xff"],
  xlsx: [/^application\/vnd\.openxmlformats/, "PK\x03\x04"],
};

/** Answers that stream: their formats, readers that are slow, and readers that leave. */
export const exportChecks: Checks = {
  "each format comes with its type and its bytes": async (target) => {
    for (const [format, [type, beginning]] of Object.entries(beginnings)) {
      const path = `/v1/conformance/rows?count=1000&format=${format}`;
      const response = await target.fetch(path, newTenant());
      const bytes = new Uint8Array(await response.arrayBuffer());
      assert.equal(response.status, 200, format);
      assert.match(response.headers.get("content-type")!, type);
      const begins = Array.from(bytes.subarray(0, beginning.length), (byte) => String.fromCharCode(byte));
      assert.equal(begins.join(""), beginning);
    }
  },

  "a long export comes whole, byte for byte": async (target) => {
    const response = await target.fetch(
      "/v1/conformance/rows?count=200000&format=csv",
      newTenant(),
    );
    let lines = 0;
    let bytes = 0;
    for await (const chunk of response.body!) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    }
    // a row: its number, 50 letters of two bytes, two quotes, a comma, a line's end
    const digits = 10 + 2 * 90 + 3 * 900 + 4 * 9_000 + 5 * 90_000 + 6 * 100_000;
    assert.deepEqual([lines, bytes], [200_001, '"n","text"\n'.length + 200_000 * 104 + digits]);
  },

  "a slow reader has ClickHouse wait, and one who leaves stops it": async (target) => {
    const [tenant, leaving] = [newTenant(), new AbortController()];
    const path = "/v1/conformance/rows?count=10000000000&format=ndjson";
    const response = await target.fetch(path, tenant, { signal: leaving.signal });
    const reader = response.body!.getReader();
    await reader.read();
    // nobody reads on: what ClickHouse has read stays the same from some moment on, over five looks
    let [seen, looks] = [-1, 0];
    const stopped = await waitFor("ClickHouse waits", async () => {
      const now = await running(tenant);
      assert.ok(now, "the export runs");
      looks = now.readRows === seen ? looks + 1 : 0;
      seen = now.readRows;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return looks >= 5 && now;
    });
    // of 120 bytes each: what the connections and ClickHouse's own buffers take
    assert.ok(stopped.readRows < 1_000_000, `${stopped.readRows} rows are under way`);
    await waitFor("ClickHouse reads on", async () => {
      for (let bytes = 0; bytes < 5e6;) bytes += (await reader.read()).value!.length;
      return (await running(tenant))!.readRows > stopped.readRows;
    });
    leaving.abort();
    await reader.read().catch(() => {});
    await waitFor("the query stops", async () => await running(tenant) === undefined);
  },

  "a caller whose connection is reset before the answer stops the query": async (target) => {
    const tenant = newTenant();
    const leave = await askAndLeave(target, "/v1/conformance/endless", tenant);
    await waitFor("the query runs", () => running(tenant));
    leave();
    await waitFor("the query stops", async () => await running(tenant) === undefined);
  },

  "a caller who closes the connection stops the query, where the runtime does not wait for the end": async (
    target,
  ) => {
    if (!target.has.closing) return;
    const [tenant, leaving] = [newTenant(), new AbortController()];
    const asked = target.fetch("/v1/conformance/endless", tenant, { signal: leaving.signal });
    await waitFor("the query runs", () => running(tenant));
    leaving.abort();
    await assert.rejects(asked);
    await waitFor("the query stops", async () => await running(tenant) === undefined);
  },

  "an export that breaks in the middle does not look whole": async (target) => {
    const response = await target.fetch("/v1/conformance/failing?count=1000000&format=ndjson", newTenant());
    assert.equal(response.status, 200);
    await assert.rejects(async () => {
      for await (const _ of response.body!);
    });
  },
};
