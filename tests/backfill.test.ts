import assert from "node:assert/strict";
import { run } from "../src/clickhouse/client.ts";
import { backfillFile } from "../src/tools/backfill/file.ts";
import { readParquet } from "../src/tools/backfill/parquet.ts";
import { createRowEncoder } from "../src/ingest/row_encoder.ts";
import { backfillPostgres, backfillTables } from "../src/tools/backfill/postgres.ts";
import { newTenant } from "./gateway.ts";
import { temporaryFolder } from "./program.ts";
import { withSource } from "./postgres_source.ts";

// Backfills from Postgres and from files, cut off in the middle and started again.

const user = "11111111-1111-4111-8111-111111111111";

Deno.test("a backfill reads a table or a file again, goes on where it was cut off, and doubles nothing", async (t) => {
  await using its = await withSource();
  await using folder = await temporaryFolder();
  const { clickHouse, rows } = its;
  const steps: number[] = [];
  const progress = (done: number) => void steps.push(done);
  const count = async (tenant: string) =>
    (await rows<{ n: number; total: number }>(
      `SELECT count() AS n, round(sum(score), 2) AS total FROM csr_scores FINAL WHERE tenant_id = '${tenant}'`,
    ))[0];
  /** Dies as soon as it is so far. */
  const cutOffAt = (share: number) => (done: number) => {
    if (done >= share) throw new Error("cut off");
  };

  await t.step("of a table in Postgres", async () => {
    await its
      .sql()`INSERT INTO companies (id, name, industry, region, employees) VALUES ('acme', 'Acme', 'technology', 'eu', 5)`;
    await its.sql()`INSERT INTO users (id, company_id, email) VALUES (${user}, 'acme', 'a@acme.example')`;
    await its.sql()`INSERT INTO outcome_scores (user_id, company_id, dimension, score)
      SELECT ${user}, 'acme', 'confidence', 0.5 FROM generate_series(1, 1000)`;
    assert.deepEqual(await backfillTables(clickHouse), [
      "cohorts",
      "companies",
      "outcome_scores",
      "program_enrollments",
      "user_cohorts",
    ]);
    await assert.rejects(backfillPostgres(clickHouse, "outcome_scores", undefined, cutOffAt(0.5)), /cut off/);
    const half = await count("acme");
    // 9 of 16 chunks, the ninth beside the eighth, of a thousand random ids, give or take six standard deviations of 16
    assert.ok(half.n > 465 && half.n < 660, String(half.n));
    const { lines, resumed } = await backfillPostgres(clickHouse, "outcome_scores", undefined, progress);
    assert.deepEqual([lines, resumed], [1_000, 9]);
    assert.deepEqual(await count("acme"), { n: 1_000, total: 500 });
    assert.equal(steps.at(-1), 1);
    assert.deepEqual((await backfillPostgres(clickHouse, "outcome_scores", undefined, progress)).resumed, 0);
    assert.deepEqual(await count("acme"), { n: 1_000, total: 500 }, "once more changes nothing");
  });

  await t.step("each chunk by the index of its keys, not by reading the whole table", async () => {
    const plan = await its.sql()`EXPLAIN SELECT * FROM sluice.outcome_scores
      WHERE changed_in >= 0 AND updated_at >= 0 AND key >= 0 AND key <= 999`;
    const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
    assert.match(text, /Index Cond/);
    assert.doesNotMatch(text, /Seq Scan/);
  });

  await t.step("a chunk that fails is stored again, and none before it", async () => {
    // the last quarter of the keys cannot be read
    await its.sql()`ALTER TABLE outcome_scores RENAME COLUMN text_type TO kept_type`;
    const broken = (await its.sql()`SELECT pg_get_viewdef('sluice.outcome_scores') AS text`)[0]
      .text as string;
    await its.sql().unsafe(`CREATE OR REPLACE VIEW sluice.outcome_scores AS ${
      broken.replace(
        /(outcome_scores\.)?kept_type AS text_type/,
        "CASE WHEN sluice.key(id) >= 3221225472 THEN (1 / (length(id::text) - 36))::text END AS text_type",
      )
    }`);
    await assert.rejects(
      backfillPostgres(clickHouse, "outcome_scores", undefined, progress),
      /division by zero/,
    );
    await its.sql().unsafe(`CREATE OR REPLACE VIEW sluice.outcome_scores AS ${broken}`);
    const { lines, resumed } = await backfillPostgres(clickHouse, "outcome_scores", undefined, progress);
    assert.deepEqual([lines, resumed], [1_000, 12]);
    assert.deepEqual(await count("acme"), { n: 1_000, total: 500 });
  });

  await t.step(
    "the sync goes on from where Postgres was, also when its numbers had started again",
    async () => {
      await run(clickHouse, {
        sql:
          "INSERT INTO sync_runs (source, started_at, position) VALUES ('outcome_scores', now64(3), 4000000000)",
      });
      assert.match((await its.sync()).error ?? "", /Postgres have started/);
      await backfillPostgres(clickHouse, "outcome_scores", undefined, progress);
      await its
        .sql()`INSERT INTO outcome_scores (user_id, company_id, dimension, score) VALUES (${user}, 'acme', 'confidence', 1)`;
      const { rows: brought, error } = await its.sync();
      assert.deepEqual([brought, error], [1, null]);
      assert.deepEqual(await count("acme"), { n: 1_001, total: 501 });
    },
  );

  await t.step("of what has changed since a day alone", async () => {
    const tomorrow = new Date(Date.now() + 86_400_000);
    assert.equal((await backfillPostgres(clickHouse, "outcome_scores", tomorrow, progress)).lines, 0);
    const yesterday = new Date(Date.now() - 86_400_000);
    assert.equal((await backfillPostgres(clickHouse, "outcome_scores", yesterday, progress)).lines, 1_001);
  });

  const score = (n: number) => ({
    id: `22222222-2222-4222-8222-${String(n).padStart(12, "0")}`,
    userId: `user, "${n}"`,
    dimension: "confidence",
    score: 0.25,
    createdAt: "2026-03-01T10:00:00Z",
  });

  await t.step("of NDJSON, in chunks", async () => {
    const tenantId = newTenant("ndjson");
    const path = `${folder.path}/scores.ndjson`;
    const lines = Array.from({ length: 250_000 }, (_, n) => JSON.stringify(score(n)));
    await Deno.writeTextFile(path, lines.join("\n"));
    const target = { stream: "csr_scores", tenantId };
    await assert.rejects(backfillFile(clickHouse, path, target, cutOffAt(0.3)), /cut off/);
    assert.equal((await count(tenantId)).n, 100_000);
    const { lines: stored, resumed } = await backfillFile(clickHouse, path, target, progress);
    assert.deepEqual([stored, resumed], [250_000, 1]);
    assert.deepEqual(await count(tenantId), { n: 250_000, total: 62_500 });
  });

  await t.step(
    "of CSV, with quotes and line breaks in them; a wrong row becomes a dead letter with its line",
    async () => {
      const tenantId = newTenant("csv");
      const path = `${folder.path}/scores.csv`;
      const { id, createdAt } = score(1);
      await Deno.writeTextFile(
        path,
        `id,userId,programId,dimension,"score",createdAt\r\n${id},"a, ""b""\nc",,confidence,0.5,${createdAt}\r\n` +
          `${score(2).id},u2,p,confidence,high,${createdAt}\r\n`,
      );
      const { lines, refused } = await backfillFile(
        clickHouse,
        path,
        { stream: "csr_scores", tenantId },
        progress,
      );
      assert.deepEqual([lines, refused], [2, 1]);
      assert.deepEqual(
        await rows(`SELECT user_id, program_id, score FROM csr_scores WHERE tenant_id = '${tenantId}'`),
        [{ user_id: 'a, "b"\nc', program_id: "", score: 0.5 }],
      );
      assert.deepEqual(
        await rows(`SELECT source, line_number, reason FROM rejected_events WHERE tenant_id = '${tenantId}'`),
        [{ source: "backfill", line_number: 4, reason: 'score is not a number from 0 to 1: "high"' }],
      );
    },
  );

  const refusals = (tenant: string) =>
    rows<{ line_number: number; reason: string }>(
      `SELECT line_number, reason FROM rejected_events WHERE tenant_id = '${tenant}' ORDER BY line_number`,
    );

  await t.step("NDJSON is read as over HTTP: bytes as they are, blank lines skipped", async () => {
    const lines = [
      new TextEncoder().encode(`\ufeff${JSON.stringify(score(1))}`),
      [],
      [0x20, 0x09, 0x0d],
      // "ü" as Latin-1 has it
      [...new TextEncoder().encode(JSON.stringify(score(2)).replace("user", "#"))].map((byte) =>
        byte === 0x23 ? 0xfc : byte
      ),
      new TextEncoder().encode("{"),
      new TextEncoder().encode(JSON.stringify(score(3))),
      new TextEncoder().encode(`{"id":"${"x".repeat(1_048_576)}"}`),
    ];
    const bytes = new Uint8Array(lines.flatMap((line) => [...line, 0x0a]));
    const [byFile, byHttp] = [newTenant("file"), newTenant("http")];
    const path = `${folder.path}/odd.ndjson`;
    await Deno.writeFile(path, bytes);
    const { lines: stored, refused } = await backfillFile(
      clickHouse,
      path,
      { stream: "csr_scores", tenantId: byFile },
      progress,
    );
    assert.deepEqual([stored, refused], [5, 3]);
    const response = await its.gateway.fetch("/v1/events/csr_scores", byHttp, {
      method: "POST",
      body: bytes,
    });
    assert.equal((await response.json()).data.accepted, 2);
    const reasons = [
      "Line is not valid UTF-8",
      "Line is not valid JSON",
      "The line is longer than 1048576 bytes",
    ];
    assert.deepEqual((await refusals(byHttp)).map(({ reason }) => reason), reasons);
    assert.deepEqual(
      await refusals(byFile),
      reasons.map((reason, i) => ({ line_number: [4, 5, 7][i], reason })),
    );
    assert.deepEqual(await count(byFile), await count(byHttp));
    assert.deepEqual(await count(byFile), { n: 2, total: 0.5 });
  });

  await t.step("lines may be long, and many of them", async () => {
    const tenantId = newTenant("long");
    const path = `${folder.path}/long.ndjson`;
    const note = "x".repeat(1_000_000);
    await Deno.writeTextFile(path, "");
    for (let n = 0; n < 110; n++) {
      await Deno.writeTextFile(path, `${JSON.stringify({ ...score(n), note })}\n`, { append: true });
    }
    steps.length = 0;
    const { lines } = await backfillFile(clickHouse, path, { stream: "csr_scores", tenantId }, progress);
    assert.equal(lines, 110);
    // 34 of them come to 32 MiB
    assert.equal(steps.length, 1 + 4);
    assert.equal((await count(tenantId)).n, 110);
    await Deno.remove(path);
  });

  await t.step("a row of CSV that cannot be read is a dead letter, and the others arrive", async () => {
    const tenantId = newTenant("csv");
    const path = `${folder.path}/odd.csv`;
    const { id, createdAt } = score(1);
    const encoder = new TextEncoder();
    const latin1 = [...encoder.encode(`${score(5).id},#,confidence,0.5,${createdAt}`)]
      .map((byte) => byte === 0x23 ? 0xfc : byte);
    const lines = [
      encoder.encode("id,userId,dimension,score,createdAt"),
      encoder.encode(`${id}, u1 ,confidence,0.5,${createdAt}`),
      encoder.encode(`${score(2).id},u2,confidence`),
      encoder.encode(`${score(3).id},u3,confidence,0.5,${createdAt},more`),
      [],
      encoder.encode(`${score(4).id},"u"4,confidence,0.5,${createdAt}`),
      latin1,
      encoder.encode(`${score(6).id},a 5" pipe,confidence,0.5,${createdAt}`),
    ];
    await Deno.writeFile(path, new Uint8Array(lines.flatMap((line) => [...line, 0x0a])));
    const target = { stream: "csr_scores", tenantId };
    const { lines: stored, refused } = await backfillFile(clickHouse, path, target, progress);
    assert.deepEqual([stored, refused], [6, 4]);
    assert.deepEqual(await refusals(tenantId), [
      { line_number: 3, reason: "Line has 3 fields, the first line names 5" },
      { line_number: 4, reason: "Line has 6 fields, the first line names 5" },
      { line_number: 6, reason: "Line has text after a closing quote" },
      { line_number: 7, reason: "Line is not valid UTF-8" },
    ]);
    assert.deepEqual(
      await rows(`SELECT user_id FROM csr_scores FINAL WHERE tenant_id = '${tenantId}' ORDER BY user_id`),
      [{ user_id: 'a 5" pipe' }, { user_id: "u1" }],
    );
  });

  await t.step("a quote without an end is told by its line, and nothing of its chunk is stored", async () => {
    const tenantId = newTenant("csv");
    const path = `${folder.path}/endless.csv`;
    const { createdAt } = score(1);
    await Deno.writeTextFile(
      path,
      `id,userId,dimension,score,createdAt\n${score(1).id},u1,confidence,0.5,${createdAt}\n` +
        `${score(2).id},"u2,confidence,0.5,${createdAt}\n${score(3).id},u3,confidence,0.5,${createdAt}\n`,
    );
    await assert.rejects(
      backfillFile(clickHouse, path, { stream: "csr_scores", tenantId }, progress),
      { message: `Cannot read ${path}: a quote that opens in line 3 has no end` },
    );
    assert.equal((await count(tenantId)).n, 0);
    assert.deepEqual(await refusals(tenantId), []);
  });

  /** A file that the engine writes. */
  async function writeParquet(path: string, select: string, settings = "") {
    const response = await clickHouse({
      sql: `${select} SETTINGS ${settings || "max_threads = 1"} FORMAT Parquet`,
    });
    await Deno.writeFile(path, new Uint8Array(await response.arrayBuffer()));
  }

  const scoresSelect = (n: number) =>
    `SELECT toString(generateUUIDv4()) AS id, 'u' AS userId, 'confidence' AS dimension, 0.75 AS score,
      toDateTime64('2026-03-01 10:00:00', 3, 'UTC') AS createdAt, if(number = 0, NULL, 'p') AS programId
    FROM numbers(${n})`;

  await t.step("of Parquet, by the names in the file, packed in whatever way", async () => {
    for (const method of ["none", "snappy", "lz4", "gzip", "brotli", "zstd"]) {
      const tenantId = newTenant(`parquet-${method}`);
      const path = `${folder.path}/scores-${method}.parquet`;
      await writeParquet(path, scoresSelect(1_000), `output_format_parquet_compression_method = '${method}'`);
      const { lines } = await backfillFile(clickHouse, path, { stream: "csr_scores", tenantId }, progress);
      assert.equal(lines, 1_000);
      assert.deepEqual(await count(tenantId), { n: 1_000, total: 750 });
      assert.deepEqual(
        await rows(`SELECT toString(created_at) AS at, countIf(program_id = '') AS without FROM csr_scores
          WHERE tenant_id = '${tenantId}' GROUP BY at`),
        [{ at: "2026-03-01 10:00:00.000", without: 1 }],
      );
    }
  });

  await t.step(
    "of Parquet, in chunks of rows, also of one row group, and goes on where it was cut off",
    async () => {
      for (const groupRows of [1_000_000, 70_000]) {
        const tenantId = newTenant("parquet");
        const path = `${folder.path}/long-${groupRows}.parquet`;
        await writeParquet(
          path,
          scoresSelect(250_000),
          `max_threads = 1, output_format_parquet_row_group_size = ${groupRows}`,
        );
        const target = { stream: "csr_scores", tenantId };
        await assert.rejects(backfillFile(clickHouse, path, target, cutOffAt(0.5)), /cut off/);
        const { n } = await count(tenantId);
        assert.ok(n > 0 && n < 250_000, String(n));
        steps.length = 0;
        const { lines, resumed } = await backfillFile(clickHouse, path, target, progress);
        assert.equal(lines, 250_000);
        assert.ok(resumed > 0 && steps.length > 3, "there is progress");
        assert.deepEqual(await count(tenantId), { n: 250_000, total: 187_500 });
        assert.equal(
          (await rows<{ n: number }>(`SELECT count() AS n FROM csr_scores WHERE tenant_id = '${tenantId}'`))[
            0
          ].n,
          250_000,
          "nothing was stored twice",
        );
      }
    },
  );

  await t.step("Parquet's values of all kinds arrive as they are", async () => {
    const path = `${folder.path}/kinds.parquet`;
    await writeParquet(
      path,
      `SELECT 'a' AS id, toInt64(9007199254740993) AS big, toUInt64(18446744073709551615) AS unsigned,
        toDecimal64('-12345678901234.5678', 4) AS amount, toDecimal32('0.05', 2) AS small,
        toDecimal256('123456789012345678901234567890.12', 2) AS large,
        toDateTime64('2026-03-01 10:00:00.123456', 6, 'UTC') AS micros, toDateTime64('1969-12-31 23:59:59.999999999', 9, 'UTC') AS nanos,
        toDate('2026-03-01') AS day, true AS yes, toFloat32(0.1) AS short, 0.1 AS long, nan AS none,
        NULL::Nullable(String) AS nothing, ['x', 'y'] AS list, map('k', 1) AS pairs, tuple(1, 'z')::Tuple(a Int64, b String) AS struct`,
    );
    const lines: unknown[] = [];
    for await (const piece of readParquet(path, 100_000)) {
      const encoder = createRowEncoder({ tenantId: "", requestId: crypto.randomUUID(), source: "" });
      await piece.add({
        ...encoder,
        add: (bytes, start, end, fault) =>
          void lines.push(new TextDecoder().decode(bytes.subarray(start, end)), fault),
      });
    }
    assert.deepEqual(lines, [
      `{"id":"a","big":9007199254740993,"unsigned":18446744073709551615,"amount":-12345678901234.5678,"small":0.05,` +
      `"large":123456789012345678901234567890.12,"micros":"2026-03-01T10:00:00.123456Z",` +
      `"nanos":"1969-12-31T23:59:59.999999999Z","day":"2026-03-01","yes":true,"short":0.1,"long":0.1,"none":"NaN",` +
      `"list":["x","y"],"pairs":{"k":1},"struct":{"a":1,"b":"z"}}`,
      "",
    ]);
  });

  await t.step(
    "a text of Parquet that is not UTF-8 is a dead letter, a file that is none a sentence",
    async () => {
      const tenantId = newTenant("parquet");
      const path = `${folder.path}/bytes.parquet`;
      await writeParquet(
        path,
        `SELECT toString(generateUUIDv4()) AS id, if(number = 1, unhex('FC'), 'u') AS userId, 'confidence' AS dimension,
        0.75 AS score, '2026-03-01T10:00:00Z' AS createdAt FROM numbers(3)`,
      );
      const target = { stream: "csr_scores", tenantId };
      const { lines, refused } = await backfillFile(clickHouse, path, target, progress);
      assert.deepEqual([lines, refused], [3, 1]);
      assert.deepEqual(await refusals(tenantId), [{ line_number: 2, reason: "Line is not valid UTF-8" }]);
      await Deno.writeTextFile(`${folder.path}/none.parquet`, "id,userId\n");
      await assert.rejects(
        backfillFile(clickHouse, `${folder.path}/none.parquet`, target, progress),
        /^Error: Cannot read .*none\.parquet: parquet file/,
      );
    },
  );
});
