import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, newTenant } from "./gateway.ts";
import { refreshView } from "./refresh_view.ts";

// What the streams of CSR programmes take and refuse, and which version of a row holds.

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();

const score = {
  id: "s1",
  userId: "u1",
  dimension: "confidence",
  score: 0.5,
  createdAt: "2026-03-02T09:00:00Z",
};
const step = { id: 1, userId: "u1", stage: "enrolled", occurredAt: "2026-03-02T09:00:00Z" };
const metric = { id: 1, metric: "sroi", value: 2.5, periodStart: "2026-03-02T09:00:00Z" };

const refused: Record<string, [row: unknown, reason: string][]> = {
  csr_scores: [
    [[1], "Line is not a JSON object"],
    [{ ...score, id: "" }, "id is missing"],
    [{ ...score, id: "x".repeat(257) }, "id is longer than 256 bytes"],
    [{ ...score, userId: undefined }, "userId is missing"],
    [{ ...score, userId: { a: 1 } }, "userId is not a string"],
    [{ ...score, dimension: "" }, "dimension is missing"],
    [{ ...score, score: undefined }, "score is missing"],
    [{ ...score, score: 1.01 }, 'score is not a number from 0 to 1: "1.01"'],
    [{ ...score, score: "NaN" }, 'score is not a number from 0 to 1: "NaN"'],
    [{ ...score, score: "high" }, 'score is not a number from 0 to 1: "high"'],
    [{ ...score, createdAt: undefined }, "createdAt is missing"],
    [{ ...score, createdAt: "yesterday" }, 'createdAt is not an ISO 8601 date-time: "yesterday"'],
    [
      { ...score, createdAt: "1999-12-31T00:00:00Z" },
      'createdAt is not in the years 2000 to 2100: "1999-12-31T00:00:00Z"',
    ],
    [{ ...score, updatedAt: "2026-03-02" }, 'updatedAt is not an ISO 8601 date-time: "2026-03-02"'],
    [
      { ...score, updatedAt: "2222-01-01T00:00:00Z" },
      'updatedAt is not in the years 2000 to 2100: "2222-01-01T00:00:00Z"',
    ],
    // beyond what microseconds of 64 bits can say
    [
      { ...score, createdAt: 9300000000000000 },
      'createdAt is not in the years 2000 to 2100: "9300000000000000"',
    ],
    [
      { ...score, updatedAt: "-9300000000000000" },
      'updatedAt is not in the years 2000 to 2100: "-9300000000000000"',
    ],
    [{ ...score, deleted: "maybe" }, 'deleted is not a boolean: "maybe"'],
    [{ id: "s1", deleted: true }, "updatedAt is missing"],
  ],
  csr_journey: [
    [{ ...step, userId: "" }, "userId is missing"],
    [{ ...step, stage: "" }, "stage is missing"],
    [{ ...step, occurredAt: "soon" }, 'occurredAt is not an ISO 8601 date-time: "soon"'],
    [
      { ...step, occurredAt: 9300000000000000 },
      'occurredAt is not in the years 2000 to 2100: "9300000000000000"',
    ],
  ],
  csr_metrics: [
    [{ ...metric, metric: "" }, "metric is missing"],
    [{ ...metric, value: undefined }, "value is missing"],
    [{ ...metric, value: "1e999" }, 'value is beyond a number of 64 bits: "1e999"'],
    [{ ...metric, periodStart: "" }, "periodStart is missing"],
    [
      { ...metric, periodStart: 9300000000000000 },
      'periodStart is not in the years 2000 to 2100: "9300000000000000"',
    ],
  ],
  csr_companies: [
    [{}, "name, industry, region and employees are missing"],
    [
      { score: 0.5, updatedAt: "2026-01-01T00:00:00Z" },
      "name, industry, region and employees are missing",
    ],
    [{ employees: -1 }, 'employees is not a whole number up to 4294967295: "-1"'],
    [{ industry: "x".repeat(257) }, "industry is longer than 256 bytes"],
    [{ updatedAt: "soon" }, 'updatedAt is not an ISO 8601 date-time: "soon"'],
    [
      { updatedAt: 9300000000000000 },
      'updatedAt is not in the years 2000 to 2100: "9300000000000000"',
    ],
    [
      { updatedAt: "9998-01-01T00:00:00Z" },
      'updatedAt is not in the years 2000 to 2100: "9998-01-01T00:00:00Z"',
    ],
  ],
};

for (const [stream, rows] of Object.entries(refused)) {
  Deno.test(`${stream} refuses what breaks a rule, naming the field`, async () => {
    const tenant = newTenant();
    for (const [row] of rows) assert.equal((await gateway.send(stream, tenant, [row])).status, 422);
    const told = await readRows<{ reason: string }>(clickHouse, {
      sql:
        `SELECT reason FROM rejected_events WHERE tenant_id = {tenant:String} AND stream = {stream:String} ORDER BY received_at`,
      parameters: { tenant, stream },
    });
    assert.deepEqual(told.map(({ reason }) => reason).sort(), rows.map(([, reason]) => reason).sort());
  });
}

/** What a tenant's scores of March come to, by dimension. */
async function scoresOf(tenant: string, dimension: string): Promise<[number, number | null]> {
  gateway.setNow(new Date("2026-03-31T12:00:00Z"));
  const { body } = await gateway.query("analytics/trends", tenant, {
    dimension,
    granularity: "month",
    fill: true,
    startDate: "2026-03-01",
  });
  return [body.data[0].scoreCount, body.data[0].avgScore];
}

Deno.test("of versions of a score the latest to the microsecond holds, in whatever order they come", async () => {
  const tenant = newTenant();
  const versions = [
    { ...score, score: 0.1, updatedAt: "2026-03-03T09:00:00.000001Z" },
    { ...score, score: 0.2, updatedAt: "2026-03-03 09:00:00.000003+00" },
    { ...score, score: 0.3, updatedAt: "2026-03-03T10:00:00.000002+01:00" },
  ];
  for (const version of versions) await gateway.send("csr_scores", tenant, [version]);
  assert.deepEqual(await scoresOf(tenant, "confidence"), [1, 0.2]);
});

Deno.test("a score that moved and came back is counted once, where it is", async () => {
  const tenant = newTenant();
  const at = (second: number) => `2026-03-03T09:00:0${second}Z`;
  await gateway.send("csr_scores", tenant, [{ ...score, updatedAt: at(1) }]);
  await gateway.send("csr_scores", tenant, [{ ...score, dimension: "belonging", updatedAt: at(2) }]);
  assert.deepEqual([await scoresOf(tenant, "confidence"), await scoresOf(tenant, "belonging")], [[0, null], [
    1,
    0.5,
  ]]);
  await gateway.send("csr_scores", tenant, [{ ...score, score: 0.7, updatedAt: at(3) }]);
  assert.deepEqual([await scoresOf(tenant, "confidence"), await scoresOf(tenant, "belonging")], [[1, 0.7], [
    0,
    null,
  ]]);
  // an old version comes late, from where it never was
  await gateway.send("csr_scores", tenant, [{ ...score, dimension: "curiosity", updatedAt: at(0) }]);
  assert.deepEqual([await scoresOf(tenant, "confidence"), await scoresOf(tenant, "curiosity")], [[1, 0.7], [
    0,
    null,
  ]]);
  await gateway.send("csr_scores", tenant, [{ id: "s1", deleted: true, updatedAt: at(4) }]);
  assert.deepEqual(await scoresOf(tenant, "confidence"), [0, null]);
  // and what was deleted can come back
  await gateway.send("csr_scores", tenant, [{ ...score, score: 0.9, updatedAt: at(5) }]);
  assert.deepEqual(await scoresOf(tenant, "confidence"), [1, 0.9]);
});

Deno.test("versions that two requests bring at the same instant are put right within a minute", async () => {
  const tenant = newTenant();
  // as two inserts leave it that did not see each other: both rows, and no deleted one over the older
  await run(clickHouse, {
    sql: `INSERT INTO csr_scores (tenant_id, id, dimension, day, user_id, score, created_at, updated_at)
          SELECT {tenant:String}, row_id('s1'), name, '2026-03-02', 'u1', 0.5, '2026-03-02 09:00:00', updated
          FROM values('name String, updated DateTime64(6, \\'UTC\\')', ('confidence', '2026-03-03 09:00:00'), ('belonging', '2026-03-03 09:00:01'))`,
    parameters: { tenant },
  });
  await run(clickHouse, {
    sql:
      `INSERT INTO csr_places SELECT {tenant:String}, 'csr_scores', row_id('s1'), name, '2026-03-02', (updated, now64(3)), now64(3)
          FROM values('name String, updated DateTime64(6, \\'UTC\\')', ('confidence', '2026-03-03 09:00:00'), ('belonging', '2026-03-03 09:00:01'))`,
    parameters: { tenant },
  });
  assert.deepEqual(await scoresOf(tenant, "confidence"), [1, 0.5]);
  await refreshView(clickHouse, "csr_scores_moved_refresh");
  assert.deepEqual([await scoresOf(tenant, "confidence"), await scoresOf(tenant, "belonging")], [[0, null], [
    1,
    0.5,
  ]]);
});
