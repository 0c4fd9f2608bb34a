import assert from "node:assert/strict";
import fc from "fast-check";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { readFrontMatter } from "../src/catalog/front_matter.ts";
import { type QueryFile, queryName } from "../src/catalog/query.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import { sightOf } from "../src/isolation/sight.ts";
import { createGateway, engineOptions, newTenant, type TestGateway } from "./gateway.ts";
import { refreshView } from "./refresh_view.ts";

const clickHouse = createClickHouse(engineOptions());
const { reader } = createRoles(engineOptions());
// the real time, as the audit keeps it, but one for all requests
const now = new Date();

/** Events of all kinds, whose ids and names carry the tenant's mark. */
function eventsOf(mark: string): unknown[] {
  const event = (eventType: string, entityId: string, more: Record<string, unknown> = {}) => ({
    id: crypto.randomUUID(),
    eventType,
    entityId: `${mark}-${entityId}`,
    occurredAt: new Date(now.getTime() - 86_400_000).toISOString(),
    ...more,
  });
  const message = {
    channel: "email",
    contactId: `${mark}-p`,
    templateId: `${mark}-t`,
    metadata: { name: `${mark} T` },
  };
  const messages = Array.from({ length: 120 }, (_, i) => `m${i}`);
  const campaign = { sourceType: "campaign", sourceId: `${mark}-c` };
  return [
    ...messages.map((id) => event("message_sent", id, { ...message, ...campaign })),
    ...messages.slice(0, 90).map((id) => event("message_delivered", id, { ...message, ...campaign })),
    ...messages.slice(0, 60).map((id) => event("message_opened", id, { ...message, ...campaign })),
    event("campaign_started", "c", { metadata: { name: `${mark} C` } }),
    event("workflow_run_started", "r", {
      sourceType: "workflow",
      sourceId: `${mark}-w`,
      metadata: { name: `${mark} W` },
    }),
    event("sequence_enrolled", "e", {
      sourceType: "sequence",
      sourceId: `${mark}-s`,
      metadata: { name: `${mark} S` },
    }),
    event("sequence_step_executed", "e", {
      sourceType: "sequence",
      sourceId: `${mark}-s`,
      metadata: { stepNumber: 1 },
    }),
    event("contact_created", "k"),
    event("no such type", "x"),
  ];
}

async function twoTenants(gateway: TestGateway): Promise<{ own: string; other: string }> {
  const [own, other] = [newTenant("own"), newTenant("other")];
  await gateway.send("outreach", own, eventsOf("own"));
  await gateway.send("outreach", other, eventsOf("other"));
  return { own, other };
}

/** Cohorts of both tenants with the same member, whose values differ; their ids. */
async function twoCohorts(gateway: TestGateway, tenants: { own: string; other: string }) {
  const make = async (mark: "own" | "other", value: number) => {
    const tenant = tenants[mark];
    const periodStart = new Date(now.getTime() - 86_400_000).toISOString();
    const id = crypto.randomUUID();
    await gateway.send("csr_metrics", tenant, [{
      id,
      userId: "u1",
      metric: "engagement",
      value,
      periodStart,
    }]);
    const { body } = await gateway.call("POST", "cohorts", tenant, { name: `${mark} Cohort` });
    await gateway.call("POST", `cohorts/${body.data.id}/members`, tenant, { userIds: ["u1", `${mark}-u2`] });
    return body.data.id as string;
  };
  return { own: await make("own", 1), other: await make("other", 999) };
}

/** Scores and steps of both tenants, of users with the same ids, and what the database computes of them. */
async function twoProgrammes(gateway: TestGateway, tenants: { own: string; other: string }): Promise<void> {
  const createdAt = new Date(now.getTime() - 86_400_000).toISOString();
  for (const [mark, score] of [["own", 0.2], ["other", 0.9]] as const) {
    const who = { userId: "u1", programId: `${mark}-programme` };
    const row = () => ({ ...who, id: crypto.randomUUID() });
    const dimensions = ["confidence", "lang_level_proxy"];
    const scores = dimensions.map((dimension) => ({ ...row(), dimension, score, createdAt }));
    const steps = ["enrolled", "completed"].slice(0, mark === "own" ? 1 : 2)
      .map((stage) => ({ ...row(), stage, occurredAt: createdAt }));
    // the last one is a dead letter
    await gateway.send("csr_scores", tenants[mark], [...scores, {
      ...row(),
      dimension: `${mark} dimension`,
    }]);
    await gateway.send("csr_journey", tenants[mark], steps);
    await gateway.send("csr_companies", tenants[mark], [
      { industry: `${mark} industry`, region: "EU", employees: 10, updatedAt: createdAt },
    ]);
  }
  for (const view of refreshed) {
    await refreshView(clickHouse, view);
  }
}

/** A result of a quality check of each of the two. */
async function twoResults(tenants: { own: string; other: string }): Promise<void> {
  const rows = (["own", "other"] as const).map((mark) => ({
    tenant_id: tenants[mark],
    check_name: "test/marks",
    run_at: new Date(now.getTime() - 60_000).toISOString().slice(0, 23).replace("T", " "),
    run: crypto.randomUUID(),
    domain: "test",
    table_name: "outreach_events",
    examined: 10,
    failed: mark === "own" ? 1 : 5,
    score: mark === "own" ? 90 : 50,
    sample: [{ mark }],
  }));
  const body = new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n"));
  await run(clickHouse, { sql: "INSERT INTO quality_results FORMAT JSONEachRow", body });
}

/** Views that endpoints read and the database computes on a schedule. */
const refreshed = [
  "csr_scores_rollup_refresh",
  "csr_company_dashboard_refresh",
  "csr_program_performance_refresh",
  "csr_language_groups_refresh",
  "csr_journey_stages_refresh",
];

/** Interactions, page views and sales of both tenants, at shows and organizers of their own. */
async function twoOrganizers(gateway: TestGateway, tenants: { own: string; other: string }): Promise<void> {
  const occurredAt = new Date(now.getTime() - 3_600_000).toISOString();
  for (const mark of ["own", "other"] as const) {
    const at = () => ({
      id: crypto.randomUUID(),
      occurredAt,
      showId: `${mark} show`,
      organizerId: `${mark} organizer`,
      userId: "u1",
      sessionId: "s1",
      country: mark,
      device: mark,
    });
    // of the other tenant there are more, so that its funnel differs too
    const types = ["view", "purchase"].slice(0, mark === "own" ? 1 : 2);
    await gateway.send("ticketing_events", tenants[mark], types.map((eventType) => ({ ...at(), eventType })));
    await gateway.send("ticketing_page_views", tenants[mark], [{
      ...at(),
      visitorId: "v1",
      url: `/${mark}`,
    }]);
    await gateway.send("ticketing_sales", tenants[mark], [{
      ...at(),
      kind: "sale",
      orderId: "o1",
      ticketTypeId: `${mark} type`,
      quantity: mark === "own" ? 1 : 2,
      unitPriceMinor: 100,
      currency: "EUR",
      channel: mark,
    }]);
    const told = { id: "c1", changedAt: "2026-01-01T00:00:00Z", name: `${mark} name` };
    await gateway.send("ticketing_users", tenants[mark], [{ ...told, userId: "u1", segment: mark }]);
    await gateway.send("ticketing_organizers", tenants[mark], [{
      ...told,
      organizerId: `${mark} organizer`,
    }]);
    const firstMonth = mark === "own" ? 4 : 7;
    await gateway.call("PUT", "warehouse/calendar", tenants[mark], { firstMonth }, "warehouse:write");
  }
  for (const view of loads) await refreshView(clickHouse, view);
}

/** Views that load the warehouse, in the order of what they depend on. */
const loads = [
  "warehouse_user_histories_refresh",
  "warehouse_organizer_histories_refresh",
  "warehouse_sales_refresh",
  "warehouse_interactions_refresh",
  "warehouse_organizer_performance_refresh",
  "warehouse_user_engagement_refresh",
  "warehouse_monthly_summary_refresh",
  "warehouse_user_cohorts_refresh",
];

const condition = /(\w+\.)?\btenant_id = \{tenantId:String\}/g;
const conditionOfMany = /(\w+\.)?\btenant_id IN \{tenantIds:Array\(String\)\}/g;

/** The file without its conditions on the tenant, loaded as if it meant that. */
function withoutConditions(file: QueryFile): QueryFile {
  const { frontMatter } = readFrontMatter(file.path, file.text);
  const text = file.text.replaceAll(condition, "1")
    .replaceAll(conditionOfMany, "notEmpty({tenantIds:Array(String)})");
  assert.notEqual(text, file.text, "it has a condition on the tenant");
  return { ...file, text: frontMatter.tenant ? text : text.replace("/*---\n", "/*---\ntenant: none\n") };
}

Deno.test("each query of the catalog, with its tenant condition taken out, answers as with it", async (t) => {
  const honest = await createGateway();
  honest.setNow(now);
  // one for all files: each of many gateways would hold a part of the tenants' budgets
  const careless = await createGateway({ files: [] });
  careless.setNow(now);
  const { own, other } = await twoTenants(honest);
  const cohorts = await twoCohorts(honest, { own, other });
  await twoProgrammes(honest, { own, other });
  await twoOrganizers(honest, { own, other });
  await twoResults({ own, other });
  await honest.query("outreach/traffic", own);
  await honest.query("outreach/overview", other);
  await honest.audit.flush();
  for (const file of await readQueryFiles()) {
    const { frontMatter } = readFrontMatter(file.path, file.text);
    // tests/writes.test.ts tries those that write
    if (frontMatter.method) continue;
    const ask = (gateway: TestGateway, tenant: string, cohortId: string) => {
      const path = (frontMatter.path ?? queryName(file.path)).replace("{cohortId}", cohortId)
        .replace("{userId}", "u1");
      const needed: Record<string, unknown> = {
        metric: "engagement",
        dimension: "confidence",
        stages: path.startsWith("ticketing/") ? ["view", "purchase"] : ["enrolled", "completed"],
        cohortIds: [cohortId, cohorts.other],
      };
      const asked = Object.entries(needed).filter(([name]) => file.text.includes(`{${name}:`));
      return gateway.query(path, tenant, Object.fromEntries(asked));
    };
    await t.step(file.path, async () => {
      if (frontMatter.tenant === "all") return assert.equal(frontMatter.scope, "admin");
      assert.deepEqual(await careless.load([withoutConditions(file)]), []);
      const [expected, actual] = [await ask(honest, own, cohorts.own), await ask(careless, own, cohorts.own)];
      assert.equal(actual.status, 200, JSON.stringify(actual.body));
      assert.deepEqual(actual.body.data, expected.body.data);
      assert.ok(!JSON.stringify(actual.body).includes("other"));
      assert.equal(actual.body.meta.page?.total, expected.body.meta.page?.total);
      // the second time it is planned as what reads little
      assert.deepEqual((await ask(careless, own, cohorts.own)).body.data, expected.body.data);
      // the same question of the other tenant finds something, so there was something to leak
      assert.notDeepEqual(
        (await ask(honest, other, cohorts.other)).body.data,
        (await ask(honest, newTenant(), cohorts.other)).body.data,
      );
      // nor is a thing of another's told by its id
      if (!file.text.includes("{cohortId:")) return;
      for (const gateway of [honest, careless]) {
        assert.equal((await ask(gateway, own, cohorts.other)).status, 404);
      }
    });
  }
});

/** Queries that try to see more. None of them compares with {tenantId}. */
const filtered: Record<string, string> = {
  "a plain read": "SELECT entity_id AS id FROM outreach_events",
  "a join":
    "SELECT a.entity_id AS id FROM outreach_events AS a LEFT JOIN outreach_names AS n ON n.tenant_id = a.tenant_id",
  "a cross join": "SELECT b.entity_id AS id FROM outreach_events AS a CROSS JOIN outreach_events AS b",
  "a union": "SELECT entity_id AS id FROM outreach_events UNION ALL SELECT line AS id FROM rejected_events",
  "a scalar in WITH":
    "WITH (SELECT groupArray(entity_id) FROM outreach_events) AS ids SELECT arrayJoin(ids) AS id",
  "a subquery in SELECT": "SELECT (SELECT max(entity_id) FROM outreach_events) AS id",
  "a subquery in FROM":
    "SELECT id FROM (SELECT entity_id AS id FROM (SELECT entity_id FROM outreach_events))",
  "a subquery in WHERE":
    "SELECT number AS id FROM numbers(1) WHERE (SELECT count() FROM outreach_events WHERE entity_id LIKE 'other%') > 0",
  "a subquery in IN":
    "SELECT 'other' AS id FROM numbers(1) WHERE 'other-k' IN (SELECT entity_id FROM outreach_events)",
  "a subquery in HAVING":
    "SELECT 'other' AS id FROM numbers(1) GROUP BY id HAVING (SELECT countIf(entity_id LIKE 'other%') FROM outreach_events) > 0",
  "a subquery in ORDER BY":
    "SELECT entity_id AS id FROM outreach_events ORDER BY (SELECT max(entity_id) FROM outreach_events)",
  "a subquery in LIMIT BY's rows": "SELECT entity_id AS id FROM outreach_events LIMIT 1000 BY tenant_id",
  "EXISTS":
    "SELECT 'other' AS id FROM numbers(1) WHERE EXISTS (SELECT 1 FROM outreach_events WHERE entity_id LIKE 'other%')",
  "a CTE": "WITH all AS (SELECT entity_id FROM outreach_events) SELECT entity_id AS id FROM all",
  "a window": "SELECT max(entity_id) OVER () AS id FROM outreach_events",
  "FINAL and PREWHERE": "SELECT entity_id AS id FROM outreach_events FINAL PREWHERE entity_id LIKE 'other%'",
  "a condition that is always true": "SELECT entity_id AS id FROM outreach_events WHERE tenant_id != '' OR 1",
  "a lambda":
    "SELECT arrayMap(x -> x, groupArray(entity_id))[1] AS id FROM outreach_events WHERE entity_id LIKE 'other%'",
  "another table": "SELECT id FROM outreach_names",
};

Deno.test("a careless query sees its tenant's rows alone, wherever it reads", async (t) => {
  const gateway = await createGateway();
  const { own } = await twoTenants(gateway);
  const view = `trial_${crypto.randomUUID().replaceAll("-", "")}`;
  await run(clickHouse, {
    sql: `CREATE VIEW ${view} AS SELECT tenant_id, entity_id AS seen FROM outreach_events`,
  });
  try {
    for (const [name, sql] of Object.entries({ ...filtered, "a view": `SELECT seen AS id FROM ${view}` })) {
      await t.step(name, async () => {
        const text = `/*---\nsummary: A query\ntenant: none\n---*/\n${sql}`;
        assert.deepEqual(await gateway.load([{ path: "sql/hostile/query.sql", text }]), []);
        // twice: what has read little is planned otherwise
        for (const _ of [1, 2]) {
          const { status, body } = await gateway.query("hostile/query", own);
          assert.equal(status, 200, JSON.stringify(body));
          assert.ok(!JSON.stringify(body.data).includes("other"), JSON.stringify(body).slice(0, 500));
        }
      });
    }
  } finally {
    await run(clickHouse, { sql: `DROP VIEW ${view}` });
  }
});

const refused: Record<string, string> = {
  "merge()": "SELECT entity_id AS id FROM merge('sluice', '^outreach_events$')",
  "merge() in a scalar of WITH":
    "WITH (SELECT groupArray(entity_id) FROM merge('sluice', '^outreach_events$')) AS ids SELECT arrayJoin(ids) AS id",
  "system.tables in a scalar": "SELECT (SELECT groupArray(name) FROM system.tables) AS names",
  "merge() in a subquery": "SELECT 1 AS id WHERE 1 IN (SELECT 1 FROM merge(currentDatabase(), 'outreach.*'))",
  "remote()": "SELECT entity_id AS id FROM remote('127.0.0.1', 'sluice', 'outreach_events')",
  "cluster()": "SELECT 1 AS id FROM cluster('default', 'sluice', 'outreach_events')",
  "view()": "SELECT id FROM view(SELECT entity_id AS id FROM outreach_events)",
  "url() whose columns the engine would ask for": "SELECT 1 AS id FROM url('http://127.0.0.1:1/')",
  "url()": "SELECT c AS id FROM url('http://127.0.0.1:1/', 'LineAsString', 'c String')",
  "file()": "SELECT c AS id FROM file('/etc/passwd', 'LineAsString', 'c String')",
  "s3()": "SELECT c AS id FROM s3('http://127.0.0.1:1/b/k', 'LineAsString', 'c String')",
  "postgresql()": "SELECT 1 AS id FROM postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')",
  "executable()": "SELECT c AS id FROM executable('cat', 'LineAsString', 'c String')",
  "system.tables": "SELECT name AS id FROM system.tables",
  "system.query_log by another name":
    "SELECT t.name AS id FROM numbers(1) AS n CROSS JOIN system.columns AS t",
  "another database": "SELECT table_name AS id FROM information_schema.tables",
  "mergeTreeIndex()": "SELECT part_name AS id FROM mergeTreeIndex('sluice', 'outreach_events')",
  "a SETTINGS clause": "SELECT entity_id AS id FROM outreach_events SETTINGS additional_table_filters = {}",
  "a SETTINGS clause in a subquery":
    "SELECT id FROM (SELECT entity_id AS id FROM outreach_events SETTINGS additional_table_filters = {})",
};

for (const [name, sql] of Object.entries(refused)) {
  Deno.test(`a query that reads past the filter is refused at load: ${name}`, async () => {
    const text = `/*---\nsummary: A query\ntenant: none\n---*/\n${sql}`;
    const gateway = await createGateway({ files: [] });
    const faults = await gateway.load([{ path: "sql/hostile/query.sql", text }]);
    assert.equal(faults.length, 1);
    assert.match(faults[0], /^sql\/hostile\/query\.sql:\d+:\d+: /);
    assert.equal((await gateway.query("hostile/query", newTenant())).status, 404);
  });
}

Deno.test("a dictionary is refused, since it mixes tenants", async () => {
  const name = `trial_${crypto.randomUUID().replaceAll("-", "")}`;
  await run(clickHouse, {
    sql: `CREATE DICTIONARY ${name} (id String, line String) PRIMARY KEY id
      SOURCE(NULL()) LIFETIME(0) LAYOUT(COMPLEX_KEY_HASHED())`,
  });
  try {
    for (
      const sql of [
        `SELECT dictGet('${name}', 'line', tuple('a')) AS line`,
        `SELECT line FROM dictionary('${name}')`,
      ]
    ) {
      const gateway = await createGateway({ files: [] });
      const text = `/*---\nsummary: A query\ntenant: none\n---*/\n${sql}`;
      const [fault] = await gateway.load([{ path: "sql/hostile/query.sql", text }]);
      assert.match(fault, /may not call dictGet\(\)|only tables and views of its own database/);
    }
  } finally {
    await run(clickHouse, { sql: `DROP DICTIONARY ${name}` });
  }
});

Deno.test("whatever a tenant is called, the engine shows its rows and no other's", async () => {
  const table = `trial_${crypto.randomUUID().replaceAll("-", "")}`;
  await run(clickHouse, {
    sql: `CREATE TABLE ${table} (tenant_id String, n UInt8) ENGINE = MergeTree ORDER BY tenant_id`,
  });
  const hostile = fc.constantFrom(
    "'",
    "\\",
    "\\'",
    "''",
    "\0",
    "\n",
    "\t",
    "') OR 1=1 --",
    "'}",
    "{",
    "`",
    '"',
    "𝒳",
    "\u2028",
    "%",
    "🎉",
  );
  const tenantId = fc.array(fc.oneof(hostile, fc.string({ unit: "binary" })), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join("").toWellFormed());
  try {
    await fc.assert(
      fc.asyncProperty(tenantId, tenantId, async (one, two) => {
        fc.pre(one !== two && one !== "" && two !== "");
        await run(clickHouse, { sql: `TRUNCATE TABLE ${table}` });
        for (const [i, tenant] of [one, two].entries()) {
          await run(clickHouse, {
            sql: `INSERT INTO ${table} FORMAT JSONEachRow`,
            body: new TextEncoder().encode(JSON.stringify({ tenant_id: tenant, n: i })),
          });
        }
        const rows = await readRows(reader, {
          sql: `SELECT n FROM ${table} WHERE 1 OR tenant_id = ''`,
          settings: sightOf({ frontMatter: {} }, two),
        });
        assert.deepEqual(rows, [{ n: 1 }]);
      }),
      { numRuns: 60 },
    );
    const long = "x'".repeat(2_000);
    const rows = await readRows(reader, {
      sql: `SELECT n FROM ${table}`,
      settings: sightOf({ frontMatter: {} }, long),
    });
    assert.deepEqual(rows, []);
  } finally {
    await run(clickHouse, { sql: `DROP TABLE ${table}` });
  }
});
