import assert from "node:assert/strict";
import fc from "fast-check";
import { signToken } from "../src/auth/token.ts";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { sightOf } from "../src/isolation/sight.ts";
import { createRoles } from "../src/clickhouse/roles.ts";
import { event } from "./events.ts";
import { type Answer, createGateway, engineOptions, newTenant, queryFile, read, secret } from "./gateway.ts";

// it forgets its tenant condition: the engine's filter alone keeps other tenants out
const careless =
  "SELECT entity_id AS id, {tenantIds:Array(String)} AS asked FROM outreach_events ORDER BY id";
const files = [
  queryFile("demo/side-by-side", "tenant: compare", careless),
  queryFile(
    "demo/at-most-two",
    "tenant: compare\nparams:\n  tenantIds: { maxItems: 2 }",
    "SELECT uniqExact(entity_id) AS things FROM outreach_events WHERE tenant_id IN {tenantIds:Array(String)}",
  ),
  queryFile(
    "demo/named",
    "tenant: compare\nreturns: object",
    `SELECT
      groupUniqArray(tenant_id) AS found,
      arrayMap(id -> concat('There are no events of ', id),
        arrayFilter(id -> NOT has(found, id), {tenantIds:Array(String)})) AS warnings
    FROM outreach_events WHERE tenant_id IN {tenantIds:Array(String)}`,
  ),
];
const gateway = await createGateway({ files });
const [own, friend, stranger] = [newTenant("own"), newTenant("friend"), newTenant("stranger")];
await gateway.send("outreach", own, [event({ entityId: "of-own" })]);
await gateway.send("outreach", friend, [event({ entityId: "of-friend" })]);
await gateway.send("outreach", stranger, [event({ entityId: "of-stranger" })]);

async function ask(
  query: string,
  tenantIds: unknown,
  claims: { scope?: string; tenants?: string[] } = {},
): Promise<Answer> {
  const token = await signToken(secret, {
    tenantId: own,
    scope: "query tenants:compare",
    tenants: [friend],
    expires: "1h",
    ...claims,
  });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return await read(
    await gateway.fetch(`/v1/${query}`, undefined, {
      method: "POST",
      headers,
      body: JSON.stringify(tenantIds === undefined ? {} : { tenantIds }),
    }),
  );
}

const idsOf = ({ body }: Answer) => body.data.map(({ id }: { id: string }) => id);

Deno.test("a query that compares shows one's own rows when nobody is named", async () => {
  const answer = await ask("demo/side-by-side", undefined, { scope: "query", tenants: [] });
  assert.deepEqual(idsOf(answer), ["of-own"]);
  assert.deepEqual(answer.body.data[0].asked, [own]);
});

Deno.test("the tenants of the claim may be set beside one's own, and the engine shows no others", async () => {
  assert.deepEqual(idsOf(await ask("demo/side-by-side", [friend])), ["of-friend"]);
  assert.deepEqual(idsOf(await ask("demo/side-by-side", [own, friend])), ["of-friend", "of-own"]);
  // as repeated parameters of the address
  const token = await signToken(secret, {
    tenantId: own,
    scope: "query tenants:compare",
    tenants: [friend],
    expires: "1h",
  });
  const headers = { authorization: `Bearer ${token}` };
  const path = `/v1/demo/side-by-side?tenantIds=${own}&tenantIds=${friend}`;
  assert.deepEqual(idsOf(await read(await gateway.fetch(path, undefined, { headers }))), [
    "of-friend",
    "of-own",
  ]);
});

Deno.test("naming oneself needs no scope to compare", async () => {
  assert.deepEqual(idsOf(await ask("demo/side-by-side", [own], { scope: "query" })), ["of-own"]);
});

Deno.test("a tenant that the claim lacks is refused, whether it exists or not", async () => {
  for (const tenantId of [stranger, "nobody", `${friend} `, friend.toUpperCase()]) {
    const { status, body } = await ask("demo/side-by-side", [friend, tenantId]);
    assert.equal(status, 403, tenantId);
    assert.equal(body.type, "/problems/forbidden");
    assert.equal(body.detail, `The credential's claim "tenants" does not name the tenant "${tenantId}"`);
  }
});

Deno.test("the claim alone, without the scope, compares nobody", async () => {
  const { status, body, headers } = await ask("demo/side-by-side", [friend], { scope: "query" });
  assert.equal(status, 403);
  assert.match(body.detail, /lacks the scope "tenants:compare"/);
  assert.match(headers.get("www-authenticate")!, /scope="tenants:compare"/);
});

Deno.test("an admin compares any tenants", async () => {
  const answer = await ask("demo/side-by-side", [friend, stranger], { scope: "admin", tenants: [] });
  assert.deepEqual(idsOf(answer), ["of-friend", "of-stranger"]);
});

Deno.test("at most ten tenants are compared, unless the front matter says otherwise", async () => {
  const admin = { scope: "admin" };
  const many = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);
  assert.equal((await ask("demo/side-by-side", many(10), admin)).status, 200);
  for (
    const [query, tenantIds] of [
      ["demo/side-by-side", many(11)],
      ["demo/side-by-side", []],
      ["demo/at-most-two", many(3)],
      ["demo/side-by-side", [["t1"]]],
      ["demo/side-by-side", [null]],
      ["demo/side-by-side", { 0: "t1" }],
    ] as const
  ) {
    const { status, body } = await ask(query, tenantIds, admin);
    assert.equal(status, 400, JSON.stringify(tenantIds));
    assert.equal(body.parameter, "tenantIds");
  }
});

Deno.test("what an object's query says in `warnings` stands in meta, and not in the data", async () => {
  const answer = await ask("demo/named", [own, "nobody", 'a "quoted"\nname'], { scope: "admin" });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(answer.body.data, { found: [own] });
  assert.deepEqual(answer.body.meta.warnings, [
    "There are no events of nobody",
    'There are no events of a "quoted"\nname',
  ]);
});

Deno.test("an answer without warnings has none in meta", async () => {
  const { body } = await ask("demo/named", [own]);
  assert.deepEqual(body.data, { found: [own] });
  assert.ok(!("warnings" in body.meta));
});

Deno.test("an export has the warnings as a column", async () => {
  const headers = { accept: "application/x-ndjson" };
  const response = await gateway.fetch("/v1/demo/named", newTenant("silent"), { headers });
  assert.match(
    (await response.text()).trim(),
    /^\{"found":\[\],"warnings":\["There are no events of silent-/,
  );
});

const faults: Record<string, [frontMatter: string, sql: string, fault: RegExp]> = {
  "comparing without the parameter": [
    "tenant: compare",
    "SELECT {tenantId:String} AS id",
    /binds \{tenantIds:Array\(String\)\}/,
  ],
  "the parameter without comparing": [
    "tenant: none",
    "SELECT {tenantIds:Array(String)} AS ids",
    /is for queries with `tenant: compare`/,
  ],
  "the parameter with another type": [
    "tenant: compare",
    "SELECT {tenantIds:Array(UUID)} AS ids",
    /has the type Array\(String\), not Array\(UUID\)/,
  ],
  "warnings of a list": [
    "tenant: none",
    "SELECT ['a'] AS warnings",
    /becomes `meta.warnings`/,
  ],
  "warnings that are no list of strings": [
    "tenant: none\nreturns: object",
    "SELECT 'a' AS warnings",
    /becomes `meta.warnings`/,
  ],
};

for (const [name, [frontMatter, sql, fault]] of Object.entries(faults)) {
  Deno.test(`refused at load: ${name}`, async () => {
    const [found] = await gateway.load([...files, queryFile("demo/wrong", frontMatter, sql)]);
    assert.match(found, fault);
  });
}

Deno.test("whatever the tenants are called, the engine shows the rows of those named and of no other", async () => {
  const clickHouse = createClickHouse(engineOptions());
  const { comparer } = createRoles(engineOptions());
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
    "', '",
    "') OR (1=1",
    "'}",
    "`",
    '"',
    "🎉",
  );
  const tenantId = fc.array(fc.oneof(hostile, fc.string({ unit: "binary" })), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join("").toWellFormed()).filter((text) => text !== "");
  try {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tenantId, { minLength: 3, maxLength: 6 }), async (tenantIds) => {
        await run(clickHouse, { sql: `TRUNCATE TABLE ${table}` });
        await run(clickHouse, {
          sql: `INSERT INTO ${table} FORMAT JSONEachRow`,
          body: new TextEncoder().encode(
            tenantIds.map((tenant_id, n) => JSON.stringify({ tenant_id, n })).join("\n"),
          ),
        });
        const rows = await readRows<{ n: number }>(comparer, {
          sql: `SELECT n FROM ${table} WHERE 1 OR tenant_id = '' ORDER BY n`,
          settings: sightOf({ frontMatter: { tenant: "compare" } }, tenantIds[0], tenantIds.slice(1)),
        });
        assert.deepEqual(rows.map(({ n }) => n), tenantIds.map((_, n) => n).slice(1));
      }),
      { numRuns: 40 },
    );
  } finally {
    await run(clickHouse, { sql: `DROP TABLE ${table}` });
  }
});
