import assert from "node:assert/strict";
import { run } from "../src/clickhouse/client.ts";
import { backfillFile } from "../src/deno/backfill/file.ts";
import { backfillPostgres, backfillTables } from "../src/deno/backfill/postgres.ts";
import { newTenant } from "./gateway.ts";
import { temporaryFolder } from "./program.ts";
import { withSource } from "./postgres_source.ts";

// Backfills from Postgres and from files, cut off in the middle and started again.

const user = "11111111-1111-4111-8111-111111111111";

Deno.test("a backfill reads a table or a file anew, goes on where it was cut off, and doubles nothing", async (t) => {
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
    "the sync goes on from where Postgres was, also when its numbers had started anew",
    async () => {
      await run(clickHouse, {
        sql:
          "INSERT INTO sync_runs (source, started_at, position) VALUES ('outcome_scores', now64(3), 4000000000)",
      });
      assert.match((await its.sync()).error ?? "", /started anew/);
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
        [{ source: "backfill", line_number: 2, reason: 'score is not a number from 0 to 1: "high"' }],
      );
    },
  );

  await t.step("of Parquet, by the names in the file", async () => {
    const tenantId = newTenant("parquet");
    const path = `${folder.path}/scores.parquet`;
    const response = await clickHouse({
      sql: `SELECT toString(generateUUIDv4()) AS id, 'u' AS userId, 'confidence' AS dimension, 0.75 AS score,
          toDateTime64('2026-03-01 10:00:00', 3, 'UTC') AS createdAt, if(number = 0, NULL, 'p') AS programId
        FROM numbers(1000) FORMAT Parquet`,
    });
    await Deno.writeFile(path, new Uint8Array(await response.arrayBuffer()));
    const { lines } = await backfillFile(clickHouse, path, { stream: "csr_scores", tenantId }, progress);
    assert.equal(lines, 1_000);
    assert.deepEqual(await count(tenantId), { n: 1_000, total: 750 });
    assert.deepEqual(
      await rows(`SELECT toString(created_at) AS at, countIf(program_id = '') AS without FROM csr_scores
        WHERE tenant_id = '${tenantId}' GROUP BY at`),
      [{ at: "2026-03-01 10:00:00.000", without: 1 }],
    );
  });
});
