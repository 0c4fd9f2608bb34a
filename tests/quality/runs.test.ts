import assert from "node:assert/strict";
import { run } from "../../src/clickhouse/client.ts";
import { readSqlFiles } from "../../src/hosts/deno/sql_files.ts";
import { createQualityWatch } from "../../src/quality/watch.ts";
import { createGateway, engineOptions, newTenant } from "../gateway.ts";
import { runProgram, temporaryFolder, waitFor } from "../program.ts";
import { checkFile, plant, qualityWorld } from "./world.ts";

// How checks run: whose rows are seen, whose turn it is, and what becomes of a check that is broken, slow or cut off. The engine is that
// of all tests: the checks look at a metric that no other test has.

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const minuteMs = 60_000;
const metric = `age_${crypto.randomUUID().slice(0, 8)}`;
const [acme, globex, wordy] = ["acme", "globex", "wordy"].map((name) => newTenant(name));
const examinedAges =
  `WITH examined AS (SELECT tenant_id, user_id, value FROM csr_metrics FINAL WHERE metric = '${metric}')`;

/** Users who are above the age that the test allows, as metrics. */
const agesNamed = (name: string) =>
  checkFile(
    name,
    "table: csr_metrics\nkind: ranges",
    `${examinedAges} SELECT tenant_id, user_id AS userId, value AS age FROM examined WHERE value > 120`,
  );

/** The same, joined to other tenants' rows: what it says of tenant_id does not keep them apart. */
const careless = checkFile(
  "runs/careless",
  "table: csr_metrics\nkind: references",
  `${examinedAges}
SELECT examined.tenant_id AS tenant_id, other.tenant_id AS otherTenant, other.value AS otherAge
FROM examined INNER JOIN csr_metrics AS other
    ON other.user_id = examined.user_id AND (other.tenant_id = examined.tenant_id OR other.metric = '${metric}')
WHERE other.value > 120`,
);

/** A check that the engine cannot end in its time. */
const slow = checkFile(
  "runs/slow",
  "table: csr_metrics\nkind: ranges\ntimeout: 0.2",
  `${examinedAges}
SELECT tenant_id, value FROM examined CROSS JOIN numbers(100000000000) AS n WHERE n.number % 7 = 8`,
);

const wideColumns = Array.from({ length: 20 }, (_, i) => `c${String(i).padStart(2, "0")}`);
/** Rows at fault of as many and as long values as there may be, each character of four bytes. */
const wide = checkFile(
  "runs/wide",
  "table: csr_metrics\nkind: ranges",
  `${examinedAges}
SELECT tenant_id, ${wideColumns.map((name) => `repeat('😀', 200) AS ${name}`).join(", ")}
FROM examined WHERE value > 120`,
);

const crowd = `crowd_${metric}`;
/** Of so many tenants that not all can have a sample. */
const crowded = checkFile(
  // a domain of its own: in that of the others, their tenants would be known too
  "crowds/crowded",
  "table: csr_metrics\nkind: ranges",
  examinedAges.replace(metric, crowd) + " SELECT tenant_id, value FROM examined",
);

const ages = agesNamed("runs/ages");
const [due, cut, cutLongAgo, half, watched] = ["due", "cut", "cut-long-ago", "half", "watched"]
  .map((name) => agesNamed(`runs/${name}`));

const age = (tenant_id: string, user_id: string, value: number, id: string = crypto.randomUUID()) => ({
  tenant_id,
  id,
  metric,
  day: "2026-03-01",
  user_id,
  value,
  period_start: "2026-03-01 00:00:00",
  updated_at: "2026-03-01 00:00:00",
});

Deno.test("quality checks", async (t) => {
  const target = engineOptions();
  const world = qualityWorld(target);
  await plant(world.owner, [{
    table: "csr_metrics",
    rows: [
      age(acme, "ann", 30),
      age(acme, "eve", 40),
      age(globex, "eve", 130, uuid(1)),
      age(globex, "bob", 50),
      age(globex, "cid", 60),
    ],
  }]);
  const signal = () => AbortSignal.timeout(60_000);
  const all = await world.load([
    ages,
    careless,
    slow,
    wide,
    crowded,
    due,
    cut,
    cutLongAgo,
    half,
    watched,
  ]);
  /** Those of the checks alone. */
  const only = (...files: { path: string }[]) => ({
    checks: all.checks.filter(({ file }) => files.some(({ path }) => path === file)),
    brokenChecks: [],
  });
  const endpoints = ["sql/quality/results.sql", "sql/quality/scores.sql", "sql/ops/checks.sql"];
  const gateway = await createGateway({
    target,
    files: [
      ...(await readSqlFiles()).filter(({ path }) => endpoints.includes(path)),
      ages,
      agesNamed("runs/new"),
      checkFile("runs/broken", "table: csr_metrics", "SELECT 1"),
    ],
    takesFaults: true,
  });

  await t.step("a tenant is told of its own rows alone, in counts, samples and scores", async () => {
    await world.runner().runAll(only(ages), signal());
    const ask = async (name: string, tenant: string) => (await gateway.query(`quality/${name}`, tenant)).body;
    const [ofAcme] = (await ask("results", acme)).data;
    assert.deepEqual([ofAcme.check, ofAcme.passed, ofAcme.examined, ofAcme.failed, ofAcme.sample], [
      "runs/ages",
      true,
      2,
      0,
      [],
    ]);
    const { data: [ofGlobex], meta } = await ask("results", globex);
    assert.deepEqual(ofGlobex, {
      check: "runs/ages",
      summary: "Of a test",
      table: "csr_metrics",
      kind: "ranges",
      severity: "error",
      runAt: ofGlobex.runAt,
      passed: false,
      examined: 3,
      failed: 1,
      score: 66.66,
      reason: "1 row is at fault, of 3 examined",
      sample: [{ userId: "eve", age: "130" }],
    });
    assert.equal(meta.page.total, 1);
    const day = ofGlobex.runAt.slice(0, 10);
    assert.deepEqual((await ask("scores", globex)).data, [
      { day, table: "csr_metrics", score: 66.66, checks: 1, failed: 1, errors: 1 },
    ]);
    assert.deepEqual((await ask("scores", acme)).data, [
      { day, table: "csr_metrics", score: 100, checks: 1, failed: 0, errors: 0 },
    ]);
    for (const name of ["results", "scores"]) assert.deepEqual((await ask(name, newTenant())).data, []);
  });

  await t.step("a check that joins tenants all the same shows no row of another", async () => {
    await world.runner().runAll(only(careless), signal());
    const results = await world.results("runs/careless");
    // the engine shows the reader of a sample one tenant's rows
    assert.deepEqual(results.map(({ tenant_id, sample }) => ({ tenant_id, sample })), [
      { tenant_id: acme, sample: [] },
      { tenant_id: globex, sample: [{ otherTenant: globex, otherAge: "130" }] },
    ]);
    assert.ok(!JSON.stringify(results[0]).includes(globex));
  });

  await t.step("a sample is five rows of short texts, and 16 KB", async () => {
    const long = "é".repeat(5_000);
    await plant(world.owner, [{
      table: "csr_metrics",
      rows: Array.from({ length: 9 }, (_, i) => age(wordy, `${i}${long}`, 200)),
    }]);
    await world.runner().runAll(only(ages, wide), signal());
    const of = async (check: string) =>
      (await world.results(check)).find(({ tenant_id }) => tenant_id === wordy);
    const result = await of("runs/ages");
    assert.deepEqual([result?.examined, result?.failed, result?.sample.length], [9, 9, 5]);
    for (const { userId, age } of result?.sample ?? []) {
      assert.deepEqual([userId?.slice(1), age], ["é".repeat(99), "200"]);
    }
    // a row is 20 values of 400 bytes, each with 9 more for its name: 8,181 as JSON, of which two are 16,362
    const row = Object.fromEntries(wideColumns.map((name) => [name, "😀".repeat(100)]));
    assert.deepEqual((await of("runs/wide"))?.sample, [row, row]);
  });

  await t.step("a hundred tenants have samples: those with the most rows at fault", async () => {
    const few = newTenant("few");
    const tenants = Array.from({ length: 100 }, () => newTenant("many"));
    const rows = [few, ...tenants, ...tenants].map((tenant) => ({ ...age(tenant, "ann", 1), metric: crowd }));
    await plant(world.owner, [{ table: "csr_metrics", rows }]);
    await world.runner().runAll(only(crowded), signal());
    const results = await world.results("crowds/crowded");
    const sampled = (tenant_id: string, count: number) => ({
      tenant_id,
      failed: count,
      sample: Array.from({ length: tenant_id === few ? 0 : count }, () => ({ value: "1" })),
    });
    assert.deepEqual(
      results.map(({ tenant_id, failed, sample }) => ({ tenant_id, failed, sample })),
      [sampled(few, 1), ...tenants.toSorted().map((tenant) => sampled(tenant, 2))],
    );
  });

  await t.step("a check that takes too long fails with that reason, and stops no other", async () => {
    const loaded = only(slow, ages);
    const before = (await world.results("runs/ages")).length;
    const runner = world.runner();
    const ran = await runner.runAll(loaded, signal());
    const [{ passed, reason, error }] = await world.runs("runs/slow");
    assert.deepEqual([passed, reason], [false, "The check took longer than 0.2 s"]);
    assert.match(error, /^Code 159: /);
    // each tenant that the domain knows
    const results = await world.results("runs/slow");
    assert.deepEqual(
      results.map(({ tenant_id, passed, examined, reason }) => [tenant_id, passed, examined, reason]),
      [
        [acme, false, 0, "The check took longer than 0.2 s"],
        [globex, false, 0, "The check took longer than 0.2 s"],
        [wordy, false, 0, "The check took longer than 0.2 s"],
      ],
    );
    assert.equal((await world.results("runs/ages")).length, before + 3);
    assert.deepEqual(ran.map(({ run }) => [run.check_name, run.failed_tenants]), [["runs/ages", 2], [
      "runs/slow",
      3,
    ]]);
    assert.deepEqual(runner.log.map(({ level, message, check }) => ({ level, message, check })), [
      { level: "error", message: "A quality check could not run", check: "runs/slow" },
    ]);
  });

  await t.step("a broken check fails and is told to operators alone, and stops no other", async () => {
    const loaded = only(ages);
    const fault = "sql/quality/runs/broken.sql:4:1: There is no table";
    await world.runner().runAll({ ...loaded, brokenChecks: [{ name: "runs/broken", fault }] }, signal());
    const [{ passed, error }] = await world.runs("runs/broken");
    assert.deepEqual([passed, error], [false, fault]);
    const results = await world.results("runs/broken");
    assert.deepEqual(results.map(({ tenant_id, reason }) => [tenant_id, reason]), [
      [acme, "The check could not run"],
      [globex, "The check could not run"],
      [wordy, "The check could not run"],
    ]);
    const { body } = await gateway.query("ops/checks", acme, {}, "admin");
    const told = body.data.find(({ check }: { check: string }) => check === "runs/broken");
    assert.deepEqual([told.passed, told.failedTenants, told.error], [false, 3, fault]);
  });

  await t.step(
    "results are there over time, and the score of a table is the mean of its checks'",
    async () => {
      const ask = async (tenant: string, parameters: Record<string, unknown>) =>
        (await gateway.query("quality/results", tenant, parameters)).body.data as Record<string, unknown>[];
      const check = "runs/ages";
      // the steps before this one have run it four times
      const history = await ask(globex, { check, history: true });
      assert.deepEqual(
        history.map(({ check, examined, failed }) => [check, examined, failed]),
        Array.from({ length: 4 }, () => [check, 3, 1]),
      );
      const times = history.map(({ runAt }) => String(runAt));
      assert.deepEqual(times, times.toSorted().toReversed());
      assert.deepEqual(await ask(globex, { check }), history.slice(0, 1));
      const names = async (parameters: Record<string, unknown>) =>
        (await ask(acme, parameters)).map(({ check }) => check).toSorted();
      assert.deepEqual(await names({ passed: true }), ["runs/ages", "runs/wide"]);
      assert.deepEqual(await names({ tableName: "csr_metrics", passed: false }), [
        "runs/careless",
        "runs/slow",
      ]);
      assert.deepEqual(await names({ domain: "crowds" }), []);
      assert.deepEqual(
        await ask(acme, { history: true, startDate: "2020-01-01", endDate: "2020-01-31" }),
        [],
      );
      // ages and wide 100, careless 50 (1 of 2, for its join), slow 0; of the broken one the table is not known
      const { body } = await gateway.query("quality/scores", acme);
      assert.deepEqual(
        body.data.map(({ table, score, checks, failed, errors }: Record<string, unknown>) => [
          table,
          score,
          checks,
          failed,
          errors,
        ]),
        [["csr_metrics", 62.5, 4, 2, 2]],
      );
    },
  );

  await t.step("metrics tell how each check that there is stands, and which never ran", async () => {
    const text = await (await gateway.fetch("/metrics")).text();
    const labels = (check: string, table = "csr_metrics") =>
      `{check="${check}",table="${table}",severity="error"}`;
    for (
      const line of [
        `sluice_quality_check_passed${labels("runs/ages")} 0`,
        // globex and the wordy tenant
        `sluice_quality_check_failed_tenants${labels("runs/ages")} 2`,
        `sluice_quality_check_failed_rows${labels("runs/ages")} 10`,
        `sluice_quality_check_schedule_seconds${labels("runs/ages")} 3600`,
        `sluice_quality_check_passed${labels("runs/new")} NaN`,
        `sluice_quality_check_age_seconds${labels("runs/new")} NaN`,
        `sluice_quality_check_passed${labels("runs/broken", "")} 0`,
      ]
    ) assert.ok(text.includes(`\n${line}\n`), `${line}\n${text.match(/^sluice_quality.*$/gm)?.join("\n")}`);
    const { dependencies: { catalog } } = await (await gateway.fetch("/health/dependencies")).json();
    assert.deepEqual(catalog, { status: "degraded", broken: ["sql/quality/runs/broken.sql"] });
  });

  await t.step("the task runs checks now, names rows at fault, and fails for errors alone", async () => {
    await using folder = await temporaryFolder();
    const { url, user, password } = target;
    const env = {
      CLICKHOUSE_URL: url,
      CLICKHOUSE_USER: user,
      CLICKHOUSE_PASSWORD: password,
      SLUICE_SQL_DIR: folder.path,
    };
    await Deno.mkdir(`${folder.path}/quality/runs`, { recursive: true });
    const write = (name: string, text: string) =>
      Deno.writeTextFile(`${folder.path}/quality/runs/${name}.sql`, text);
    await write("ages", ages.text);
    await write("mild", ages.text.replace("kind:", "severity: warning\nkind:"));
    const task = (...args: string[]) =>
      runProgram(Deno.execPath(), ["run", "-A", "src/tools/tasks/quality.ts", ...args], env);
    const [all, mild, unknown] = await Promise.all([
      task(),
      task("--check=runs/mild"),
      task("--check=runs/age"),
    ]);
    assert.equal(all.code, 1, all.printed);
    assert.match(all.printed, /^FAILED +runs\/ages +14 rows of 3 tenants, 10 at fault \(\d+ ms\)\n/m);
    assert.match(all.printed, /^warning +runs\/mild /m);
    assert.match(
      all.printed,
      new RegExp(`^ +${globex}: 1 row is at fault, of 3 examined\\n +\\{"userId":"eve","age":"130"\\}$`, "m"),
    );
    assert.match(all.printed, /^0 passed, 1 failed, 1 with warnings$/m);
    assert.equal(mild.code, 0, mild.printed);
    assert.deepEqual([unknown.code, unknown.printed.trim()], [
      2,
      'There is no check "runs/age"; did you mean "runs/ages"?',
    ]);
    await write("broken", "SELECT 1");
    const broken = await task("--domain=runs");
    assert.equal(broken.code, 1);
    assert.match(broken.printed, /\/quality\/runs\/broken\.sql:1:1: The file must begin with front matter/);
    assert.match(broken.printed, /^0 passed, 2 failed, 1 with warnings$/m);
  });

  await t.step(
    "of several processes one runs a check that is due, and each result is there once",
    async () => {
      const loaded = only(due);
      const runners = Array.from({ length: 6 }, () => world.runner());
      const ran = await Promise.all(runners.map(({ runDue }) => runDue(loaded, signal())));
      assert.equal(ran.flat().length, 1);
      // and none runs it again in this slot
      for (const { runDue } of runners) assert.deepEqual(await runDue(loaded, signal()), []);
      assert.deepEqual((await world.runs("runs/due")).length, 1);
      assert.deepEqual((await world.results("runs/due")).map(({ tenant_id }) => tenant_id), [
        acme,
        globex,
        wordy,
      ]);
      const later = world.runner({ clock: () => new Date(Date.now() + 60 * minuteMs) });
      assert.equal((await later.runDue(loaded, signal())).length, 1);
      assert.equal((await world.runs("runs/due")).length, 2);
    },
  );

  await t.step("a run that was cut off is begun again when it must be over, by one alone", async () => {
    const slot = (check: string, ageMinutes: number) =>
      run(world.owner, {
        sql: "INSERT INTO quality_claims (check_name, slot, attempt, instance, claimed_at) " +
          "SELECT {check:String}, toStartOfHour(now64(3, 'UTC')), 0, generateUUIDv4(), now64(3) - INTERVAL {age:UInt32} MINUTE",
        parameters: { check, age: String(ageMinutes) },
      });
    // the check may take a minute, and its samples another
    await slot("runs/cut", 2);
    await slot("runs/cut-long-ago", 4);
    const loaded = only(cut, cutLongAgo);
    const runners = Array.from({ length: 4 }, () => world.runner());
    const ran = await Promise.all(runners.map(({ runDue }) => runDue(loaded, signal())));
    assert.deepEqual(ran.flat().map(({ run }) => run.check_name), ["runs/cut-long-ago"]);
  });

  await t.step("a process that the engine left in the middle takes its own turn up again", async () => {
    const loaded = only(half);
    let isGone = true;
    const runner = world.runner({
      operator: async (statement) => {
        if (isGone) throw new TypeError("the engine is gone");
        return await world.roles.operator(statement);
      },
    });
    await assert.rejects(runner.runDue(loaded, signal()), /the engine is gone/);
    assert.deepEqual(await world.runs("runs/half"), []);
    isGone = false;
    assert.equal((await runner.runDue(loaded, signal())).length, 1);
  });

  await t.step(
    "a watch runs what is due as soon as there are checks",
    async () => {
      const loaded = only(watched);
      const served: { checks?: typeof loaded } = {};
      const log: { message: string }[] = [];
      const watch = createQualityWatch({
        quality: world.runner(),
        checks: () => served.checks ?? assert.fail("nothing is served yet"),
        log: (entry) => void log.push(entry),
      });
      watch.start();
      served.checks = loaded;
      watch.wake();
      await waitFor("the check has run", async () => (await world.runs("runs/watched")).length === 1);
      await watch.stop();
      assert.deepEqual(log, []);
    },
  );
});
