import assert from "node:assert/strict";
import { qualityKinds } from "../../src/catalog/quality_front_matter.ts";
import { casesAt } from "./cases.ts";
import { salesLoadedUntil, ticketingCasesAt } from "./ticketing_cases.ts";
import { ownEngine } from "../own_engine.ts";
import { plant, qualityWorld, shippedChecks } from "./world.ts";

Deno.test("every shipped check fails on empty tables, passes on good rows, and fails on a planted defect, whose rows it names", async (t) => {
  // in this engine tables are empty until rows are planted
  await using engine = await ownEngine();
  const world = qualityWorld(engine.target);
  const loaded = await world.load(await shippedChecks());
  // what the scores' views note of these rows lies a while back when the checks run
  const now = new Date(Date.now() + 1_200_000);
  const cases = [...casesAt(now), ...ticketingCasesAt(now)];

  await t.step("every check has a case, and all kinds are shipped", () => {
    assert.deepEqual(cases.map(({ check }) => check).toSorted(), loaded.checks.map(({ name }) => name));
    const kinds = new Set(loaded.checks.map(({ frontMatter }) => frontMatter.kind));
    assert.deepEqual([...kinds].toSorted(), [...qualityKinds].toSorted());
  });

  await t.step("on empty tables every check fails", async () => {
    const ran = await world.runner().runAll(loaded, AbortSignal.timeout(120_000));
    assert.deepEqual(ran.map(({ run }) => run.check_name), loaded.checks.map(({ name }) => name));
    for (const { run, results } of ran) {
      assert.deepEqual([run.check_name, run.passed, run.error, results], [run.check_name, false, "", []]);
    }
  });

  for (const { good, bad } of cases) await plant(world.owner, [...good, ...bad]);
  const ran = await world.runner({ clock: () => now }).runAll(loaded, AbortSignal.timeout(120_000));
  assert.deepEqual(ran.filter(({ run }) => run.error).map(({ run }) => [run.check_name, run.error]), []);
  for (const { check, goodExamined, goodFailed = 0, badExamined, named } of cases) {
    await t.step(check, async () => {
      const results = await world.results(check);
      const of = (tenant: string) =>
        results.find(({ tenant_id }) => tenant_id === `${tenant} ${check.split("/")[1]}`);
      const [good, bad] = [of("good"), of("bad")];
      assert.deepEqual([good?.passed, good?.examined, good?.failed, good?.reason], [
        true,
        goodExamined,
        goodFailed,
        "",
      ]);
      assert.deepEqual([bad?.passed, bad?.examined, bad?.failed], [false, badExamined, named.length]);
      assert.deepEqual(bad?.sample, named);
      assert.match(
        bad?.reason ?? "",
        new RegExp(`^${named.length} rows? (is|are) at fault, of ${badExamined} examined`),
      );
    });
  }

  await t.step(
    "what no load has come to is not compared, but for what arrived more than a day ago",
    async () => {
      const later = new Date(now.getTime() + 1);
      await plant(world.owner, [salesLoadedUntil(new Date(0), later)]);
      const check = "warehouse/sales-balance";
      const balance = loaded.checks.filter(({ name }) => name === check);
      const ran = await world.runner({ clock: () => now }).runAll(
        { checks: balance, brokenChecks: [] },
        AbortSignal.timeout(120_000),
      );
      const bad = ran[0].results.find(({ tenantId }) => tenantId === "bad sales-balance");
      const { named, badExamined } = cases.find((each) => each.check === check)!;
      assert.deepEqual([bad?.examined, bad?.failed, bad?.sample], [badExamined, 1, named.slice(0, 1)]);
    },
  );

  await t.step(
    "a tenant of the domain who has no rows there fails, and one of another domain has no result",
    async () => {
      const names = await world.results("csr/metric-names");
      const of = (tenant: string) => names.filter(({ tenant_id }) => tenant_id === tenant);
      assert.deepEqual(of("good score-ranges"), [{
        tenant_id: "good score-ranges",
        check_name: "csr/metric-names",
        passed: false,
        examined: 0,
        failed: 0,
        score: 0,
        reason: "No rows were examined",
        sample: [],
      }]);
      assert.deepEqual(of("good message-channels"), []);
    },
  );
});
