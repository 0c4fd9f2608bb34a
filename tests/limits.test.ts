import assert from "node:assert/strict";
import { createGateway, newTenant, queryFile } from "./gateway.ts";

const rows = "SELECT number AS n, {text:String} AS text FROM numbers({count:UInt32})";
const params = "tenant: none\nparams:\n  text: { default: x }";
const gateway = await createGateway({
  files: [
    queryFile("limits/rows", params, rows),
    queryFile("limits/few", `${params}\nsettings:\n  max_result_rows: 10`, rows),
    queryFile("limits/small", `${params}\nsettings:\n  max_result_bytes: 100000`, rows),
    queryFile(
      "limits/memory",
      "tenant: none",
      "SELECT uniqExact(sipHash128(number)) AS total FROM numbers({count:UInt32})",
    ),
    queryFile(
      "limits/more",
      "tenant: none\nsettings:\n  max_rows_to_read: 2000000",
      "SELECT sum(number) AS total FROM numbers({count:UInt32})",
    ),
  ],
  config: { MAX_QUERY_ROWS: 1_000_000, MAX_QUERY_MEMORY_BYTES: 50_000_000, MAX_RESULT_BYTES: 1_000_000 },
});

/** The detail of the 422. */
async function refusalOf(name: string, parameters: Record<string, unknown>): Promise<string> {
  const { status, body } = await gateway.query(name, newTenant(), parameters);
  assert.deepEqual(
    [status, body.type],
    [422, "/problems/query-too-large"],
    JSON.stringify(body).slice(0, 300),
  );
  return body.detail;
}

async function rowsOf(name: string, parameters: Record<string, unknown>): Promise<number> {
  const { status, body } = await gateway.query(name, newTenant(), parameters);
  assert.equal(status, 200, JSON.stringify(body));
  return body.meta.rows;
}

Deno.test("A query without limits in its front matter has those of the configuration", async () => {
  assert.equal(await refusalOf("limits/memory", { count: 1_000_001 }), "It may read 1 million rows");
  assert.equal(await refusalOf("limits/memory", { count: 1_000_000 }), "It may use 47.68 MiB of memory");
  assert.equal(await rowsOf("limits/memory", { count: 1_000 }), 1);
});

Deno.test("The front matter's limits go before those of the configuration", async () => {
  assert.equal(await rowsOf("limits/more", { count: 1_500_000 }), 1);
  assert.equal(await refusalOf("limits/more", { count: 2_000_001 }), "It may read 2 million rows");
});

Deno.test("A JSON answer has at most so many rows and bytes, and is never cut off in silence", async () => {
  assert.equal(await rowsOf("limits/few", { count: 10 }), 10);
  assert.equal(await refusalOf("limits/few", { count: 11 }), "It may answer 10 rows");
  assert.equal(await rowsOf("limits/small", { count: 1_000 }), 1_000);
  assert.equal(await refusalOf("limits/small", { count: 100_000 }), "It may answer 97.66 KiB");
});

Deno.test("A JSON answer whose text is longer than its rows in memory is bounded, too", async () => {
  // {"n":10000,"text":"x"}, some 23 characters where the engine counts 8 + 10 bytes
  const detail = await refusalOf("limits/rows", { count: 50_000 });
  assert.equal(detail, "The answer has more than 1000000 bytes: ask for less of it, or for an export");
});

Deno.test("An export has no limit of rows or bytes", async () => {
  const response = await gateway.fetch("/v1/limits/few?count=100000&format=ndjson", newTenant());
  const lines = (await response.text()).split("\n");
  assert.equal(lines.length, 100_001);
});
