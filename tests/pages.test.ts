import assert from "node:assert/strict";
import { engineRun } from "./cache_table.ts";
import { createGateway, newTenant, queryFile } from "./gateway.ts";

const tenant = newTenant("pages");
const frontMatter = "tenant: none\npage: { size: 2, max: 10 }";
const gateway = await createGateway({ files: [] });

/** A paged query, and whether its SQL is refused for the message at the place after `«`. */
type Refused = readonly [sql: string, message: RegExp];

/** Loads the queries and compares what is said of each, and of which place of which file. */
async function assertRefused(cases: readonly Refused[]): Promise<void> {
  const name = (i: number) => `pages/refused-${i}`;
  const files = cases.map(([sql], i) => queryFile(name(i), frontMatter, sql.replace("«", "")));
  const faults = await gateway.load(files);
  for (const [i, [sql, message]] of cases.entries()) {
    const lines = queryFile(name(i), frontMatter, sql).text.split("\n");
    const line = lines.findIndex((text) => text.includes("«"));
    const place = `sql/${name(i)}.sql:${line + 1}:${lines[line].indexOf("«") + 1}: `;
    const fault = faults.find((fault) => fault.startsWith(place));
    assert.match(fault ?? "", message, `${sql}\n${faults.filter((fault) => fault.includes(name(i))).join()}`);
  }
}

const unordered = /needs an ORDER BY, or pages repeat rows/;
const constant = /This ORDER BY is the same for each row/;
const limited =
  /has no LIMIT of its own, which the total would not count: remove it, or put it into a subquery/;
const filled = /has no WITH FILL/;
const united = /is one SELECT: write `SELECT … FROM \(… UNION ALL …\) ORDER BY …`/;

Deno.test("a paged query without an order of its rows is refused where it is written", async () => {
  await assertRefused([
    ["«SELECT number AS n FROM numbers(9)", unordered],
    ["WITH a AS (SELECT 1 AS x ORDER BY x)\n«SELECT x FROM a -- ORDER BY x", unordered],
    ["«SELECT n FROM (SELECT number AS n FROM numbers(9) ORDER BY n)", unordered],
    ["«SELECT number AS n, row_number() OVER (ORDER BY number) AS place FROM numbers(9)", unordered],
    ["«SELECT number AS n, max(n) OVER w AS m FROM numbers(9) WINDOW w AS (ORDER BY number)", unordered],
    ["«SELECT DISTINCT number AS n FROM numbers(9) LIMIT 3", unordered],
    ["(\n  «SELECT number AS n FROM numbers(9)\n)", unordered],
    ["SELECT number AS n FROM numbers(9) «ORDER BY 'n'", constant],
    ["SELECT number AS n FROM numbers(9) «ORDER BY {by:String}", constant],
    ["SELECT number AS n, 5 AS c FROM numbers(9) «ORDER BY c, tuple(), NULL", constant],
    ["SELECT 5 AS c, number AS n FROM numbers(9) «ORDER BY 1", constant],
    [
      "WITH (SELECT max(number) FROM numbers(5)) AS most SELECT number AS n FROM numbers(9)\n«ORDER BY most",
      constant,
    ],
  ]);
});

Deno.test("a paged query with a limit of its own, with filled rows or of several SELECTs is refused", async () => {
  await assertRefused([
    ["SELECT number AS n FROM numbers(9) ORDER BY n\n«LIMIT 5", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n «LIMIT 2, 5", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n «LIMIT {most:UInt8}", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n «LIMIT 5 WITH TIES", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n LIMIT 1 BY n «LIMIT 5", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n «LIMIT 0.5", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n «OFFSET 3", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n OFFSET 1 ROW «FETCH FIRST 5 ROWS ONLY", limited],
    ["SELECT «TOP 5 number AS n FROM numbers(9) ORDER BY n", limited],
    ["(SELECT number AS n FROM (SELECT number FROM numbers(9) LIMIT 8) ORDER BY n «LIMIT 5)", limited],
    ["SELECT number AS n FROM numbers(9) ORDER BY n «WITH FILL", filled],
    ["SELECT number AS n FROM numbers(9) ORDER BY n DESC «WITH FILL FROM 9 TO -9 STEP -1", filled],
    ["SELECT number AS n FROM numbers(9)\n«UNION ALL\nSELECT number AS n FROM numbers(9)", united],
    ["(SELECT 1 AS n) «UNION DISTINCT (SELECT 2 AS n ORDER BY n)", united],
    ["SELECT number AS n FROM numbers(9) «EXCEPT SELECT 2 ORDER BY n", united],
    ["SELECT number AS n FROM numbers(9) «INTERSECT SELECT 2", united],
  ]);
});

Deno.test("a paged query with an order is taken, and its pages together are its rows, as many as the total says", async () => {
  const taken: [sql: string, rows: unknown[]][] = [
    ["SELECT number AS n FROM numbers(5) ORDER BY n", [0, 1, 2, 3, 4]],
    ["(SELECT number AS n FROM numbers(3) ORDER BY ALL DESC)", [2, 1, 0]],
    ["SELECT number AS n FROM numbers(3) ORDER BY 1 DESC", [2, 1, 0]],
    ["SELECT number AS n FROM numbers(3) ORDER BY 'a', n DESC", [2, 1, 0]],
    ["SELECT intDiv(number, 2) AS n FROM numbers(9) GROUP BY n HAVING count() > 1 ORDER BY count(), n", [
      0,
      1,
      2,
      3,
    ]],
    ["SELECT n FROM (SELECT number AS n FROM numbers(9) ORDER BY n LIMIT 3) ORDER BY n", [0, 1, 2]],
    ["SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2 AS n UNION ALL SELECT 3 AS n) ORDER BY n", [1, 2, 3]],
    // of each n the first: the total counts what LIMIT BY left
    ["SELECT intDiv(number, 3) AS n FROM numbers(9) ORDER BY n LIMIT 1 BY n", [0, 1, 2]],
    ["SELECT DISTINCT ON (n) intDiv(number, 3) AS n FROM numbers(9) ORDER BY n", [0, 1, 2]],
    ["SELECT arrayJoin([3, 1, 2]) AS n ORDER BY n", [1, 2, 3]],
    ["SELECT n FROM (SELECT 1 AS x) ARRAY JOIN [3, 1, 2] AS n ORDER BY n", [1, 2, 3]],
    // a column may be called so
    ["SELECT number AS n, number AS `limit`, 'OFFSET' AS offset FROM numbers(3) ORDER BY offset, `limit`", [
      0,
      1,
      2,
    ]],
  ];
  for (const [sql, rows] of taken) {
    const faults = await gateway.load([queryFile("pages/taken", frontMatter, sql)]);
    assert.deepEqual(faults, [], sql);
    const seen: number[] = [];
    for (let page: number | null = 1; page !== null;) {
      const { status, body } = await gateway.query("pages/taken", tenant, { page });
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.meta.page.total, rows.length, sql);
      seen.push(...body.data.map((row: { n: unknown }) => Number(row.n)));
      page = body.meta.page.next;
    }
    assert.deepEqual(seen, rows, sql);
  }
});

Deno.test("pages of dead letters have an order also for lines of one instant, request and number", async () => {
  const shipped = await createGateway();
  const asker = newTenant("dead");
  const run = crypto.randomUUID();
  const at = new Date(Date.now() - 3_600_000).toISOString().slice(0, -1);
  // threads that read one source number its lines alike; each insert makes a part of its own
  for (const line of ["b", "d", "a", "e", "c"]) {
    const reason = line < "c" ? "There is no type" : "There is no id";
    const row = (owner: string, stream: string, source: string) =>
      `('${owner}', '${stream}', '${source}', '${run}', 1, '${reason}', '${line}', '${at}')`;
    const rows = [row(asker, "outreach", "http"), row(asker, "csr_scores", "http")];
    await engineRun(
      `INSERT INTO rejected_events (tenant_id, stream, source, request_id, line_number, reason, line, received_at) VALUES ${
        rows.join(",")
      }`,
    );
  }
  const linesOf = async (stream: string) => {
    const lines: string[] = [];
    for (let page: number | null = 1; page !== null;) {
      const { status, body } = await shipped.query("rejected", asker, { stream, page, pageSize: 2 });
      assert.equal(status, 200, JSON.stringify(body));
      for (const row of body.data) lines.push(row.line);
      page = body.meta.page.next;
    }
    return lines;
  };
  for (const stream of ["outreach", "csr_scores"]) {
    assert.deepEqual(await linesOf(stream), ["c", "d", "e", "a", "b"], stream);
  }
});
