import assert from "node:assert/strict";
import { signToken } from "../src/auth/token.ts";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { engineOptions, newTenant, queryFile, secret } from "./gateway.ts";
import { startProgram, temporaryFolder, waitFor } from "./program.ts";

// Exports through a process with a small heap: one that would not fit, and smaller ones of the other formats. With
// EXPORT_MEGABYTES=2000 all are of that size, but for xlsx, and what they took is printed.

const heapMegabytes = 256;
/** Where a process of Deno stands without any export is some 100 MB; the rest is the heap and what it waits with. */
const maxResidentMegabytes = 450;
const askedMegabytes = Number(Deno.env.get("EXPORT_MEGABYTES") || 0);
const megabytes = { ndjson: 400, csv: 60, parquet: 60, arrow: 60, xlsx: 30 };

/** About as much has a row of NDJSON, and 128 of it no format packs to less than half. */
const rowBytes = 230;
const mark = `mark${crypto.randomUUID().replaceAll("-", "")}`;
const rows = queryFile(
  "memory/rows",
  "",
  `SELECT number AS n, {tenantId:String} AS tenant, hex(SHA512(toString(number))) AS ${mark}
  FROM numbers({count:UInt64})`,
);

/** A gateway with a heap of 256 MB; `request` asks for a number of rows. */
async function withSmallHeap(
  work: (gateway: {
    request: (format: string, count: number, signal?: AbortSignal) => Promise<Response>;
    /** The largest resident memory seen so far, in megabytes. */
    peakMegabytes: () => number;
  }) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/memory`);
  await Deno.writeTextFile(`${folder.path}/memory/rows.sql`, rows.text);
  const { url, user, password, database } = engineOptions();
  const flags = [`--v8-flags=--max-old-space-size=${heapMegabytes}`, "--allow-all", "src/hosts/deno/main.ts"];
  await using program = startProgram(Deno.execPath(), ["run", ...flags], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    MAX_QUERY_SECONDS: "300",
    MAX_QUERY_ROWS: "0",
    SLUICE_SQL_DIR: folder.path,
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  const token = await signToken(secret, { tenantId: newTenant(), scope: "query", expires: "1h" });
  let peak = 0;
  const watch = setInterval(() => peak = Math.max(peak, residentMegabytes(program.pid)), 100);
  try {
    await work({
      request: (format, count, signal) =>
        fetch(`${address}/v1/memory/rows?format=${format}&count=${count}`, {
          headers: { authorization: `Bearer ${token}` },
          signal,
        }),
      peakMegabytes: () => peak = Math.max(peak, residentMegabytes(program.pid)),
    });
  } finally {
    clearInterval(watch);
  }
}

function residentMegabytes(pid: number): number {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).outputSync();
  return Number(new TextDecoder().decode(stdout)) / 1024;
}

/** What the engine says of the export that runs, if one does. */
async function running(): Promise<{ readRows: number; memoryMegabytes: number } | undefined> {
  const [found] = await readRows<{ readRows: number; memoryMegabytes: number }>(
    createClickHouse(engineOptions()),
    {
      sql: `SELECT toUInt64(read_rows) AS readRows, memory_usage / 1e6 AS memoryMegabytes
        FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%system.processes%'`,
    },
  );
  return found;
}

Deno.test("Exports of any size pass through a heap of 256 MB", async (t) => {
  await withSmallHeap(async ({ request, peakMegabytes }) => {
    for (const [format, size] of Object.entries(megabytes)) {
      await t.step(format, async () => {
        const wanted = Math.ceil((askedMegabytes || size) * 1e6 / rowBytes);
        const count = format === "xlsx" ? Math.min(1_048_575, wanted) : wanted;
        const start = performance.now();
        const response = await request(format, count);
        assert.equal(response.status, 200);
        let bytes = 0;
        for await (const chunk of response.body!) bytes += chunk.length;
        const seconds = (performance.now() - start) / 1000;
        const figures = `${format}: ${(bytes / 1e6).toFixed()} MB in ${seconds.toFixed(1)} s, ` +
          `${peakMegabytes().toFixed()} MB resident at most`;
        // deno-lint-ignore no-console -- figures that somebody asked for
        if (askedMegabytes) console.log(figures);
        assert.ok(bytes > count * 64, figures);
        assert.ok(peakMegabytes() < maxResidentMegabytes, figures);
      });
    }
  });
});

Deno.test("A slow reader has ClickHouse wait, and one who leaves stops it", async () => {
  await withSmallHeap(async ({ request, peakMegabytes }) => {
    const leaving = new AbortController();
    const response = await request("ndjson", 1e10, leaving.signal);
    const reader = response.body!.getReader();
    await reader.read();
    // nobody reads on: what ClickHouse has read stays the same from some moment on, over five looks
    let seen = -1;
    let looks = 0;
    const stopped = await waitFor("ClickHouse waits", async () => {
      const now = await running();
      assert.ok(now, "the export runs");
      looks = now.readRows === seen ? looks + 1 : 0;
      seen = now.readRows;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return looks >= 5 && now;
    });
    assert.ok(stopped.readRows * rowBytes < 500e6, `${stopped.readRows} rows are under way`);
    assert.ok(peakMegabytes() < maxResidentMegabytes, `${peakMegabytes()} MB resident`);
    // it goes on when the reader does
    for (let bytes = 0; bytes < 100e6;) bytes += (await reader.read()).value!.length;
    await waitFor("ClickHouse reads on", async () => (await running())!.readRows > stopped.readRows);
    leaving.abort();
    await reader.read().catch(() => {});
    await waitFor("the query stops", async () => await running() === undefined);
  });
});
