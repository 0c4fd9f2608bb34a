import { bind } from "../../src/query/bind.ts";
import { createRoles } from "../../src/clickhouse/roles.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { type ClickHouse, createClickHouse, readBytes, readRows, run } from "../../src/clickhouse/client.ts";
import { jsonSettings } from "../../src/clickhouse/types/json_schema.ts";
import { readQueryFiles } from "../../src/hosts/deno/sql_files.ts";
import { alternate, type Row } from "./rounds.ts";
import type { Sides } from "./sides.ts";

const manyScores = 10_000_000;
const scoresOfUser = 20;
const tenantId = "analytics";
/** Requests of one round, of which the 95th percentile counts. */
const asks = 15;
const now = new Date("2026-01-01T00:00:00Z");

/** What is asked, in turn over the five dimensions, and the time that its 95th percentile may take. */
const endpoints: {
  name: string;
  over: string;
  goalMs: number;
  parameters: (dimension: string) => Record<string, unknown>;
}[] = [
  {
    name: "analytics/trends",
    over: "10 million scores",
    goalMs: 200,
    parameters: (dimension) => ({
      dimension,
      granularity: "week",
      startDate: "2025-01-01",
      endDate: "2025-12-31",
    }),
  },
  {
    name: "analytics/cohorts",
    over: "10 million scores",
    goalMs: 500,
    parameters: (dimension) => ({
      dimension,
      groupBy: "program",
      startDate: "2025-01-01",
      endDate: "2025-12-31",
    }),
  },
  {
    name: "analytics/funnels",
    over: "2.25 million steps",
    goalMs: 300,
    parameters: () => ({
      stages: ["enrolled", "matched", "completed"],
      startDate: "2025-01-01",
      endDate: "2025-12-31",
    }),
  },
];
export const dimensions = ["confidence", "belonging", "lang_level_proxy", "job_readiness", "well_being"];

/** Trends, cohorts and funnels over ten million scores, computed for each request, beside the same query asked directly. */
export async function benchAnalytics({ url, tokenOf, target }: Sides): Promise<Row[]> {
  const clickHouse = createClickHouse(target);
  await fillScores(clickHouse, tenantId, manyScores);
  await fillSteps(clickHouse, manyScores / scoresOfUser);
  await rollUp(clickHouse);
  const files = (await readQueryFiles()).filter(({ path }) => path.startsWith("sql/analytics/"));
  const { catalog } = await loadCatalog(files, createRoles(target));
  const headers = {
    authorization: `Bearer ${await tokenOf(tenantId, "admin")}`,
    "cache-control": "no-cache",
  };
  const rows: Row[] = [];
  for (const { name, over, goalMs, parameters } of endpoints) {
    const query = catalog.get(name)!;
    const ours = (dimension: string) => {
      const search = new URLSearchParams();
      for (const [key, value] of Object.entries(parameters(dimension))) {
        for (const each of [value].flat()) search.append(key, String(each));
      }
      return timed(async () => {
        const response = await fetch(`${url}/v1/${name}?${search}`, { headers });
        const text = await response.text();
        if (!/fwd=bypass/.test(response.headers.get("cache-status") ?? "")) throw new Error(text);
      });
    };
    const direct = (dimension: string) => {
      const input = new Map(Object.entries(parameters(dimension)).map(([key, value]) => [key, [value]]));
      if (query.frontMatter.tenant === "compare") input.set("tenantIds", [[tenantId]]);
      const bound = { ...bind(query, input, now).parameters, tenantId, now: "2026-01-01 00:00:00.000" };
      return timed(async () => {
        const settings = { ...jsonSettings, default_format: "JSONEachRow", wait_end_of_query: 1 };
        await readBytes(await clickHouse({ sql: query.sql, parameters: bound, settings }));
      });
    };
    const measured = await alternate(() => p95(ours), () => p95(direct));
    rows.push({
      what: `${name} over ${over}, uncached, p95`,
      unit: "ms",
      ...measured,
      goal: { atMost: goalMs },
    });
  }
  return rows;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function p95(ask: (dimension: string) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < asks; i++) times.push(await ask(dimensions[i % dimensions.length]));
  return times.sort((a, b) => a - b)[Math.ceil(asks * 0.95) - 1];
}

const settings = { insert_deduplicate: 0, max_partitions_per_insert_block: 1000 };

/** A year of scores, twenty to a user, unless the tenant has them already; the other names are the same however many scores. */
export async function fillScores(clickHouse: ClickHouse, tenantId: string, scores: number): Promise<void> {
  const [{ count }] = await readRows<{ count: number }>(clickHouse, {
    sql: "SELECT count() AS count FROM csr_scores WHERE tenant_id = {tenantId:String}",
    parameters: { tenantId },
  });
  if (Number(count) > 0) return;
  await run(clickHouse, {
    sql:
      `INSERT INTO csr_scores (id, tenant_id, dimension, day, user_id, program_id, location, demographic, text_type,
        score, created_at, updated_at, deleted)
      SELECT generateUUIDv4(), '${tenantId}', ['${dimensions.join("','")}'][number % 5 + 1] AS dimension,
        toDate(created_at), concat('user_', toString(sipHash64(number) % ${
        scores / scoresOfUser
      })), concat('program_', toString(number % 7)),
        concat('location_', toString(number % 11)), concat('group_', toString(number % 4)), 'journal',
        (sipHash64(number, 1) % 1001) / 1000,
        toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + number * ${
        31_500_000 / scores
      } AS created_at, created_at, false
      FROM numbers(${scores})`,
    settings,
  });
}

/**
 * Three to six steps of each user within half a year, all of the stages that the funnel asks for: 4.5 of a user, so
 * 2.25 million of half a million.
 */
async function fillSteps(clickHouse: ClickHouse, users: number): Promise<void> {
  await run(clickHouse, {
    sql:
      `INSERT INTO csr_journey (id, tenant_id, stage, day, user_id, program_id, occurred_at, updated_at, deleted)
      SELECT generateUUIDv4(), '${tenantId}',
        if(step = 0, 'enrolled', ['enrolled', 'matched', 'completed'][sipHash64(number, step) % 3 + 1]),
        toDate(occurred_at), concat('user_', toString(number)), concat('program_', toString(number % 7)),
        toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + sipHash64(number, 'entry') % 20000000
          + step * 1000000 + sipHash64(number, step, 'time') % 1000000 AS occurred_at, occurred_at, false
      FROM numbers(${users})
      ARRAY JOIN range(3 + sipHash64(number, 'steps') % 4) AS step`,
    settings,
  });
}

/** Has everything merged, and rolled up as the database does it by itself. */
export async function rollUp(clickHouse: ClickHouse): Promise<void> {
  for (const table of ["csr_scores", "csr_journey"]) {
    await run(clickHouse, {
      sql: `OPTIMIZE TABLE ${table} FINAL`,
      settings: { optimize_skip_merged_partitions: 1 },
    });
  }
  // what changed a minute ago is rolled up, and then read from there
  await run(clickHouse, {
    sql: "ALTER TABLE csr_score_changes UPDATE changed_at = changed_at - INTERVAL 10 MINUTE WHERE 1",
    settings: { mutations_sync: 2 },
  });
  for (const view of ["csr_scores_rollup_refresh", "csr_score_changes_refresh"]) {
    await run(clickHouse, { sql: `SYSTEM REFRESH VIEW ${view}` });
    await run(clickHouse, { sql: `SYSTEM WAIT VIEW ${view}` });
  }
}
