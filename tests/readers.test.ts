import assert from "node:assert/strict";
import { createGateway, listen, newTenant, queryFile, tokenOf } from "./gateway.ts";
import { runProgram } from "./program.ts";
import { hasModule, python } from "./python.ts";

// Exports as DuckDB, pandas and PyArrow read them over HTTP; `.ci/install_python` installs these.

/** Few enough for an answer that is kept. */
const rows = 20_000;
const declared = "columns:\n  at: { format: date-time }";
// every third rate is absent, the others are a half; the last instant is 19,999 seconds after the first
const sql = `SELECT
    number AS n,
    if(number % 3 = 0, NULL, 0.5)::Nullable(Float64) AS rate,
    iso_millis(toDateTime64('2026-03-10 00:00:00', 3, 'UTC') + number, 'Asia/Kathmandu') AS at,
    concat('text ', toString(number)) AS text
FROM numbers(${rows})
ORDER BY n`;
const files = [
  queryFile("readers/kept", `tenant: none\ncache: 1h\n${declared}`, sql),
  queryFile("readers/plain", `tenant: none\n${declared}`, sql),
  queryFile(
    "readers/object",
    "tenant: none\nreturns: object\ncache: 1h\ncolumns:\n  byDay.day: { format: date }",
    `SELECT CAST((7, NULL), 'Tuple(sent UInt64, rate Nullable(Float64))') AS summary,
    CAST([('2026-03-09', 3), ('2026-03-10', 4)], 'Array(Tuple(day String, sent UInt64))') AS byDay`,
  ),
];

if (await hasModule("duckdb", "duckdb_extension_httpfs", "pandas", "pyarrow")) {
  Deno.test("DuckDB, pandas and PyArrow read exports by their address, with numbers as numbers and times as times", async () => {
    const gateway = await createGateway({ files, cacheBytes: 50_000_000 });
    const server = listen(gateway);
    try {
      const env = { READERS_URL: server.url, READERS_TOKEN: await tokenOf(newTenant()) };
      const { code, printed } = await runProgram(python, ["tests/readers/read.py"], env);
      assert.equal(code, 0, printed);
      const { duckdb, pandas, pyarrow } = JSON.parse(printed);

      // 0 + 1 + … + 19,999; 6,667 of 20,000 are absent
      const sums = [rows, 199_990_000, 13_333, 6_666.5];
      assert.deepEqual(duckdb.sums, {
        "parquet.kept": sums,
        "parquet.plain": sums,
        "csv.kept": sums,
        "csv.plain": sums,
      });
      assert.deepEqual(duckdb.types, {
        parquet: { n: "UBIGINT", rate: "DOUBLE", at: "TIMESTAMP WITH TIME ZONE", text: "VARCHAR" },
        csv: { n: "BIGINT", rate: "DOUBLE", at: "TIMESTAMP WITH TIME ZONE", text: "VARCHAR" },
      });
      const last = Date.UTC(2026, 2, 10) + 19_999_000;
      assert.deepEqual(duckdb.instants, [last, last]);
      const days = [["2026-03-09", 3], ["2026-03-10", 4]];
      assert.deepEqual(duckdb.table, { parquet: days, csv: days });
      assert.deepEqual(duckdb.object, [[7, null]]);
      assert.ok(gateway.log.some(({ status, path }) => status === 206 && path === "/v1/readers/kept"));

      assert.deepEqual([pandas.types.n, pandas.types.rate], ["int64", "float64"]);
      // 05:33:19Z, in Nepal's time
      const { rows: read, rate, absent, latest } = pandas;
      assert.deepEqual([read, rate, absent, latest], [rows, 6_666.5, 6_667, "2026-03-10T11:18:19+05:45"]);
      assert.deepEqual(pyarrow, {
        rows,
        types: { n: "uint64", rate: "double", at: "timestamp[ms, tz=UTC]", text: "string" },
      });
    } finally {
      await server.stop();
    }
  });
}
