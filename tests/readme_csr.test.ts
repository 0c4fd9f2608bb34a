import assert from "node:assert/strict";
import { createClickHouse } from "../src/clickhouse/client.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createGateway, engineOptions, newTenant, read, tokenOf } from "./gateway.ts";
import { refreshView } from "./refresh_view.ts";
import { examplesOf, shownIn } from "./readme_examples.ts";

// The numbers of the section are those of the demo; here are a few rows of everything that it asks for.
const gateway = await createGateway();
gateway.setNow(new Date("2026-11-25T14:00:00Z"));
const industry = newTenant("industry");
const companies = Array.from({ length: 7 }, (_, i) => newTenant(`company${i}`));
const [acme, globex] = companies;
const days = ["2026-10-05", "2026-10-06", "2026-11-05", "2026-11-06"];

function rowsOf(tenant: string): Record<string, Record<string, unknown>[]> {
  const user = { userId: "u1", programId: "buddy" };
  const at = (i: number) => `${days[i]}T10:00:00Z`;
  return {
    csr_companies: [{ name: tenant, industry, region: industry, employees: 300, updatedAt: at(0) }],
    csr_scores: days.flatMap((_, i) =>
      ["confidence", "lang_level_proxy"].map((dimension) => ({
        ...user,
        id: `${dimension}${i}`,
        dimension,
        score: 0.1 + 0.1 * i,
        createdAt: at(i),
      }))
    ),
    csr_journey: ["enrolled", "matched", "completed"].map((stage, i) => ({
      ...user,
      id: stage,
      stage,
      occurredAt: at(i),
    })),
    csr_metrics: days.map((_, i) => ({ id: i, metric: "engagement", value: i, periodStart: at(i) })),
  };
}

/** Asserts that an answer has the fields that are shown, and no others, with values of the same kinds. */
function assertShape(actual: unknown, shown: unknown, what: string): void {
  if (shown === null) return;
  assert.equal(typeof actual, typeof shown, what);
  if (typeof shown !== "object") return;
  assert.ok(actual !== null, what);
  if (Array.isArray(shown)) {
    assert.ok(Array.isArray(actual) && (!shown.length || actual.length), `${what} has no elements`);
    if (shown.length) assertShape(actual[0], shown[0], `${what}[0]`);
    return;
  }
  const [fields, values] = [shown as Record<string, unknown>, actual as Record<string, unknown>];
  if (!what.endsWith(".meta")) assert.deepEqual(Object.keys(values), Object.keys(fields), what);
  for (const name in fields) assertShape(values[name], fields[name], `${what}.${name}`);
}

Deno.test("each request of the README's section on CSR programmes has an answer with the fields that stand there", async () => {
  for (const tenant of companies) {
    for (const [stream, rows] of Object.entries(rowsOf(tenant))) {
      const { body } = await gateway.send(stream, tenant, rows);
      assert.equal(body.data?.rejected, 0, JSON.stringify(body));
    }
  }
  const scope = "cohorts:write";
  const { body: { data: cohort } } = await gateway.call("POST", "cohorts", acme, { name: "Buddies" }, scope);
  await gateway.call("POST", `cohorts/${cohort.id}/members`, acme, { userIds: ["u1"] }, scope);
  const clickHouse = createClickHouse(engineOptions());
  for (
    const view of [
      "csr_benchmarking",
      "csr_company_dashboarding",
      "csr_program_performing",
      "csr_language_grouping",
      "csr_journey_staging",
    ]
  ) {
    await refreshView(clickHouse, view);
  }

  const authorization = `Bearer ${await tokenOf(acme, "query ingest admin")}`;
  const asked = new Set<string>();
  for (const example of await examplesOf("CSR programmes")) {
    const path = example.path
      .replace("tenantIds=acme&tenantIds=globex", `tenantIds=${acme}&tenantIds=${globex}`)
      .replace("8d97df92-e65e-e11c-2319-d6e55a8a2013", cohort.id);
    const { method, body } = example;
    const headers = { authorization, "content-type": "text/plain" };
    const { status, body: answer } = await read(
      await gateway.fetch(path, undefined, { method, headers, body }),
    );
    assert.equal(status, 200, `${path}: ${JSON.stringify(answer)}`);
    assertShape(answer, shownIn(example), path.split("?")[0]);
    asked.add(path.split("?")[0]);
  }
  for (const { path } of await readQueryFiles()) {
    const name = /^sql\/(analytics\/[^/]+)\.sql$/.exec(path)?.[1];
    // the state of the synchronization is in a section of its own
    if (name && name !== "analytics/sync") assert.ok(asked.has(`/v1/${name}`), `${name} has no request`);
  }
});
