import assert from "node:assert/strict";
import { createClickHouse } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { passTwoMinutes, refreshView } from "./refresh_view.ts";
import { waitFor } from "./program.ts";

// Trends, cohorts and benchmarks of 50,000 random scores and funnels of 50,000 random steps, with corrections, moves,
// deletions and duplicates in any order, against the same numbers worked out here from the rows themselves.

/** What a row of a stream is replaced by: the version with the latest updatedAt. */
interface Version {
  id: string;
  updatedAt: string;
  deleted?: boolean;
}

interface Score extends Version {
  userId: string;
  programId: string;
  location: string;
  demographic: string;
  dimension: string;
  score: number;
  createdAt: string;
}

interface Step extends Version {
  userId: string;
  programId: string;
  stage: string;
  occurredAt: string;
}

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway({ config: { TELL_COSTS: "exact" } });
gateway.setNow(new Date("2026-07-01T12:00:00Z"));
const range = { startDate: "2026-01-01", endDate: "2026-06-30" };
const dayMs = 86_400_000;
const firstMs = Date.parse("2025-12-20T00:00:00Z");

/** Numbers from 0 to below 1 that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_260_701);

function pick<Item>(items: Item[]): Item {
  return items[Math.floor(random() * items.length)];
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function randomScore(id: string, version: number): Score {
  return {
    id,
    userId: `u${Math.floor(random() * 500)}`,
    programId: pick(["buddy", "mentor", "language"]),
    location: pick(["Oslo", "Bergen", ""]),
    demographic: pick(["18-24", "25-34", "35-44"]),
    dimension: pick(["confidence", "belonging", "curiosity"]),
    score: Math.floor(random() * 10_001) / 10_000,
    createdAt: instant(firstMs + Math.floor(random() * 200 * dayMs)),
    updatedAt: instant(firstMs + 300 * dayMs + version),
  };
}

/**
 * Versions of rows in the order they are sent: of each twenty rows two are corrected, two become other rows, one is
 * deleted and one is sent twice, all mixed.
 */
function randomVersions<Row extends Version>(
  count: number,
  make: (id: string, version: number) => Row,
  correct: (row: Row) => Row,
): Row[] {
  const versions: Row[] = [];
  for (let i = 0; versions.length < count; i++) {
    const first = make(crypto.randomUUID(), 0);
    const later = (ms: number) => ({ updatedAt: instant(Date.parse(first.updatedAt) + ms) });
    versions.push(first);
    if (i % 10 === 0) versions.push({ ...correct(first), ...later(1) });
    if (i % 10 === 1) versions.push(make(first.id, 2));
    if (i % 20 === 2) versions.push({ ...first, ...later(3), deleted: true });
    if (i % 20 === 3) versions.push(first);
  }
  return versions.map((version) => ({ version, at: random() })).sort((a, b) => a.at - b.at).map((
    { version },
  ) => version);
}

function randomScores(count: number): Score[] {
  return randomVersions(count, randomScore, (row) => ({
    ...row,
    score: Math.floor(random() * 10_001) / 10_000,
  }));
}

/** What holds in the end: the latest version of each id, unless that is a deletion. */
function latest<Row extends Version>(versions: Row[]): Row[] {
  const byId = new Map<string, Row>();
  for (const version of versions) {
    const other = byId.get(version.id);
    if (!other || other.updatedAt <= version.updatedAt) byId.set(version.id, version);
  }
  return [...byId.values()].filter(({ deleted }) => !deleted);
}

async function send(stream: string, tenant: string, rows: unknown[], size = 2_500): Promise<void> {
  for (let i = 0; i < rows.length; i += size) {
    const { status, body } = await gateway.send(stream, tenant, rows.slice(i, i + size));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.data.rejected, 0, JSON.stringify(body.data.rejections));
  }
}

async function ask(name: string, tenant: string, parameters: Record<string, unknown>, scope?: string) {
  const { status, body } = await gateway.query(name, tenant, parameters, scope);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

function grouped<Item>(items: Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function mean(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function deviation(numbers: number[]): number | null {
  if (numbers.length < 2) return null;
  const middle = mean(numbers);
  return Math.sqrt(numbers.reduce((sum, number) => sum + (number - middle) ** 2, 0) / (numbers.length - 1));
}

/** The percentile between the two nearest ranks. */
function percentile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

function assertNear(actual: number | null, expected: number | null, what: string): void {
  if (expected === null || actual === null) return assert.equal(actual, expected, what);
  assert.ok(Math.abs(actual - expected) < 2e-6, `${what} is ${actual}, not ${expected}`);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of an instant on the calendars of a zone. */
function dayIn(timezone: string, at: string): string {
  if (timezone === "UTC") return at.slice(0, 10);
  let format = formats.get(timezone);
  // the Swedish date is the ISO one
  if (!format) formats.set(timezone, format = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }));
  return format.format(new Date(at));
}

function bucketOf(day: string, granularity: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (granularity === "week") date.setUTCDate(date.getUTCDate() - (date.getUTCDay() + 6) % 7);
  if (granularity === "month") date.setUTCDate(1);
  return date.toISOString().slice(0, 10);
}

function isInRange({ createdAt }: Score, timezone = "UTC"): boolean {
  const day = dayIn(timezone, createdAt);
  return day >= range.startDate && day <= range.endDate;
}

async function assertTrends(tenant: string, versions: Score[], timezone = "UTC"): Promise<void> {
  const rows = latest(versions).filter((row) => isInRange(row, timezone) && row.dimension === "confidence");
  for (const granularity of ["day", "week", "month"]) {
    for (
      const filter of [{}, { programId: "buddy", location: "Oslo", demographic: "18-24" }] as Partial<Score>[]
    ) {
      const kept = rows.filter((row) =>
        Object.entries(filter).every(([key, value]) => row[key as keyof Score] === value)
      );
      const expected = [...grouped(kept, (row) => bucketOf(dayIn(timezone, row.createdAt), granularity))]
        .sort();
      const actual = await ask("analytics/trends", tenant, {
        dimension: "confidence",
        granularity,
        timezone,
        ...range,
        ...filter,
        pageSize: 1000,
      });
      assert.deepEqual(
        actual.map(({ bucket, scoreCount }: { bucket: string; scoreCount: number }) => [bucket, scoreCount]),
        expected.map(([bucket, scores]) => [bucket, scores.length]),
      );
      for (const [i, [bucket, group]] of expected.entries()) {
        const scores = group.map(({ score }) => score);
        assertNear(actual[i].avgScore, mean(scores), `${bucket} avgScore`);
        assertNear(actual[i].minScore, Math.min(...scores), `${bucket} minScore`);
        assertNear(actual[i].maxScore, Math.max(...scores), `${bucket} maxScore`);
        assertNear(actual[i].stddevScore, deviation(scores), `${bucket} stddevScore`);
      }
    }
  }
}

const tenants = Array.from({ length: 8 }, (_, i) => newTenant(`company${i}`));
const [own] = tenants;
const versionsOf = new Map(tenants.map((tenant, i) => [tenant, randomScores(i === 0 ? 22_000 : 4_000)]));
for (const [tenant, versions] of versionsOf) await send("csr_scores", tenant, versions);

/** Rolls up the scores, as if they had come two minutes ago. */
async function rollUp(): Promise<void> {
  await passTwoMinutes(clickHouse, own, { csr_score_changes: ["changed_at", "rolled_at"] });
  await refreshView(clickHouse, "csr_scores_rollup_refresh");
  await refreshView(clickHouse, "csr_score_changes_refresh");
}

Deno.test("trends are those of the latest versions at once, from rollups, and when changes come after them", async (t) => {
  const versions = versionsOf.get(own)!;
  await t.step("before anything is rolled up", () => assertTrends(own, versions));

  await t.step("from rollups", async () => {
    // the view that mends places each minute opens months again, which are then read score by score
    await waitFor("few rows are read", async () => {
      await rollUp();
      const { body } = await gateway.query("analytics/trends", own, {
        dimension: "confidence",
        granularity: "month",
        ...range,
      });
      return body.meta.rowsRead < 45_000;
    });
    await assertTrends(own, versions);
  });

  await t.step("with corrections, moves and deletions since", async () => {
    const later = latest(versions).filter((_, i) => i % 40 === 0).map((row, i) => ({
      ...(i % 3 === 0 ? randomScore(row.id, 0) : row),
      score: 0.5,
      deleted: i % 3 === 1,
      updatedAt: instant(Date.parse(row.updatedAt) + 10),
    }));
    versions.push(...later, ...Array.from({ length: 50 }, () => randomScore(crypto.randomUUID(), 0)));
    await send("csr_scores", own, versions.slice(-later.length - 50));
    await assertTrends(own, versions);
  });

  await t.step("and when those are rolled up", async () => {
    await rollUp();
    await assertTrends(own, versions);
  });

  // an hour or two ahead with summer time from 29 March, five and a half ahead, three and a half or two and a half behind
  for (const timezone of ["Europe/Oslo", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"]) {
    await t.step(`by the days of ${timezone}`, () => assertTrends(own, versions, timezone));
  }
});

/** Asserts that a company or cohort of an answer has what these scores come to. */
function assertMeasures(
  actual: Record<"avgScore" | "p25" | "medianScore" | "p75" | "min" | "max" | "scoreCount", number>,
  scores: number[],
): void {
  assert.equal(actual.scoreCount, scores.length);
  assertNear(actual.avgScore, mean(scores), "avgScore");
  assertNear(actual.p25, percentile(scores, 0.25), "p25");
  assertNear(actual.medianScore, percentile(scores, 0.5), "medianScore");
  assertNear(actual.p75, percentile(scores, 0.75), "p75");
  assertNear(actual.min, Math.min(...scores), "min");
  assertNear(actual.max, Math.max(...scores), "max");
}

Deno.test("companies side by side have the quartiles of the latest versions", async () => {
  const compared = tenants.slice(0, 3);
  const { cohorts } = await ask(
    "analytics/cohorts",
    own,
    { tenantIds: compared, dimension: "belonging", groupBy: "location", ...range },
    "query admin",
  );
  const expected = compared.flatMap((tenant) => {
    const rows = latest(versionsOf.get(tenant)!).filter((row) =>
      isInRange(row) && row.dimension === "belonging"
    );
    return [...grouped(rows, ({ location }) => location)].sort().map(([group, rows]) => ({
      tenant,
      group,
      scores: rows.map(({ score }) => score),
    }));
  });
  assert.equal(cohorts.length, 9);
  for (const [i, { tenant, group, scores }] of expected.entries()) {
    assert.deepEqual([cohorts[i].id, cohorts[i].group], [tenant, group]);
    assertMeasures(cohorts[i], scores);
  }
});

Deno.test("cohorts side by side have the quartiles of their members' scores, by the days of a zone", async () => {
  const ends = [[0, 200], [150, 400], [499, 500]];
  const cohorts: { id: string; members: string[] }[] = [];
  for (const [i, [from, to]] of ends.entries()) {
    const { status, body } = await gateway.call(
      "POST",
      "cohorts",
      own,
      { name: `Cohort ${i}` },
      "cohorts:write",
    );
    assert.equal(status, 201, JSON.stringify(body));
    const { id } = body.data;
    const members = Array.from({ length: to - from }, (_, i) => `u${from + i}`);
    const added = await gateway.call(
      "POST",
      `cohorts/${id}/members`,
      own,
      { userIds: members },
      "cohorts:write",
    );
    assert.equal(added.status, 204, JSON.stringify(added.body));
    cohorts.push({ id, members });
  }
  const left = await gateway.call(
    "DELETE",
    `cohorts/${cohorts[0].id}/members/u7`,
    own,
    {},
    "cohorts:write",
  );
  assert.equal(left.status, 204);
  cohorts[0].members = cohorts[0].members.filter((userId) => userId !== "u7");
  for (const timezone of ["UTC", "Asia/Kolkata"]) {
    const rows = latest(versionsOf.get(own)!).filter((row) =>
      isInRange(row, timezone) && row.dimension === "confidence"
    );
    for (const groupBy of ["none", "program"]) {
      const data = await ask("analytics/cohorts", own, {
        cohortIds: cohorts.map(({ id }) => id),
        dimension: "confidence",
        groupBy,
        timezone,
        ...range,
      });
      const expected = cohorts.flatMap(({ id, members }) => {
        const theirs = rows.filter(({ userId }) => members.includes(userId));
        const groups = grouped(theirs, ({ programId }) => groupBy === "none" ? "" : programId);
        return [...groups].sort().map(([group, rows]) => ({
          id,
          group,
          scores: rows.map(({ score }) => score),
        }));
      });
      assert.deepEqual(
        data.cohorts.map(({ id, group }: { id: string; group: string | null }) => [id, group ?? ""]),
        expected.map(({ id, group }) => [id, group]),
      );
      for (const [i, { scores }] of expected.entries()) assertMeasures(data.cohorts[i], scores);
    }
  }
});

Deno.test("of companies that there are not, some are named and none are a 404", async () => {
  const compare = (tenantIds: string[]) =>
    gateway.query("analytics/cohorts", own, { tenantIds, dimension: "confidence" }, "query admin");
  const some = await compare([own, "nobody"]);
  assert.equal(some.status, 200);
  assert.deepEqual(some.body.meta.warnings, ['There is no company "nobody"']);
  const none = await compare(["nobody", "no one"]);
  assert.equal(none.status, 404);
  assert.equal(none.body.detail, "There is none of these companies");
});

/** How many stages a user gets through: from each entry, the first event of each next stage in time. */
function stagesReached(steps: Step[], stages: string[], windowMs: number, from: number, to: number): number {
  const sorted = steps.filter(({ stage }) => stages.includes(stage)).map(({ stage, occurredAt }) => ({
    stage,
    ms: Date.parse(occurredAt),
  })).sort((a, b) => a.ms - b.ms || stages.indexOf(a.stage) - stages.indexOf(b.stage));
  let most = 0;
  for (const [i, entry] of sorted.entries()) {
    if (entry.stage !== stages[0] || entry.ms < from || entry.ms >= to) continue;
    let reached = 1;
    for (const { stage, ms } of sorted.slice(i + 1)) {
      if (stage === stages[reached] && ms <= entry.ms + windowMs) reached++;
    }
    most = Math.max(most, reached);
  }
  return most;
}

const stageNames = ["invited", "enrolled", "matched", "met", "completed"];

function randomStep(id: string, version: number): Step {
  return {
    id,
    userId: `u${Math.floor(random() * 6_000)}`,
    programId: pick(["buddy", "mentor"]),
    stage: pick(stageNames),
    // hours, so that some of a user's steps come at the same instant
    occurredAt: instant(firstMs + Math.floor(random() * 24 * 60) * 3_600_000),
    updatedAt: instant(firstMs + 300 * dayMs + version),
  };
}

Deno.test("funnels follow each user through any stages, by the latest versions of the steps", async () => {
  const tenant = newTenant("funnel");
  const versions = randomVersions(
    50_000,
    randomStep,
    (step) => ({ ...step, userId: pick(["u1", "u2", "u3"]) }),
  );
  await send("csr_journey", tenant, versions, 5_000);
  const steps = latest(versions);
  const cases = [
    { stages: ["enrolled", "matched", "completed"], window: 30 },
    { stages: ["completed", "invited"], window: 1, timezone: "Asia/Kolkata" },
    { stages: stageNames, window: 60, programId: "buddy", timezone: "America/St_Johns" },
    { stages: stageNames.toReversed(), window: 20, segmentBy: "program" },
  ];
  // what a zone's midnights at the ends of the range are in UTC, in winter
  const offsets: Record<string, string> = { "Asia/Kolkata": "+05:30", "America/St_Johns": "-03:30" };
  for (const parameters of cases) {
    const { stages, window, programId, timezone = "UTC" } = parameters;
    const data = await ask("analytics/funnels", tenant, {
      startDate: "2025-12-25",
      endDate: "2026-01-31",
      ...parameters,
    });
    const [from, to] = ["2025-12-25", "2026-02-01"].map((day) =>
      Date.parse(`${day}T00:00:00${offsets[timezone] ?? "Z"}`)
    );
    const expectedOf = (kept: Step[]) => {
      const reached = [...grouped(kept, ({ userId }) => userId).values()].map((steps) =>
        stagesReached(steps, stages, window * dayMs, from, to)
      );
      return stages.map((_, i) => reached.filter((count) => count > i).length);
    };
    const counts = data.stages.map(({ users }: { users: number }) => users);
    assert.deepEqual(counts, expectedOf(steps.filter((step) => !programId || step.programId === programId)));
    for (const [i, users] of counts.entries()) {
      assert.ok(i === 0 || users <= counts[i - 1], "counts never grow");
    }
    for (const segment of data.segments) {
      assert.deepEqual(
        segment.stages.map(({ users }: { users: number }) => users),
        expectedOf(steps.filter((step) => step.programId === segment.programId)),
      );
    }
    assert.equal(data.segments.length, parameters.segmentBy ? 2 : 0);
  }
});

Deno.test("benchmarks weigh each company once, with and without one's own", async () => {
  const industry = newTenant("industry");
  for (const tenant of tenants) {
    await send("csr_companies", tenant, [{ industry, updatedAt: "2026-01-01T00:00:00Z" }]);
  }
  await refreshView(clickHouse, "csr_benchmarks_refresh");
  const scoresOf = (tenant: string, dimension: string, programId?: string) =>
    latest(versionsOf.get(tenant)!).filter((row) =>
      row.dimension === dimension && (!programId || row.programId === programId)
    ).map(({ score }) => score);
  for (const dimension of ["confidence", "belonging", "curiosity"]) {
    const means = tenants.map((tenant) => mean(scoresOf(tenant, dimension)));
    for (const [i, asking] of tenants.entries()) {
      for (const includeOwn of i < 2 ? [true, false] : [true]) {
        const programId = i === 1 ? "mentor" : undefined;
        const filter = programId ? { programId } : {};
        const data = await ask("analytics/benchmarks", asking, { dimension, includeOwn, ...filter });
        const group = includeOwn ? means : means.filter((_, other) => other !== i);
        const scores = scoresOf(asking, dimension, programId);
        assert.deepEqual([data.group, data.withheld, data.companies], [industry, false, group.length]);
        assert.equal(data.ownScoreCount, scores.length);
        assertNear(data.own, mean(scores), "own");
        assertNear(data.ownMedian, percentile(scores, 0.5), "ownMedian");
        assertNear(data.benchmark, mean(group), "benchmark");
        assertNear(data.benchmarkMedian, percentile(group, 0.5), "benchmarkMedian");
        assertNear(data.difference, mean(scores) - mean(group), "difference");
        assert.ok(Math.abs(data.percentDifference - (mean(scores) / mean(group) - 1) * 100) < 0.006);
      }
    }
  }
});
