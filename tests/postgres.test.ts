import assert from "node:assert/strict";
import { createRoles } from "../src/clickhouse/roles.ts";
import { readRows, run } from "../src/clickhouse/client.ts";
import { ClickHouseError } from "../src/clickhouse/exception.ts";
import { readSyncStates } from "../src/observe/metrics/sync_states.ts";
import { connectPostgres } from "../src/tools/postgres/postgres.ts";
import { root } from "../src/hosts/deno/sql_files.ts";
import { tokenOf } from "./gateway.ts";
import { waitFor } from "./program.ts";
import { withSource } from "./postgres_source.ts";

// A real Postgres flows into a real ClickHouse, and each can fail.

const user = "11111111-1111-4111-8111-111111111111";
const scoreId = (n: number) => `22222222-2222-4222-8222-${String(n).padStart(12, "0")}`;

Deno.test("changes of Postgres come over once, whatever happens on the way", async (t) => {
  await using its = await withSource();
  const { gateway, sync, rows } = its;

  const scores = async (tenant = "acme") =>
    await rows<{ n: number; score: number }>(
      `SELECT toUInt32(substring(toString(id), 25)) AS n, score FROM csr_scores FINAL WHERE tenant_id = '${tenant}' ORDER BY n`,
    );
  const addScore = (n: number, score: number, sql = its.sql()) =>
    sql`INSERT INTO outcome_scores (id, user_id, company_id, dimension, score, created_at)
      VALUES (${scoreId(n)}, ${user}, 'acme', 'confidence', ${score}, '2026-03-01T10:00:00Z')`;
  /** Waits until the source's runs end so; one that failed is repeated by itself, too. */
  const until = async (error: string | null) =>
    await waitFor(`the run's error is ${error}`, async () => {
      await its.ask("outcome_scores");
      const now = await its.state("outcome_scores");
      return now.error === error && now;
    });
  /** The statements that make a source's view, from the reference schema. */
  const viewOf = async (source: string) => {
    const schema = await Deno.readTextFile(`${root}deploy/postgres/schema.sql`);
    const [view] = new RegExp(`CREATE VIEW sluice\\.${source} AS\n[^;]*;`).exec(schema) ??
      assert.fail(source);
    return `${view} GRANT SELECT ON sluice.${source} TO sluice`;
  };
  const noSecret = (answer: unknown) => {
    const text = JSON.stringify(answer);
    for (
      const secret of ["127.0.0.1", "localhost", String(its.source().port), its.source().password, "COPY"]
    ) {
      assert.ok(!text.includes(secret), `${secret} is in ${text}`);
    }
  };

  await t.step("an empty source is no error, and not late", async () => {
    const firstRun = async (source: string) =>
      await waitFor(`the first run of ${source} is recorded`, async () => {
        const now = await its.state(source);
        return now?.lastSuccessAt ? now : undefined;
      });
    for (const source of ["companies", "program_enrollments", "cohorts", "user_cohorts"]) {
      await firstRun(source);
    }
    const state = await firstRun("outcome_scores");
    assert.deepEqual([state.rows, state.error, state.late, state.failures], [0, null, false, 0]);
  });

  await t.step("rows of all sources arrive in the tables of their streams, under their company", async () => {
    await its.sql()`INSERT INTO companies (id, name, industry, region, employees)
      VALUES ('acme', 'Acme', 'technology', 'eu', 120), ('globex', 'Globex', 'technology', 'us', 40)`;
    await its.sql()`INSERT INTO users (id, company_id, email) VALUES (${user}, 'acme', 'a@acme.example')`;
    await its.sql()`INSERT INTO programs (id, company_id, name) VALUES ('mentoring', 'acme', 'Mentoring')`;
    await its.sql()`INSERT INTO program_enrollments (user_id, company_id, program_id, enrolled_at, matched_at)
      VALUES (${user}, 'acme', 'mentoring', '2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z')`;
    await its.sql()`INSERT INTO cohorts (id, company_id, name) VALUES (${scoreId(900)}, 'acme', 'Pilot')`;
    await its.sql()`INSERT INTO user_cohorts (cohort_id, user_id) VALUES (${scoreId(900)}, ${user})`;
    await addScore(1, 0.5);
    await addScore(2, 0.25);
    const loaded: Record<string, number | null> = {};
    for (const source of ["companies", "outcome_scores", "program_enrollments", "cohorts", "user_cohorts"]) {
      loaded[source] = (await sync(source)).rows;
    }
    // two stages of one enrolment are two rows
    assert.deepEqual(loaded, {
      companies: 2,
      outcome_scores: 2,
      program_enrollments: 2,
      cohorts: 1,
      user_cohorts: 1,
    });
    assert.deepEqual(await scores(), [{ n: 1, score: 0.5 }, { n: 2, score: 0.25 }]);
    assert.deepEqual(
      await rows("SELECT tenant_id, industry, employees FROM csr_companies FINAL ORDER BY tenant_id"),
      [{ tenant_id: "acme", industry: "technology", employees: 120 }, {
        tenant_id: "globex",
        industry: "technology",
        employees: 40,
      }],
    );
    assert.deepEqual(
      await rows("SELECT stage, toString(occurred_at) AS at FROM csr_journey FINAL ORDER BY at"),
      [{ stage: "enrolled", at: "2026-03-01 10:00:00.000" }, {
        stage: "matched",
        at: "2026-03-02 10:00:00.000",
      }],
    );
    assert.deepEqual(await rows("SELECT name FROM csr_cohorts FINAL"), [{ name: "Pilot" }]);
    assert.deepEqual(await rows("SELECT user_id FROM csr_cohort_members FINAL"), [{ user_id: user }]);
  });

  await t.step("only rows that changed leave Postgres, of each source, as its own log says", async () => {
    const change: Record<string, [brings: number, () => Promise<unknown>]> = {
      companies: [1, () => its.sql()`UPDATE companies SET employees = 41 WHERE id = 'globex'`],
      outcome_scores: [1, () => addScore(3, 0.75)],
      // with the stage that it has not come to
      program_enrollments: [
        3,
        () => its.sql()`UPDATE program_enrollments SET matched_at = '2026-03-02T10:00:00Z'`,
      ],
      cohorts: [1, () => its.sql()`UPDATE cohorts SET description = 'The first'`],
      user_cohorts: [1, () => its.sql()`UPDATE user_cohorts SET updated_at = now()`],
    };
    for (const [source, [brings, make]] of Object.entries(change)) {
      await make();
      assert.equal((await sync(source)).rows, brings, source);
      const statement = (await its.reads(source)).at(-1) ?? "";
      // the statement itself, as Postgres was sent it: the rows it returns are those that leave
      const [, select] = /COPY \((SELECT .*)\) TO STDOUT/.exec(statement) ?? assert.fail(statement);
      const left = await its.sql().unsafe(select);
      assert.match(select, /"changed_in" >= [1-9]\d*/);
      assert.equal(left.length, brings + 1, `${source}: what changed and the sign of life, by ${select}`);
      assert.equal((await sync(source)).rows, 0, `${source}: without a change nothing is read again`);
    }
  });

  await t.step("a correction replaces, also one of a row that a clock had dated in the future", async () => {
    await its.sql()`UPDATE outcome_scores SET score = 0.6 WHERE id = ${scoreId(1)}`;
    await its.sql()`INSERT INTO outcome_scores (id, user_id, company_id, dimension, score, updated_at)
      VALUES (${scoreId(4)}, ${user}, 'acme', 'confidence', 0.1, now() + interval '2 days')`;
    await sync();
    await its.sql()`UPDATE outcome_scores SET score = 0.9 WHERE id = ${scoreId(4)}`;
    await sync();
    assert.deepEqual(await scores(), [
      { n: 1, score: 0.6 },
      { n: 2, score: 0.25 },
      { n: 3, score: 0.75 },
      { n: 4, score: 0.9 },
    ]);
  });

  await t.step("a stage that is taken back is one that the user never came to", async () => {
    const stages = () => rows("SELECT stage FROM csr_journey FINAL ORDER BY stage");
    await its.sql()`UPDATE program_enrollments SET completed_at = '2026-03-03T10:00:00Z'`;
    await sync("program_enrollments");
    assert.deepEqual(await stages(), [{ stage: "completed" }, { stage: "enrolled" }, { stage: "matched" }]);
    await its.sql()`UPDATE program_enrollments SET completed_at = NULL`;
    await sync("program_enrollments");
    assert.deepEqual(await stages(), [{ stage: "enrolled" }, { stage: "matched" }]);
    await its.sql()`UPDATE program_enrollments SET completed_at = '2026-04-03T10:00:00Z'`;
    await sync("program_enrollments");
    assert.deepEqual(
      await rows("SELECT toString(day) AS day FROM csr_journey FINAL WHERE stage = 'completed'"),
      [{ day: "2026-04-03" }],
    );
  });

  await t.step("a row marked as deleted goes, and one cannot be deleted unseen", async () => {
    await its.sql()`UPDATE outcome_scores SET deleted_at = now() WHERE id = ${scoreId(4)}`;
    await sync();
    assert.deepEqual((await scores()).map(({ n }) => n), [1, 2, 3]);
    await assert.rejects(
      its.sql()`DELETE FROM outcome_scores WHERE id = ${scoreId(3)}`,
      /Cannot delete from outcome_scores: set deleted_at/,
    );
    await assert.rejects(its.sql()`TRUNCATE outcome_scores`, /Cannot delete from outcome_scores/);
  });

  await t.step("what a long transaction commits after later ones were read is not missed", async () => {
    const slow = connectPostgres(its.source());
    const isWritten = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const transaction = slow.begin(async (sql) => {
      await addScore(5, 0.5, sql as unknown as typeof slow);
      isWritten.resolve();
      await mayCommit.promise;
    });
    await isWritten.promise;
    try {
      await addScore(6, 0.5);
      await sync();
      await addScore(7, 0.5);
      await sync();
      assert.deepEqual((await scores()).map(({ n }) => n), [1, 2, 3, 6, 7]);
    } finally {
      mayCommit.resolve();
      await transaction;
      await slow.end();
    }
    await sync();
    assert.deepEqual((await scores()).map(({ n }) => n), [1, 2, 3, 5, 6, 7]);
    assert.equal((await sync()).rows, 0, "from then on nothing is read again");
  });

  await t.step("a row without a company becomes a dead letter, once, and is counted", async () => {
    await its.sql()`INSERT INTO outcome_scores (id, user_id, dimension, score)
      VALUES (${scoreId(8)}, ${user}, 'confidence', 0.5)`;
    const { rows: brought, rejected, error } = await sync();
    assert.deepEqual([brought, rejected, error], [1, 1, null]);
    await sync();
    assert.deepEqual(
      await rows("SELECT tenant_id, stream, source, reason FROM rejected_events"),
      [{ tenant_id: "", stream: "csr_scores", source: "postgres", reason: "companyId is missing" }],
    );
    const dead = await gateway.query("analytics/sync/rejected", "the-operator", {}, "admin");
    assert.deepEqual(
      dead.body.data.map(({ stream, reason, line }: Record<string, string>) => [
        stream,
        reason,
        JSON.parse(line).id,
      ]),
      [["csr_scores", "companyId is missing", scoreId(8)]],
    );
    assert.equal((await gateway.query("analytics/sync/rejected", "acme")).status, 403);
    await its.sql()`UPDATE outcome_scores SET company_id = 'acme' WHERE id = ${scoreId(8)}`;
    await sync();
    assert.deepEqual((await scores()).map(({ n }) => n), [1, 2, 3, 5, 6, 7, 8], "once mended it is there");
  });

  await t.step(
    "an odd value makes a dead letter of its row alone, with a reason, and the others arrive",
    async () => {
      const before = await scores();
      const odd = (n: number, columns: string, values: string) =>
        its.sql().unsafe(`INSERT INTO outcome_scores (id, user_id, company_id, dimension, ${columns})
        VALUES ('${scoreId(n)}', '${user}', 'acme', 'confidence', ${values})`);
      // what an application's own table may allow
      await its.sql().unsafe(`ALTER TABLE outcome_scores DROP CONSTRAINT outcome_scores_score_check;
      DROP VIEW sluice.outcome_scores; ALTER TABLE outcome_scores ALTER COLUMN score TYPE numeric;
      ${await viewOf("outcome_scores")}`);
      await odd(101, "score, created_at", "0.5, 'infinity'");
      await odd(102, "score, created_at", "0.5, '-infinity'");
      await odd(103, "score, created_at", "0.5, '20000-01-01Z'");
      await odd(104, "score, updated_at", "0.5, 'infinity'");
      await odd(105, "score, updated_at", "0.5, '-infinity'");
      await odd(106, "score", "'NaN'");
      await odd(107, "score", "'1e400'");
      await odd(108, "score, location", "0.5, repeat('x', 100000)");
      await addScore(100, 0.5);
      const { rows: brought, rejected, error } = await sync();
      assert.deepEqual([brought, rejected, error], [9, 8, null]);
      const dead = await gateway.query("rejected", "acme", { stream: "csr_scores" });
      const reasons: [number, string][] = dead.body.data.map(({ line, reason }: Record<string, string>) => [
        Number(JSON.parse(line).id.slice(-3)),
        reason,
      ]);
      assert.deepEqual(
        reasons.sort(([a], [b]) => a - b).map(([, reason]) => reason.replace(/0{60,}…/, "0…")),
        [
          'createdAt is not in the years 2000 to 2100: "253402214400000"',
          'createdAt is not in the years 2000 to 2100: "-62135596800000"',
          'createdAt is not in the years 2000 to 2100: "253402214400000"',
          'updatedAt is not in the years 2000 to 2100: "253402214400000"',
          'updatedAt is not in the years 2000 to 2100: "0"',
          'score is not a number from 0 to 1: "NaN"',
          'score is not a number from 0 to 1: "10…"',
          "location is longer than 256 bytes",
        ],
      );
      assert.deepEqual(await scores(), [...before, { n: 100, score: 0.5 }]);
      // also that whose time of change no later one can follow
      await its.sql()`UPDATE outcome_scores SET score = 0.5, created_at = '2026-03-01Z', location = NULL
      WHERE id >= ${scoreId(101)} AND id <= ${scoreId(108)}`;
      assert.deepEqual((await sync()).rejected, 0);
      assert.deepEqual((await scores()).map(({ n }) => n).slice(-8), [
        101,
        102,
        103,
        104,
        105,
        106,
        107,
        108,
      ]);
      await its.sql()`UPDATE outcome_scores SET deleted_at = now() WHERE id >= ${scoreId(100)} AND id <= ${
        scoreId(108)
      }`;
      await sync();
    },
  );

  await t.step("a time of the last microseconds of a month is of that month, as over HTTP", async () => {
    const [id, at] = [scoreId(109), "2026-01-31T23:59:59.999600Z"];
    await its.sql()`INSERT INTO outcome_scores (id, user_id, company_id, dimension, score, created_at)
      VALUES (${id}, ${user}, 'acme', 'confidence', 0.5, ${at}::text::timestamptz)`;
    await sync();
    await gateway.send("csr_scores", "globex", [{
      id,
      userId: user,
      dimension: "confidence",
      score: 0.5,
      createdAt: at,
    }]);
    assert.deepEqual(
      await rows(`SELECT tenant_id, toString(day) AS day, toString(created_at) AS at FROM csr_scores FINAL
        WHERE id = '${id}' ORDER BY tenant_id`),
      ["acme", "globex"].map((tenant_id) => ({
        tenant_id,
        day: "2026-01-31",
        at: "2026-01-31 23:59:59.999",
      })),
    );
    await its.sql()`UPDATE outcome_scores SET deleted_at = now() WHERE id = ${id}`;
    await sync();
  });

  await t.step("cohorts are checked as those sent over HTTP are", async () => {
    const cohort = async (n: number, name: string, filters: unknown = {}, at = "2026-03-01Z") =>
      await its.sql().unsafe(
        "INSERT INTO cohorts (id, company_id, name, filters, created_at) VALUES ($1, 'acme', $2, $3::text::jsonb, $4::text::timestamptz)",
        [scoreId(n), name, JSON.stringify(filters), at],
      );
    await cohort(910, "x".repeat(3_000));
    await cohort(911, "");
    await cohort(912, "Ranges", { age: { min: 5 }, b: "x" });
    await cohort(913, "List", [1]);
    await cohort(914, "Numbers", { age: ["a", 5] });
    await cohort(915, "Nothing", null);
    await cohort(916, "Endless", {}, "infinity");
    await cohort(918, " \t\n");
    await cohort(917, "ü".repeat(200), { location: ["Oslo"], none: [] });
    const { rows: brought, rejected, error } = await sync("cohorts");
    assert.deepEqual([brought, rejected, error], [9, 8, null]);
    const dead = await gateway.query("rejected", "acme", { stream: "csr_cohorts" });
    assert.deepEqual(
      dead.body.data.map((
        { line, reason }: Record<string, string>,
      ) => [JSON.parse(line).id.slice(-3), reason])
        .sort(),
      [
        ["910", "name is longer than 200 characters"],
        ["911", "name is missing"],
        ["912", 'filters has a value that is not a list of text: "b"'],
        ["913", 'filters is not an object: "[1]"'],
        ["914", 'filters has a value that is not a list of text: "age"'],
        ["915", 'filters is not an object: "null"'],
        ["916", 'createdAt is not in the years 2000 to 2100: "253402214400000"'],
        ["918", "name is white space alone"],
      ],
    );
    assert.deepEqual(
      await rows("SELECT name, filters FROM csr_cohorts FINAL WHERE cohort_id != '" + scoreId(900) + "'"),
      [{ name: "ü".repeat(200), filters: '{"none": [], "location": ["Oslo"]}' }],
    );
  });

  await t.step("companies, cohorts and memberships that are marked as deleted go", async () => {
    const left = async (table: string, where: string) =>
      (await rows<{ n: number }>(`SELECT count() AS n FROM ${table} FINAL WHERE ${where}`))[0].n;
    await its.sql()`INSERT INTO companies (id, name, industry, region, employees)
      VALUES ('initech', 'Initech', 'technology', 'eu', 60)`;
    await its.sql()`INSERT INTO user_cohorts (cohort_id, user_id) VALUES (${scoreId(917)}, ${user})`;
    await sync("companies");
    await sync("user_cohorts");
    const all = async () => [
      await left("csr_companies", "tenant_id = 'initech'"),
      await left("csr_cohorts", `cohort_id = '${scoreId(917)}'`),
      await left("csr_cohort_members", `cohort_id = '${scoreId(917)}'`),
    ];
    assert.deepEqual(await all(), [1, 1, 1]);
    await its.sql()`UPDATE companies SET deleted_at = now() WHERE id = 'initech'`;
    await sync("companies");
    assert.deepEqual(await all(), [0, 1, 1]);
    await its.sql()`UPDATE user_cohorts SET deleted_at = now() WHERE cohort_id = ${scoreId(917)}`;
    await sync("user_cohorts");
    assert.deepEqual(await all(), [0, 1, 0]);
    await its.sql()`UPDATE cohorts SET deleted_at = now(), name = '' WHERE id = ${scoreId(917)}`;
    assert.equal((await sync("cohorts")).rejected, 0, "of what goes nothing else is asked");
    assert.deepEqual(await all(), [0, 0, 0]);
    await its.sql()`UPDATE companies SET updated_at = 'infinity', deleted_at = NULL WHERE id = 'initech'`;
    await its.sql()`ALTER TABLE companies DISABLE TRIGGER note_change`;
    await its.sql()`UPDATE companies SET updated_at = 'infinity' WHERE id = 'initech'`;
    await its.sql()`ALTER TABLE companies ENABLE TRIGGER note_change`;
    assert.equal((await sync("companies")).rejected, 1);
  });

  await t.step("the next request after a run sees what it brought, although answers are cached", async () => {
    gateway.setNow(new Date());
    const [before] = (await gateway.query("test/scores", "acme")).body.data;
    await gateway.cache.poll();
    const again = await gateway.query("test/scores", "acme");
    assert.match(again.headers.get("cache-status") ?? "", /hit/);
    await addScore(0, 0.5);
    await sync();
    await gateway.cache.poll();
    // beyond the second that an answer holds whatever changes
    gateway.setNow(new Date(Date.now() + 2_000));
    const { body: { data: [after] } } = await gateway.query("test/scores", "acme");
    assert.equal(after.scores, before.scores + 1);
    gateway.setNow(undefined);
  });

  await t.step("each tenant for whom a run brought something is told, once for each run", async () => {
    await its.refresh("live_events_synced_refresh");
    const known = await rows<{ cause: string }>("SELECT cause FROM live_events");
    await its.sql()`INSERT INTO outcome_scores (id, user_id, company_id, dimension, score)
      VALUES (${scoreId(9)}, ${user}, 'acme', 'confidence', 0.5), (${
      scoreId(10)
    }, ${user}, 'acme', 'confidence', 0.5),
        (${scoreId(11)}, ${user}, 'globex', 'confidence', 0.5)`;
    await sync();
    await its.refresh("live_events_synced_refresh");
    const told = await rows<{ tenant_id: string; type: string; data: string; cause: string }>(
      "SELECT tenant_id, type, data, cause FROM live_events ORDER BY tenant_id",
    );
    const news = told.filter(({ cause }) => !known.some((each) => each.cause === cause));
    assert.deepEqual(
      news.map(({ tenant_id, type, data }) => {
        const { source, rows, syncedAt } = JSON.parse(data);
        assert.match(syncedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        return [tenant_id, type, source, rows];
      }),
      [["acme", "analytics.synced", "outcome_scores", 2], [
        "globex",
        "analytics.synced",
        "outcome_scores",
        1,
      ]],
    );
    const places =
      `SELECT cause, tenant_id, _block_number * 1048576 + _block_offset AS id FROM live_events ORDER BY id`;
    const order = await rows<{ cause: string; id: number }>(places);
    assert.ok(
      order.slice(-2).every(({ cause }) => cause === news[0].cause),
      "ids follow the order of arrival",
    );
    await run(its.clickHouse, { sql: "OPTIMIZE TABLE live_events FINAL" });
    assert.deepEqual(await rows(places), order, "a merge changes no id");
  });

  await t.step("after a restart of the engine it goes on where it was", async () => {
    const before = await scores();
    await its.restartEngine("stop", async () => void await addScore(12, 0.5));
    await sync();
    assert.deepEqual(await scores(), [...before, { n: 12, score: 0.5 }]);
    const [first] = (await its.reads("outcome_scores")).slice(-2);
    assert.doesNotMatch(first, /"changed_in" >= 0\b/, "not from the beginning");
  });

  /** A run that waits for Postgres, as long as a lock there is held. */
  async function beginSlowRun(): Promise<{ end: () => Promise<void> }> {
    const locking = connectPostgres(its.source());
    const isLocked = Promise.withResolvers<void>();
    const mayGo = Promise.withResolvers<void>();
    const lock = locking.begin(async (sql) => {
      await sql`LOCK TABLE outcome_scores IN ACCESS EXCLUSIVE MODE`;
      isLocked.resolve();
      await mayGo.promise;
    });
    await isLocked.promise;
    await its.ask("outcome_scores");
    await waitFor("the run waits for Postgres", async () => await waitingReads() > 0);
    return {
      async end() {
        mayGo.resolve();
        await lock;
        await locking.end();
      },
    };
  }

  async function waitingReads(): Promise<number> {
    const [{ waiting }] = await its.sql()`SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'`;
    return waiting;
  }

  await t.step(
    "while Postgres is slow a run is told to be running, no other begins, and then all is here",
    async () => {
      const before = await scores();
      await addScore(17, 0.5);
      const slow = await beginSlowRun();
      try {
        await waitFor(
          "the run is shown",
          async () => (await its.state("outcome_scores")).running || undefined,
        );
        assert.equal((await its.ask("outcome_scores")).status, 202);
        assert.equal(await waitingReads(), 1);
        assert.deepEqual(await scores(), before);
        // the other sources do not wait for it
        await its.sql()`UPDATE companies SET employees = 130 WHERE id = 'acme'`;
        assert.equal((await sync("companies")).rows, 1);
      } finally {
        await slow.end();
      }
      await waitFor("the run has ended", async () => (await scores()).length > before.length);
      assert.deepEqual(await scores(), [...before, { n: 17, score: 0.5 }]);
      assert.equal((await sync()).error, null);
    },
  );

  await t.step(
    "connections to Postgres are asked for signs of life each minute, and closed without",
    async () => {
      const slow = await beginSlowRun();
      try {
        const port = its.source().port.toString(16).toUpperCase().padStart(4, "0");
        // established connections to the port, the engine's and our own, and their timers: 02 is keepalive, in hundredths of a
        // second; without pg_service.conf the engine's are two hours
        await waitFor("each waits for the next sign of life", async () => {
          const timers = [...(await Deno.readTextFile("/proc/net/tcp")).matchAll(
            new RegExp(`^ *\\d+: \\S+ \\S+:${port} 01 \\S+ (\\w\\w):(\\w+)`, "gm"),
          )].map(([, kind, left]) => ({ kind, left: parseInt(left, 16) }));
          assert.ok(timers.every(({ kind, left }) => kind !== "02" || left <= 6_000), JSON.stringify(timers));
          return timers.length >= 2 && timers.every(({ kind }) => kind === "02");
        });
      } finally {
        await slow.end();
      }
      await until(null);
    },
  );

  await t.step(
    "a lock in Postgres that is held for long, and a statement that takes too long, are told",
    async () => {
      const settings = await its
        .sql()`SELECT unnest(rolconfig) AS setting FROM pg_roles WHERE rolname = 'sluice'`;
      assert.deepEqual(settings.map(({ setting }) => setting).slice(0, 2), [
        "lock_timeout=1min",
        "statement_timeout=2h",
      ]);
      for (
        const [setting, error] of [
          ["lock_timeout", "Somebody holds a lock in Postgres on a table of the view"],
          [
            "statement_timeout",
            "Postgres took longer to read the view than the statement_timeout of its role",
          ],
        ]
      ) {
        await setOfRole(setting, "300ms");
        const slow = await beginSlowRun();
        const told = await waitFor("the run's error", async () => {
          const now = await its.state("outcome_scores");
          return now.error === error && now;
        });
        assert.ok(told.failures > 0);
        await slow.end();
        await setOfRole(setting, setting === "lock_timeout" ? "1min" : "2h");
        await until(null);
      }
    },
  );

  /** For connections made from now on; the engine keeps those it has. */
  async function setOfRole(setting: string, value: string): Promise<void> {
    await its.sql().unsafe(`ALTER ROLE sluice SET ${setting} = '${value}'`);
    await its.sql()`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sluice'`;
  }

  await t.step("an engine killed in the middle of a run loses nothing and doubles nothing", async () => {
    const before = await scores();
    await addScore(13, 0.5);
    const slow = await beginSlowRun();
    await its.restartEngine("kill", slow.end);
    await sync();
    assert.deepEqual(await scores(), [...before.filter(({ n }) => n < 13), { n: 13, score: 0.5 }, {
      n: 17,
      score: 0.5,
    }]);
  });

  await t.step("a part of a run that the engine's end has left behind does not count as read", async () => {
    await addScore(14, 0.5);
    // what a run leaves whose first block was stored, and that then ended: a horizon far ahead
    const run1 = crypto.randomUUID();
    await run(its.clickHouse, {
      sql: `INSERT INTO sync_lines (source, run, started_at, horizon, tenant_id, fault, line)
        SELECT 'outcome_scores', '${run1}', now64(3) - INTERVAL 10 MINUTE, 4000000000, 'acme', '', ''`,
    });
    const { error } = await sync();
    assert.equal(error, null);
    assert.ok((await scores()).some(({ n }) => n === 14));
    await its.state("outcome_scores");
    assert.deepEqual(
      await rows(`SELECT error FROM sync_runs WHERE run = '${run1}'`),
      [{ error: "The run was cut off; the next one has repeated it" }],
    );
  });

  await t.step("Postgres away is told without its address, and made up for when it is back", async () => {
    await addScore(15, 0.5);
    await its.stopSource();
    const away = await until("Postgres is not reachable");
    assert.ok(away.failures > 0);
    noSecret(away);
    assert.ok(away.lastSuccessAt);
    await its.startSource();
    assert.equal((await until(null)).failures, 0);
    assert.ok((await scores()).some(({ n }) => n === 15));
  });

  await t.step("a wrong password is told, and is in no answer", async () => {
    await its.sql()`ALTER ROLE sluice PASSWORD 'another'`;
    noSecret(await until("Postgres refuses the user or the password"));
    await its.sql().unsafe(`ALTER ROLE sluice PASSWORD '${its.source().password}'`);
    await until(null);
  });

  await t.step("a column that is gone is named, and one of another type is told", async () => {
    await addScore(16, 0.5);
    await its.sql()`ALTER VIEW sluice.outcome_scores RENAME COLUMN location TO place`;
    await until("The view in Postgres is missing, or a column of it: location");
    await its.sql()`ALTER VIEW sluice.outcome_scores RENAME COLUMN place TO location`;
    await its.sql()`ALTER VIEW sluice.outcome_scores RENAME TO right_scores`;
    await its.sql()`CREATE VIEW sluice.outcome_scores AS
      SELECT key, id, user_id, company_id, program_id, location, demographic, dimension, text_type, score, created_at,
        'at ' || updated_at AS updated_at, deleted, changed_in, horizon FROM sluice.right_scores`;
    await its.sql()`GRANT SELECT ON sluice.outcome_scores TO sluice`;
    await until("A column of the view in Postgres has another type");
    await its.sql()`DROP VIEW sluice.outcome_scores`;
    await until("The view in Postgres is missing, or a column of it");
    await its.sql()`ALTER VIEW sluice.right_scores RENAME TO outcome_scores`;
    await until(null);
    assert.ok((await scores()).some(({ n }) => n === 16), "nothing was lost meanwhile");
  });

  await t.step("a value that the view of a former schema.sql cannot hand out is told as one", async () => {
    const [{ now }] = await its.sql()`SELECT pg_get_functiondef('sluice.milliseconds'::regproc) AS now`;
    await its.sql().unsafe(
      now.replace(
        /\$function\$[^]*\$function\$/,
        () => "$$ SELECT (extract(epoch FROM instant) * 1000)::bigint $$",
      ),
    );
    await its.sql()`INSERT INTO outcome_scores (id, user_id, company_id, dimension, score, created_at)
      VALUES (${scoreId(110)}, ${user}, 'acme', 'confidence', 0.5, 'infinity')`;
    await until("A value in Postgres does not fit into the type of its column in the view");
    await its.sql().unsafe(now);
    await until(null);
  });

  await t.step("a Postgres whose numbers of transactions start again is noticed", async () => {
    await run(its.clickHouse, {
      sql: `INSERT INTO sync_runs (source, started_at, position) VALUES ('cohorts', now64(3), 4000000000)`,
    });
    assert.match((await sync("cohorts")).error ?? "", /transactions in Postgres have started/);
  });

  await t.step("a run is asked for by an admin alone, and only of a source that there is", async () => {
    const asked = await its.ask("companies");
    assert.deepEqual([asked.status, asked.body], [202, { data: { source: "companies", status: "asked" } }]);
    assert.equal((await its.ask("companies", "query")).status, 403);
    const unknown = await its.ask("invoices");
    assert.equal(unknown.status, 404);
    assert.match(unknown.body.detail, /no source "invoices": the sources are cohorts, companies, /);
    assert.equal((await gateway.query("analytics/sync", "acme")).status, 403);
    const authorization = `Bearer ${await tokenOf("the-operator", "admin")}`;
    const got = await gateway.fetch("/v1/admin/sync/companies", undefined, { headers: { authorization } });
    assert.deepEqual([got.status, got.headers.get("allow")], [405, "POST"]);
    await got.body?.cancel();
  });

  await t.step("lag grows until a source is late, and is there for metrics", async () => {
    const states = await readSyncStates(its.clickHouse);
    assert.deepEqual(states.map(({ source }) => source), [
      "cohorts",
      "companies",
      "outcome_scores",
      "program_enrollments",
      "user_cohorts",
    ]);
    for (const { lagSeconds } of states) {
      assert.ok(lagSeconds !== null && lagSeconds >= 0 && lagSeconds < 1_200);
    }
    const state = await its.state("companies");
    const text = await (await gateway.fetch("/metrics")).text();
    for (
      const [metric, value] of [["rows", state.rows], ["rejected_rows", state.rejected], ["failures", 0]]
    ) {
      assert.ok(
        text.includes(`\nsluice_sync_${metric}{source="companies"} ${value}\n`),
        `${metric} ${value}`,
      );
    }
    // what goes on is looked at every five seconds
    assert.match(text, /^sluice_sync_running\{source="companies"\} [01]$/m);
    assert.match(text, /^sluice_sync_duration_seconds\{source="companies"\} \d/m);
    gateway.setNow(new Date(Date.now() + 21 * 60_000));
    const late = await its.state("outcome_scores");
    assert.equal(late.late, true);
    assert.ok(late.lagSeconds! >= 1_200);
    gateway.setNow(undefined);
  });

  await t.step("the user who begins runs may do nothing else, and nobody reads the password", async () => {
    const { syncer, reader } = createRoles(its.target);
    await run(syncer, { sql: "SYSTEM REFRESH VIEW sync_lines_companies_refresh" });
    for (
      const work of [
        () => readRows(syncer, { sql: "SELECT count() FROM csr_scores" }),
        () => run(syncer, { sql: "SYSTEM SHUTDOWN" }),
        () => readRows(reader, { sql: "SELECT * FROM postgresql(sluice_postgres, table = 'companies')" }),
      ]
    ) {
      await assert.rejects(work(), (error) => error instanceof ClickHouseError && error.code === 497);
    }
    const definitions = await rows<{ text: string }>(
      "SELECT concat(create_table_query, as_select) AS text FROM system.tables WHERE database = 'sluice'",
    );
    noSecret(definitions.map(({ text }) => text.replaceAll("COPY", "")));
  });
});
