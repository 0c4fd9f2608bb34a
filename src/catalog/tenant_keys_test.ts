import assert from "node:assert/strict";
import type { At, QueryFileError } from "./query_file_error.ts";
import { checkTenantKeys } from "./tenant_keys.ts";

const at: At = (offset, message) => ({ offset, message }) as unknown as QueryFileError;

/** What is said of a statement: the word at fault and what to do; undefined when it is taken. */
function said(sql: string): string | undefined {
  try {
    checkTenantKeys(sql, at);
  } catch (fault) {
    const { offset, message } = fault as { offset: number; message: string };
    return `${/^\W?\w*/.exec(sql.slice(offset))![0]}: ${message.split(": ")[1]}`;
  }
}

Deno.test("rows of all tenants are joined, compared and grouped by tenant_id", () => {
  const join = "JOIN: join by tenant_id, too";
  const compare = "IN: compare (tenant_id, …) with rows that have their tenant_id";
  const group = "BY: group by tenant_id, too";
  const partition = "OVER: PARTITION BY tenant_id, too";
  const subquery = "(SELECT: join a subquery by tenant_id in place of taking its value";
  const faults: [sql: string, fault: string][] = [
    ["SELECT a.tenant_id, a.id FROM a LEFT JOIN b ON b.id = a.id", join],
    // of one side alone
    ["SELECT a.tenant_id, a.id FROM a JOIN b ON b.id = a.id AND a.tenant_id != ''", join],
    ["SELECT tenant_id, id FROM a JOIN b USING (id)", join],
    ["SELECT a.tenant_id, a.id FROM a CROSS JOIN b WHERE a.id = b.id", join],
    [
      "SELECT a.tenant_id, a.id FROM a, b WHERE a.id = b.id",
      "FROM: write JOIN … USING (tenant_id, …) in place of the comma",
    ],
    ["SELECT tenant_id, id FROM a WHERE id NOT IN (SELECT id FROM b)", compare],
    ["SELECT tenant_id, id FROM a WHERE (id, day) GLOBAL IN (SELECT id, day FROM b)", compare],
    ["WITH b AS (SELECT id FROM c) SELECT tenant_id, id FROM a WHERE a.id IN b", compare],
    ["SELECT any(tenant_id) AS tenant_id, id FROM a GROUP BY id HAVING count() > 1", group],
    ["SELECT tenant_id, row_number() OVER (PARTITION BY id ORDER BY tenant_id) AS n FROM a", group],
    ["SELECT tenant_id, count() OVER () AS n FROM a", partition],
    [
      "SELECT tenant_id, count() OVER w AS n FROM a WINDOW w AS (ORDER BY id)",
      partition.replace("OVER", "WINDOW"),
    ],
    ["SELECT DISTINCT ON (id) tenant_id, id FROM a", "DISTINCT: name tenant_id in DISTINCT ON, too"],
    ["SELECT tenant_id, id FROM a ORDER BY id LIMIT 5", "LIMIT: a LIMIT is one BY tenant_id"],
    ["SELECT tenant_id, id FROM a ORDER BY id LIMIT 1 BY id", "LIMIT: a LIMIT is one BY tenant_id"],
    ["SELECT tenant_id, id FROM a WHERE day < (SELECT max(day) FROM a)", subquery],
    ["WITH (SELECT max(day) FROM a) AS latest SELECT tenant_id, id FROM a WHERE day < latest", subquery],
  ];
  for (const [sql, fault] of faults) assert.equal(said(sql), fault, sql);
});

Deno.test("what keeps tenants apart is taken", () => {
  for (
    const sql of [
      "SELECT a.tenant_id, a.id FROM a ASOF LEFT JOIN b ON b.tenant_id = a.tenant_id AND b.at <= a.at",
      "SELECT tenant_id, id FROM a JOIN b USING tenant_id, id JOIN c USING (tenant_id, id)",
      "SELECT tenant_id, id, n FROM a CROSS JOIN numbers(3) AS n",
      "SELECT tenant_id, x, y FROM a ARRAY JOIN xs AS x, ys AS y",
      "SELECT tenant_id, id FROM a WHERE (tenant_id, id) NOT IN (SELECT tenant_id, id FROM b) AND kind IN ('x', 'y')",
      "SELECT tenant_id, id FROM a WHERE a.tenant_id GLOBAL NOT IN b",
      "SELECT tenant_id, id FROM a WHERE id IN (SELECT arrayJoin([1, 2]))",
      "SELECT tenant_id, count() AS n FROM (SELECT DISTINCT tenant_id, id FROM a) GROUP BY ALL",
      "SELECT `tenant_id`, id, count() AS n FROM a GROUP BY id, `tenant_id` ORDER BY id LIMIT 3 BY tenant_id",
      "SELECT tenant_id, count() OVER w AS n, sum(n) OVER (PARTITION BY tenant_id) AS s FROM a WINDOW w AS (PARTITION BY tenant_id, id)",
      "SELECT tenant_id, a IS DISTINCT FROM b, extract(DAY FROM day) AS d FROM ((SELECT * FROM a) UNION ALL (SELECT * FROM b))",
    ]
  ) assert.equal(said(sql), undefined, sql);
});
