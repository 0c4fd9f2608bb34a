import assert from "node:assert/strict";
import { createClickHouse } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { waitFor } from "./program.ts";
import { refreshView } from "./refresh_view.ts";

// What the database computes on a schedule: dashboards, and which benchmarks a company may see. Numbers by hand.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();

async function send(stream: string, tenant: string, rows: unknown[]): Promise<void> {
  const { status, body } = await gateway.send(stream, tenant, rows);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
}

async function ask(name: string, tenant: string, parameters: Record<string, unknown> = {}) {
  const { status, body } = await gateway.query(name, tenant, parameters);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

function score(userId: string, dimension: string, score: number, more: Record<string, unknown> = {}) {
  return { id: crypto.randomUUID(), userId, dimension, score, createdAt: "2026-03-02T09:00:00Z", ...more };
}

function step(userId: string, stage: string, day: number, programId = "buddy") {
  return { id: crypto.randomUUID(), userId, programId, stage, occurredAt: `2026-03-0${day}T09:00:00Z` };
}

Deno.test("dashboards show the latest versions of scores and steps, of one company", async (t) => {
  const [tenant, other] = [newTenant("dashboard"), newTenant("other")];
  const wrong = score("u9", "confidence", 1, { programId: "buddy" });
  await send("csr_scores", tenant, [
    // u1 was a beginner and is advanced now, u2 is intermediate, u3 in no language group
    score("u1", "lang_level_proxy", 0.2, { programId: "buddy", createdAt: "2026-01-02T09:00:00Z" }),
    score("u1", "lang_level_proxy", 0.7, { programId: "buddy", createdAt: "2026-02-02T09:00:00Z" }),
    score("u2", "lang_level_proxy", 0.4, { programId: "mentor", createdAt: "2026-02-02T09:00:00Z" }),
    score("u1", "confidence", 0.5, { programId: "buddy" }),
    score("u2", "confidence", 0.7, { programId: "mentor" }),
    score("u3", "confidence", 0.9),
    wrong,
    { ...wrong, deleted: true, updatedAt: "2026-03-03T09:00:00Z" },
  ]);
  await send("csr_scores", other, [score("u1", "confidence", 0.1, { programId: "theirs" })]);
  await send("csr_journey", tenant, [
    step("u1", "enrolled", 1),
    step("u1", "completed", 3),
    step("u2", "enrolled", 1),
    step("u2", "matched", 2),
    step("u4", "completed", 2),
    step("u4", "enrolled", 1, "mentor"),
  ]);
  await Promise.all(
    [
      "csr_company_dashboard_refresh",
      "csr_program_performance_refresh",
      "csr_language_groups_refresh",
      "csr_journey_stages_refresh",
    ]
      .map((view) => refreshView(clickHouse, view)),
  );

  await t.step("analytics/company", async () => {
    const { computedAt, ...data } = await ask("analytics/company", tenant);
    assert.ok(computedAt);
    assert.deepEqual(data, {
      users: 4,
      programs: 2,
      scores: 6,
      // (0.2 + 0.7 + 0.4 + 0.5 + 0.7 + 0.9) / 6
      avgScore: 0.566667,
      dimensions: [
        { dimension: "confidence", users: 3, scoreCount: 3, avgScore: 0.7, latestDay: "2026-03-02" },
        // 1.3 / 3
        {
          dimension: "lang_level_proxy",
          users: 2,
          scoreCount: 3,
          avgScore: 0.433333,
          latestDay: "2026-02-02",
        },
      ],
    });
  });

  await t.step("analytics/programs", async () => {
    const [buddy, mentor, ...more] = await ask("analytics/programs", tenant);
    assert.deepEqual(more, []);
    // u4 completed in buddy without having enrolled there
    assert.deepEqual([buddy.programId, buddy.enrolledUsers, buddy.completedUsers, buddy.completionRate], [
      "buddy",
      2,
      1,
      50,
    ]);
    assert.deepEqual([buddy.scoreCount, buddy.avgScore], [3, 0.466667]);
    assert.deepEqual([mentor.programId, mentor.enrolledUsers, mentor.completedUsers, mentor.completionRate], [
      "mentor",
      1,
      0,
      0,
    ]);
    assert.deepEqual(mentor.dimensions, [
      { dimension: "confidence", users: 1, scoreCount: 1, avgScore: 0.7 },
      { dimension: "lang_level_proxy", users: 1, scoreCount: 1, avgScore: 0.4 },
    ]);
  });

  await t.step("analytics/language-groups", async () => {
    const groups = await ask("analytics/language-groups", tenant);
    assert.deepEqual(
      groups.map(({ computedAt: _, ...group }: Record<string, unknown>) => group),
      [
        {
          languageGroup: "intermediate",
          users: 1,
          scoreCount: 2,
          dimensions: [
            { dimension: "confidence", users: 1, scoreCount: 1, avgScore: 0.7 },
            { dimension: "lang_level_proxy", users: 1, scoreCount: 1, avgScore: 0.4 },
          ],
        },
        {
          languageGroup: "advanced",
          users: 1,
          scoreCount: 3,
          dimensions: [
            { dimension: "confidence", users: 1, scoreCount: 1, avgScore: 0.5 },
            { dimension: "lang_level_proxy", users: 1, scoreCount: 2, avgScore: 0.45 },
          ],
        },
      ],
    );
  });

  await t.step("analytics/journey-stages", async () => {
    const stages = await ask("analytics/journey-stages", tenant, { programId: "buddy" });
    assert.deepEqual(
      stages.map((
        { stage, reachedUsers, currentUsers, currentShare }: Record<string, unknown>,
      ) => [stage, reachedUsers, currentUsers, currentShare]),
      // of u1, u2 and u4
      [["completed", 2, 2, 66.67], ["enrolled", 2, 0, 0], ["matched", 1, 1, 33.33]],
    );
  });
});

/** Companies of one industry, region and size each, with one score. */
async function companies(
  groups: { industry: string; region: string; employees: number }[],
  dimension = "confidence",
): Promise<string[]> {
  const tenants = groups.map(() => newTenant("company"));
  for (const [i, tenant] of tenants.entries()) {
    await send("csr_companies", tenant, [{ ...groups[i], updatedAt: "2026-01-01T00:00:00Z" }]);
    await send("csr_scores", tenant, [score("u1", dimension, (i + 1) / (groups.length > 10 ? 50 : 10))]);
  }
  await refreshView(clickHouse, "csr_benchmarks_refresh");
  return tenants;
}

const withheldNumbers = {
  withheld: true,
  benchmark: null,
  benchmarkMedian: null,
  companies: null,
  difference: null,
  percentDifference: null,
};

function shown(
  { withheld, benchmark, benchmarkMedian, companies, difference, percentDifference }: Record<string, unknown>,
) {
  return { withheld, benchmark, benchmarkMedian, companies, difference, percentDifference };
}

Deno.test("a group is shown from five companies beside one's own, with and without one's own alike", async () => {
  const industry = newTenant("industry");
  const five = await companies(Array.from({ length: 5 }, () => ({ industry, region: "", employees: 0 })));
  for (const includeOwn of [true, false]) {
    // the mean of five and one's own would tell that of the four others
    assert.deepEqual(
      shown(await ask("analytics/benchmarks", five[0], { dimension: "confidence", includeOwn })),
      withheldNumbers,
    );
  }
  const outsider = newTenant("company");
  await send("csr_companies", outsider, [{ industry, updatedAt: "2026-01-01T00:00:00Z" }]);
  await refreshView(clickHouse, "csr_benchmarks_refresh");
  // means 0.1 to 0.5, none of which is its own
  assert.deepEqual(shown(await ask("analytics/benchmarks", outsider, { dimension: "confidence" })), {
    withheld: false,
    benchmark: 0.3,
    benchmarkMedian: 0.3,
    companies: 5,
    difference: null,
    percentDifference: null,
  });
  await send("csr_scores", outsider, [score("u1", "confidence", 0.6)]);
  await refreshView(clickHouse, "csr_benchmarks_refresh");
  // 2.1 / 6; (0.3 + 0.4) / 2; 0.25 / 0.35
  assert.deepEqual(shown(await ask("analytics/benchmarks", outsider, { dimension: "confidence" })), {
    withheld: false,
    benchmark: 0.35,
    benchmarkMedian: 0.35,
    companies: 6,
    difference: 0.25,
    percentDifference: 71.43,
  });
  assert.deepEqual(
    shown(await ask("analytics/benchmarks", five[0], { dimension: "confidence", includeOwn: false })),
    {
      withheld: false,
      // 2.0 / 5
      benchmark: 0.4,
      benchmarkMedian: 0.4,
      companies: 5,
      difference: -0.3,
      percentDifference: -75,
    },
  );
});

Deno.test("of two groups that few companies make the difference of, one is withheld", async () => {
  const [industry, region] = [newTenant("industry"), newTenant("region")];
  // eight in the industry, six of these in the region: subtracting would tell the mean of two
  const nested = await companies(
    Array.from({ length: 8 }, (_, i) => ({ industry, region: i < 6 ? region : "", employees: 0 })),
  );
  assert.equal((await ask("analytics/benchmarks", nested[0], { dimension: "confidence" })).benchmark, 0.45);
  assert.deepEqual(
    shown(await ask("analytics/benchmarks", nested[0], { dimension: "confidence", groupBy: "region" })),
    withheldNumbers,
  );
});

Deno.test("a company that moves to another industry learns nothing from the difference", async () => {
  const [industry, region] = [newTenant("industry"), newTenant("region")];
  // seven in industry and region, one more in the industry
  const eight = await companies(
    Array.from({ length: 8 }, (_, i) => ({ industry, region: i < 7 ? region : "", employees: 0 })),
  );
  const benchmark = async (groupBy: string) =>
    shown(
      await ask("analytics/benchmarks", eight[0], { dimension: "confidence", groupBy, includeOwn: false }),
    );
  assert.equal((await benchmark("industry")).companies, 7);
  assert.deepEqual(await benchmark("region"), withheldNumbers);
  const updatedAt = "2026-01-02T00:00:00Z";
  await send("csr_companies", eight[0], [{ industry: newTenant("industry"), region, updatedAt }]);
  await refreshView(clickHouse, "csr_benchmarks_refresh");
  // the six others of the region are all in the industry that it has left: 7 means less 6 would be one
  assert.deepEqual(await benchmark("region"), withheldNumbers);
});

Deno.test("a size is withheld where industry, region and size together tell of few", async () => {
  // sizes are few, so this dimension keeps other tests' companies out
  const [industry, region, dimension] = [newTenant("industry"), newTenant("region"), newTenant("dimension")];
  const others = { industry: newTenant("industry"), region: "" };
  // 13 in the industry and one outside: 7 of them in the region, 6 others and the one outside of its size
  const thirteen = await companies([
    { industry, region, employees: 5 },
    ...Array.from({ length: 6 }, () => ({ industry, region, employees: 5_000 })),
    ...Array.from({ length: 5 }, () => ({ industry, region: "", employees: 5 })),
    { ...others, employees: 5 },
  ], dimension);
  const ask1 = async (groupBy: string) =>
    shown(await ask("analytics/benchmarks", thirteen[0], { dimension, groupBy }));
  assert.equal((await ask1("industry")).withheld, false);
  assert.equal((await ask1("region")).withheld, false);
  // region + size - industry is what the one outside has
  assert.deepEqual(await ask1("size"), withheldNumbers);
});

Deno.test("what is withheld is what company by company counting says, for random companies", async () => {
  const dimension = newTenant("dimension");
  const kinds = ["industry", "region", "size"] as const;
  const [industries, regions] = [["a", "b", ""], ["x", "y"]].map((names) =>
    names.map((name) => name && newTenant(name))
  );
  const sizes = [5, 500];
  const pick = <Value>(values: Value[]) => values[Math.floor(Math.random() ** 2 * values.length)];
  const groups = Array.from({ length: 36 }, () => {
    const [industry, region, employees] = [pick(industries), pick(regions), pick(sizes)];
    return { industry, region, employees, size: String(employees) };
  });
  const tenants = await companies(groups.map(({ size: _, ...group }) => group), dimension);

  /** Weighted sums of companies beside the asking one: how many have a weight other than 0. */
  const weighted = (
    asking: number,
    weights: { kind: typeof kinds[number]; name: string; weight: number }[],
  ) =>
    groups.filter((group, i) =>
      i !== asking &&
      weights.reduce((sum, { kind, name, weight }) => sum + (group[kind] === name ? weight : 0), 0) !== 0
    ).length;
  const isFew = (count: number) => count >= 1 && count <= 4;
  const told: Record<string, number> = {};
  for (const [i, tenant] of tenants.entries()) {
    for (const [k, kind] of kinds.entries()) {
      const name = groups[i][kind];
      const own = { kind, name, weight: 1 };
      const others = (earlier: typeof kinds[number]) =>
        [...new Set(groups.map((group) => group[earlier]))].filter(Boolean);
      const isClose = kinds.slice(0, k).some((earlier) =>
        others(earlier).some((other) =>
          isFew(weighted(i, [own, { kind: earlier, name: other, weight: -1 }])) &&
          // groups without a company in common differ by all of both, which are few only if each is
          groups.some((group) => group[kind] === name && group[earlier] === other)
        )
      );
      const three = kinds.map((each) => ({ kind: each, name: groups[i][each], weight: 1 }));
      const isTold = kind === "size" && three.every((each) => each.name) &&
        three.some((_, minus) =>
          isFew(weighted(i, three.map((each, j) => ({ ...each, weight: j === minus ? -1 : 1 }))))
        );
      const expected = !name || weighted(i, [own]) < 5 || isClose || isTold;
      const { withheld } = await ask("analytics/benchmarks", tenant, { dimension, groupBy: kind });
      assert.equal(withheld, expected, JSON.stringify({ kind, asking: groups[i], groups }));
      told[String(withheld)] = (told[String(withheld)] ?? 0) + 1;
    }
  }
  assert.ok(told.true > 0 && told.false > 0, JSON.stringify(told));
});

Deno.test("a group is named as it was when it was computed", async () => {
  await waitFor("an answer comes from what was computed before", async () => {
    const industry = newTenant("industry");
    const [first] = await companies(
      Array.from({ length: 6 }, () => ({ industry, region: "", employees: 0 })),
    );
    const askOne = () => ask("analytics/benchmarks", first, { dimension: "confidence" });
    const { computedAt } = await askOne();
    await send("csr_companies", first, [{
      industry: newTenant("industry"),
      updatedAt: "2026-01-02T00:00:00Z",
    }]);
    const answer = await askOne();
    // it was computed meanwhile, by itself or for another test
    if (answer.computedAt !== computedAt) return false;
    assert.deepEqual([answer.group, answer.companies], [industry, 6]);
    return true;
  });
});

Deno.test("groups of the same companies, and those that differ by many, are both shown", async () => {
  const [industry, region] = [newTenant("industry"), newTenant("region")];
  const same = await companies(Array.from({ length: 6 }, () => ({ industry, region, employees: 0 })));
  assert.equal((await ask("analytics/benchmarks", same[0], { dimension: "confidence" })).withheld, false);
  assert.equal(
    (await ask("analytics/benchmarks", same[0], { dimension: "confidence", groupBy: "region" })).withheld,
    false,
  );
});

Deno.test("percentDifference is null when the benchmark is 0", async () => {
  const industry = newTenant("industry");
  const tenants = await companies(Array.from({ length: 6 }, () => ({ industry, region: "", employees: 0 })));
  for (const tenant of tenants) {
    await send("csr_scores", tenant, [score("u1", "belonging", tenant === tenants[0] ? 0.5 : 0)]);
  }
  await refreshView(clickHouse, "csr_benchmarks_refresh");
  const { benchmark, difference, percentDifference } = await ask("analytics/benchmarks", tenants[0], {
    dimension: "belonging",
    includeOwn: false,
  });
  assert.deepEqual({ benchmark, difference, percentDifference }, {
    benchmark: 0,
    difference: 0.5,
    percentDifference: null,
  });
});

Deno.test("a company that nobody described has no benchmarks: 404", async () => {
  const { status, body } = await gateway.query("analytics/benchmarks", newTenant(), {
    dimension: "confidence",
  });
  assert.deepEqual([status, body.detail], [404, "There is no such company"]);
});
