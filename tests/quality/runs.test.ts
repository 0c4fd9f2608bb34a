import assert from "node:assert/strict";
import { run } from "../../src/clickhouse/client.ts";
import { createQualityWatch } from "../../src/quality/watch.ts";
import { createGateway } from "../gateway.ts";
import { checkFile, plant, qualityWorld } from "./world.ts";
import { runProgram, temporaryFolder, waitFor } from "../program.ts";

// How checks run: whose rows are seen, whose turn it is, and what becomes of a check that is broken, slow or cut off.

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const minuteMs = 60_000;

/** Users who are above the age that the test allows, as metrics. */
const agesNamed = (name: string) =>
  checkFile(
    name,
    "table: csr_metrics\nkind: ranges",
    `WITH examined AS (SELECT tenant_id, user_id, value FROM csr_metrics FINAL WHERE metric = 'age')
SELECT tenant_id, user_id AS userId, value AS age FROM examined WHERE value > 120`,
  );
const ages = agesNamed("test/ages");

/** The same, joined to others' rows by the user alone: a mistake. */
const careless = checkFile(
  "test/careless",
  "table: csr_metrics\nkind: references",
  `WITH examined AS (SELECT tenant_id, user_id, value FROM csr_metrics FINAL WHERE metric = 'age')
SELECT examined.tenant_id AS tenant_id, other.tenant_id AS otherTenant, other.value AS otherAge
FROM examined INNER JOIN csr_metrics AS other ON other.user_id = examined.user_id
WHERE other.value > 120`,
);

/** A check that the engine cannot end in its time. */
const slow = checkFile(
  "test/slow",
  "table: csr_metrics\nkind: ranges\ntimeout: 0.2",
  `WITH examined AS (SELECT tenant_id, value FROM csr_metrics)
SELECT tenant_id, value FROM examined CROSS JOIN numbers(100000000000) AS n WHERE n.number % 7 = 8`,
);

const age = (tenant_id: string, user_id: string, value: number, id: string = crypto.randomUUID()) => ({
  tenant_id,
  id,
  metric: "age",
  day: "2026-03-01",
  user_id,
  value,
  period_start: "2026-03-01 00:00:00",
  updated_at: "2026-03-01 00:00:00",
});

Deno.test("quality checks", async (t) => {
  await using world = await qualityWorld();
  await plant(world.owner, [{
    table: "csr_metrics",
    rows: [
      age("acme", "ann", 30),
      age("acme", "eve", 40),
      age("globex", "eve", 130, uuid(1)),
      age("globex", "bob", 50),
      age("globex", "cid", 60),
    ],
  }]);
  const signal = () => AbortSignal.timeout(60_000);

  await t.step("a tenant is told of its own rows alone, in counts, samples and scores", async () => {
    const loaded = await world.load([ages]);
    await world.runner().runAll(loaded, signal());
    const gateway = await createGateway({ target: world.engine.target });
    const ask = async (name: string, tenant: string) => (await gateway.query(`quality/${name}`, tenant)).body;
    const [acme] = (await ask("results", "acme")).data;
    assert.deepEqual([acme.check, acme.passed, acme.examined, acme.failed, acme.sample], [
      "test/ages",
      true,
      2,
      0,
      [],
    ]);
    const { data: [globex], meta } = await ask("results", "globex");
    assert.deepEqual(globex, {
      check: "test/ages",
      summary: "Of a test",
      table: "csr_metrics",
      kind: "ranges",
      severity: "error",
      runAt: globex.runAt,
      passed: false,
      examined: 3,
      failed: 1,
      score: 66.66,
      reason: "1 row is at fault, of 3 examined",
      sample: [{ userId: "eve", age: "130" }],
    });
    assert.equal(meta.page.total, 1);
    const day = globex.runAt.slice(0, 10);
    assert.deepEqual((await ask("scores", "globex")).data, [
      { day, table: "csr_metrics", score: 66.66, checks: 1, failed: 1, errors: 1 },
    ]);
    assert.deepEqual((await ask("scores", "acme")).data, [
      { day, table: "csr_metrics", score: 100, checks: 1, failed: 0, errors: 0 },
    ]);
    for (const name of ["results", "scores"]) assert.deepEqual((await ask(name, "initech")).data, []);
  });

  await t.step("a check that joins tenants by mistake shows no row of another", async () => {
    await world.runner().runAll(await world.load([careless]), signal());
    const results = await world.results("test/careless");
    // the engine shows the reader of a sample one tenant's rows
    assert.deepEqual(results.map(({ tenant_id, sample }) => ({ tenant_id, sample })), [
      { tenant_id: "acme", sample: [] },
      { tenant_id: "globex", sample: [{ otherTenant: "globex", otherAge: "130" }] },
    ]);
    assert.ok(!JSON.stringify(results[0]).includes("globex"));
  });

  await t.step("a sample is five rows of short texts", async () => {
    const tenant = "wordy";
    const long = "é".repeat(5_000);
    await plant(world.owner, [{
      table: "csr_metrics",
      rows: Array.from({ length: 9 }, (_, i) => age(tenant, `${i}${long}`, 200)),
    }]);
    await world.runner().runAll(await world.load([ages]), signal());
    const result = (await world.results("test/ages")).find(({ tenant_id }) => tenant_id === tenant);
    assert.deepEqual([result?.examined, result?.failed, result?.sample.length], [9, 9, 5]);
    for (const { userId, age } of result?.sample ?? []) {
      assert.deepEqual([userId?.slice(1), age], ["é".repeat(99), "200"]);
    }
  });

  await t.step("a check that takes too long fails with that reason, and stops no other", async () => {
    const loaded = await world.load([slow, ages]);
    const before = (await world.results("test/ages")).length;
    const runner = world.runner();
    const ran = await runner.runAll(loaded, signal());
    const [{ passed, reason, error }] = await world.runs("test/slow");
    assert.deepEqual([passed, reason], [false, "The check took longer than 0.2 s"]);
    assert.match(error, /^Code 159: /);
    // each tenant that the domain knows
    const results = await world.results("test/slow");
    assert.deepEqual(
      results.map(({ tenant_id, passed, examined, reason }) => [tenant_id, passed, examined, reason]),
      [
        ["acme", false, 0, "The check took longer than 0.2 s"],
        ["globex", false, 0, "The check took longer than 0.2 s"],
        ["wordy", false, 0, "The check took longer than 0.2 s"],
      ],
    );
    assert.equal((await world.results("test/ages")).length, before + 3);
    assert.deepEqual(ran.map(({ run }) => [run.check_name, run.failed_tenants]), [["test/ages", 2], [
      "test/slow",
      3,
    ]]);
    assert.deepEqual(runner.log.map(({ level, message, check }) => ({ level, message, check })), [
      { level: "error", message: "A quality check could not run", check: "test/slow" },
    ]);
  });

  await t.step("a broken check fails and is told to operators alone, and stops no other", async () => {
    const loaded = await world.load([ages]);
    const fault = "sql/quality/test/broken.sql:4:1: There is no table";
    await world.runner().runAll({ ...loaded, brokenChecks: [{ name: "test/broken", fault }] }, signal());
    const [{ passed, error }] = await world.runs("test/broken");
    assert.deepEqual([passed, error], [false, fault]);
    const results = await world.results("test/broken");
    assert.deepEqual(results.map(({ tenant_id, reason }) => [tenant_id, reason]), [
      ["acme", "The check could not run"],
      ["globex", "The check could not run"],
      ["wordy", "The check could not run"],
    ]);
    const gateway = await createGateway({ target: world.engine.target });
    const { body } = await gateway.query("ops/checks", "acme", {}, "admin");
    const told = body.data.find(({ check }: { check: string }) => check === "test/broken");
    assert.deepEqual([told.passed, told.failedTenants, told.error], [false, 3, fault]);
  });

  await t.step("metrics tell how each check that there is stands, and which never ran", async () => {
    const gateway = await createGateway({
      target: world.engine.target,
      files: [ages, agesNamed("test/new"), checkFile("test/broken", "table: csr_metrics", "SELECT 1")],
      takesFaults: true,
    });
    const text = await (await gateway.fetch("/metrics")).text();
    const labels = (check: string, table = "csr_metrics") =>
      `{check="${check}",table="${table}",severity="error"}`;
    for (
      const line of [
        `sluice_quality_check_passed${labels("test/ages")} 0`,
        // globex and the wordy tenant
        `sluice_quality_check_failed_tenants${labels("test/ages")} 2`,
        `sluice_quality_check_failed_rows${labels("test/ages")} 10`,
        `sluice_quality_check_schedule_seconds${labels("test/ages")} 3600`,
        `sluice_quality_check_passed${labels("test/new")} NaN`,
        `sluice_quality_check_age_seconds${labels("test/new")} NaN`,
        `sluice_quality_check_passed${labels("test/broken", "")} 0`,
      ]
    ) assert.ok(text.includes(`\n${line}\n`), `${line}\n${text.match(/^sluice_quality.*$/gm)?.join("\n")}`);
    const { dependencies: { catalog } } = await (await gateway.fetch("/health/dependencies")).json();
    assert.deepEqual(catalog, { status: "degraded", broken: ["sql/quality/test/broken.sql"] });
  });

  await t.step("the task runs checks now, names rows at fault, and fails for errors alone", async () => {
    await using folder = await temporaryFolder();
    const { url, user, password } = world.engine.target;
    const env = {
      CLICKHOUSE_URL: url,
      CLICKHOUSE_USER: user,
      CLICKHOUSE_PASSWORD: password,
      SLUICE_SQL_DIR: folder.path,
    };
    await Deno.mkdir(`${folder.path}/quality/test`, { recursive: true });
    const write = (name: string, text: string) =>
      Deno.writeTextFile(`${folder.path}/quality/test/${name}.sql`, text);
    await write("ages", ages.text);
    await write("mild", ages.text.replace("kind:", "severity: warning\nkind:"));
    const task = (...args: string[]) =>
      runProgram(Deno.execPath(), ["run", "-A", "src/tools/tasks/quality.ts", ...args], env);
    const all = await task();
    assert.equal(all.code, 1, all.printed);
    assert.match(all.printed, /^FAILED +test\/ages +14 rows of 3 tenants, 10 at fault \(\d+ ms\)\n/m);
    assert.match(all.printed, /^warning +test\/mild /m);
    assert.match(
      all.printed,
      /^ +globex: 1 row is at fault, of 3 examined\n +\{"userId":"eve","age":"130"\}$/m,
    );
    assert.match(all.printed, /^0 passed, 1 failed, 1 with warnings$/m);
    assert.equal((await task("--check=test/mild")).code, 0);
    const unknown = await task("--check=test/age");
    assert.deepEqual([unknown.code, unknown.printed.trim()], [
      2,
      'There is no check "test/age"; did you mean "test/ages"?',
    ]);
    await write("broken", "SELECT 1");
    const broken = await task("--domain=test");
    assert.equal(broken.code, 1);
    assert.match(broken.printed, /\/quality\/test\/broken\.sql:1:1: The file must begin with front matter/);
    assert.match(broken.printed, /^0 passed, 2 failed, 1 with warnings$/m);
  });

  await t.step(
    "of several processes one runs a check that is due, and each result is there once",
    async () => {
      const due = agesNamed("test/due");
      const loaded = await world.load([due]);
      const runners = Array.from({ length: 6 }, () => world.runner());
      const ran = await Promise.all(runners.map(({ runDue }) => runDue(loaded, signal())));
      assert.equal(ran.flat().length, 1);
      // and none runs it again in this slot
      for (const { runDue } of runners) assert.deepEqual(await runDue(loaded, signal()), []);
      assert.deepEqual((await world.runs("test/due")).length, 1);
      assert.deepEqual((await world.results("test/due")).map(({ tenant_id }) => tenant_id), [
        "acme",
        "globex",
        "wordy",
      ]);
      const later = world.runner({ clock: () => new Date(Date.now() + 60 * minuteMs) });
      assert.equal((await later.runDue(loaded, signal())).length, 1);
      assert.equal((await world.runs("test/due")).length, 2);
    },
  );

  await t.step("a run that was cut off is begun again when it must be over, by one alone", async () => {
    const cut = agesNamed("test/cut");
    const loaded = await world.load([cut]);
    const slot = (ageMinutes: number) =>
      run(world.owner, {
        sql: "INSERT INTO quality_claims (check_name, slot, attempt, instance, claimed_at) " +
          "SELECT 'test/cut', toStartOfHour(now64(3, 'UTC')), 0, generateUUIDv4(), now64(3) - INTERVAL {age:UInt32} MINUTE",
        parameters: { age: String(ageMinutes) },
      });
    // the check may take a minute, and its samples another
    await slot(2);
    assert.deepEqual(await world.runner().runDue(loaded, signal()), []);
    await run(world.owner, { sql: "TRUNCATE TABLE quality_claims" });
    await slot(4);
    const runners = Array.from({ length: 4 }, () => world.runner());
    const ran = await Promise.all(runners.map(({ runDue }) => runDue(loaded, signal())));
    assert.equal(ran.flat().length, 1);
  });

  await t.step("a process that the engine left in the middle takes its own turn up again", async () => {
    const half = agesNamed("test/half");
    const loaded = await world.load([half]);
    let isGone = true;
    const runner = world.runner({
      operator: async (statement) => {
        if (isGone) throw new TypeError("the engine is gone");
        return await world.roles.operator(statement);
      },
    });
    await assert.rejects(runner.runDue(loaded, signal()), /the engine is gone/);
    assert.deepEqual(await world.runs("test/half"), []);
    isGone = false;
    assert.equal((await runner.runDue(loaded, signal())).length, 1);
  });

  await t.step(
    "a watch runs what is due as soon as there are checks",
    async () => {
      const watched = agesNamed("test/watched");
      const loaded = await world.load([watched]);
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
      await waitFor("the check has run", async () => (await world.runs("test/watched")).length === 1);
      await watch.stop();
      assert.deepEqual(log, []);
    },
  );
});
