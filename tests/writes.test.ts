import assert from "node:assert/strict";
import { createRoles } from "../src/clickhouse/roles.ts";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { ClickHouseUnreachable } from "../src/clickhouse/exception.ts";
import type { ClickHouse } from "../src/clickhouse/client.ts";
import type { QueryFile } from "../src/catalog/query.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { createGateway, engineOptions, newTenant, queryFile, type TestGateway } from "./gateway.ts";

const clickHouse = createClickHouse(engineOptions());
const gateway = await createGateway();
const writing = "method: POST\ninto: csr_cohorts\nreturns: none\nscope: demo:write";
const columns = "{newId:UUID} AS cohort_id, {name:String} AS name, 1 AS version";

/** Makes a cohort and returns its id. */
async function makeCohort(gateway: TestGateway, tenant: string, name = "Buddies"): Promise<string> {
  const { status, body } = await gateway.call("POST", "cohorts", tenant, { name });
  assert.equal(status, 201, JSON.stringify(body));
  return body.data.id;
}

async function namesOf(gateway: TestGateway, tenant: string): Promise<string[]> {
  const { body } = await gateway.query("cohorts", tenant);
  return body.data.map(({ name }: { name: string }) => name);
}

Deno.test("a new thing has an id and an address, and is read at once", async () => {
  const tenant = newTenant();
  const made = await gateway.call("POST", "cohorts", tenant, {
    name: "Buddies",
    description: "Pairs",
    filters: { location: ["Oslo"] },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id } = made.body.data;
  assert.equal(made.headers.get("location"), `/v1/cohorts/${id}`);
  const { body } = await gateway.query(`cohorts/${id}`, tenant);
  const { cohortId, name, description, filters, memberCount } = body.data;
  assert.deepEqual({ cohortId, name, description, filters, memberCount }, {
    cohortId: id,
    name: "Buddies",
    description: "Pairs",
    filters: { location: ["Oslo"] },
    memberCount: 0,
  });
});

Deno.test("one address has reading and writing endpoints, and says which methods it takes", async () => {
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant);
  assert.deepEqual(await namesOf(gateway, tenant), ["Buddies"]);
  assert.equal((await gateway.call("PUT", `cohorts/${id}`, tenant, { name: "Mates" })).status, 204);
  assert.deepEqual(await namesOf(gateway, tenant), ["Mates"]);
  const refused = await gateway.call("PATCH", `cohorts/${id}`, tenant, {});
  assert.equal(refused.status, 405);
  assert.deepEqual(refused.headers.get("allow")!.split(", ").sort(), [
    "DELETE",
    "GET",
    "HEAD",
    "POST",
    "PUT",
  ]);
  assert.equal((await gateway.call("DELETE", `cohorts/${id}`, tenant)).status, 204);
  assert.deepEqual(await namesOf(gateway, tenant), []);
  assert.equal((await gateway.query(`cohorts/${id}`, tenant)).status, 404);
  assert.equal((await gateway.call("DELETE", `cohorts/${id}`, tenant)).status, 404);
});

Deno.test("each of many changes within one instant of the clock holds over the one before", async () => {
  const gateway = await createGateway();
  gateway.setNow(new Date("2026-03-10T12:00:00Z"));
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant);
  for (let i = 0; i < 5; i++) {
    await gateway.call("PUT", `cohorts/${id}`, tenant, { name: `Name ${i}` });
    assert.deepEqual(await namesOf(gateway, tenant), [`Name ${i}`]);
  }
  gateway.setNow(new Date("2020-01-01T00:00:00Z"));
  await gateway.call("PUT", `cohorts/${id}`, tenant, { name: "By a clock that jumped back" });
  assert.deepEqual(await namesOf(gateway, tenant), ["By a clock that jumped back"]);
});

Deno.test("a writing endpoint needs its own scope; admin implies it", async () => {
  const tenant = newTenant();
  for (const scope of ["query", "query:cohorts", "other:write", ""]) {
    const { status, body } = await gateway.call("POST", "cohorts", tenant, { name: "A" }, scope);
    assert.equal(status, 403, scope);
    assert.match(body.detail, /"cohorts:write"/);
  }
  assert.equal((await gateway.call("POST", "cohorts", tenant, { name: "A" }, "cohorts:write")).status, 201);
  assert.equal((await gateway.call("POST", "cohorts", tenant, { name: "B" }, "admin")).status, 201);
  const reading = await gateway.query("cohorts", tenant, {}, "cohorts:write");
  assert.equal(reading.status, 403, "the scope to write is none to read");
});

Deno.test("parameters are checked as a query's are", async () => {
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant);
  const wrong: [string, string, Record<string, unknown>, string][] = [
    ["POST", "cohorts", {}, "name"],
    ["POST", "cohorts", { name: "" }, "name"],
    ["POST", "cohorts", { name: "x".repeat(201) }, "name"],
    ["POST", "cohorts", { name: "A", filters: { a: "b" } }, "filters"],
    ["POST", "cohorts", { name: "A", tenantId: "other" }, "tenantId"],
    ["POST", "cohorts", { name: "A", newId: crypto.randomUUID() }, "newId"],
    ["POST", "cohorts", { name: "A", now: "2020-01-01" }, "now"],
    ["POST", "cohorts?name=B", { name: "A" }, "name"],
    ["POST", "cohorts?format=csv", { name: "A" }, "format"],
    ["PUT", `cohorts/${id}`, { name: "A", cohortId: id }, "cohortId"],
    ["PUT", "cohorts/not-a-uuid", { name: "A" }, "cohortId"],
    ["POST", `cohorts/${id}/members`, { userIds: [] }, "userIds"],
    ["POST", `cohorts/${id}/members`, { userIds: [""] }, "userIds"],
    [
      "POST",
      `cohorts/${id}/members`,
      { userIds: Array.from({ length: 5_001 }, (_, i) => `u${i}`) },
      "userIds",
    ],
  ];
  for (const [method, path, parameters, parameter] of wrong) {
    const { status, body } = await gateway.call(method, path, tenant, parameters);
    assert.equal(status, 400, `${method} ${path} ${JSON.stringify(parameters).slice(0, 80)}`);
    assert.equal(body.parameter, parameter);
  }
  assert.deepEqual(await namesOf(gateway, tenant), ["Buddies"]);
});

Deno.test("a conflict is told as a 409 with the endpoint's own sentence", async () => {
  const tenant = newTenant();
  await makeCohort(gateway, tenant, "One");
  const other = await makeCohort(gateway, tenant, "Two");
  for (const [method, path] of [["POST", "cohorts"], ["PUT", `cohorts/${other}`]]) {
    const { status, body } = await gateway.call(method, path, tenant, { name: "One" });
    assert.equal(status, 409);
    assert.equal(body.type, "/problems/conflict");
    assert.equal(body.detail, "There is a cohort of this name already");
  }
  assert.equal((await gateway.call("PUT", `cohorts/${other}`, tenant, { name: "Two" })).status, 204);
  await makeCohort(gateway, newTenant(), "One");
});

Deno.test("members join, stay once, leave and join again", async () => {
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant);
  const members = async () => {
    const { body } = await gateway.query(`cohorts/${id}/members`, tenant);
    return body.data.map(({ userId }: { userId: string }) => userId);
  };
  const add = async (...userIds: string[]) =>
    assert.equal((await gateway.call("POST", `cohorts/${id}/members`, tenant, { userIds })).status, 204);
  assert.deepEqual(await members(), []);
  await add("b", "a", "a");
  await add("b", "it's / é");
  assert.deepEqual(await members(), ["a", "b", "it's / é"]);
  const path = `cohorts/${id}/members/${encodeURIComponent("it's / é")}`;
  assert.equal((await gateway.call("DELETE", path, tenant)).status, 204);
  assert.equal((await gateway.call("DELETE", path, tenant)).status, 404);
  assert.deepEqual(await members(), ["a", "b"]);
  await add("it's / é");
  assert.deepEqual(await members(), ["a", "b", "it's / é"]);
  assert.equal((await gateway.query(`cohorts/${id}`, tenant)).body.data.memberCount, 3);
  assert.equal((await gateway.call("DELETE", `cohorts/${id}`, tenant)).status, 204);
  const gone = await gateway.query(`cohorts/${id}/members`, tenant);
  assert.equal(gone.status, 404);
  assert.equal(gone.body.detail, "There is no such cohort");
});

Deno.test("a kept answer is forgotten by a write to what it was read from, and only its own tenant's", async () => {
  const gateway = await createGateway({ cacheBytes: 10_000_000 });
  // without a second passing, no answer is outdated but by the write
  gateway.setNow(new Date("2026-03-10T12:00:00Z"));
  const [tenant, other] = [newTenant(), newTenant("other")];
  const id = await makeCohort(gateway, tenant);
  await makeCohort(gateway, other, "Of the other");
  const ask = async (name: string, who: string) => {
    const { body, headers } = await gateway.query(name, who, { metric: "hours", by: "count" });
    return { data: body.data, cache: headers.get("cache-status")! };
  };
  await gateway.send("csr_metrics", tenant, [
    { id: "1", userId: "u1", metric: "hours", value: 2, periodStart: "2026-01-01T00:00:00Z" },
  ]);
  assert.deepEqual((await ask("cohorts/top", tenant)).data, []);
  assert.match((await ask("cohorts/top", tenant)).cache, /^sluice; hit/);
  await ask("cohorts/top", other);
  await gateway.call("POST", `cohorts/${id}/members`, tenant, { userIds: ["u1"] });
  // a changed table alone would let it go out for a second more
  const after = await ask("cohorts/top", tenant);
  assert.match(after.cache, /^sluice; fwd=miss/);
  assert.deepEqual(after.data.map(({ value }: { value: number }) => value), [1]);
  assert.match((await ask("cohorts/top", other)).cache, /^sluice; hit/);
});

Deno.test("who writes reads it after `fresh` on another gateway, and at once through a browser's cache, though outdated answers may go out", async () => {
  const [gateway, another] = [await createGateway(), await createGateway({ cacheBytes: 10_000_000 })];
  const now = new Date("2026-03-10T12:00:00Z");
  another.setNow(now);
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant, "Buddies");
  const ask = async () => {
    const { headers, body } = await another.query(`cohorts/${id}/overview`, tenant);
    const control = headers.get("cache-control");
    return { name: body.data.name, how: headers.get("cache-status")!.replace(/; ttl.*/, ""), control };
  };
  const control = "private, no-cache";
  assert.deepEqual(await ask(), { name: "Buddies", how: "sluice; fwd=miss; stored", control });
  const rename = (name: string) => gateway.call("PUT", `cohorts/${id}`, tenant, { name });
  const later = (seconds: number) => another.setNow(new Date(now.getTime() + seconds * 1_000));
  await rename("Mates");
  await another.cache.poll();
  later(1);
  assert.deepEqual(await ask(), { name: "Mates", how: "sluice; fwd=stale; stored", control });
  // also when the answer is outdated already, for another reason
  await gateway.send("csr_metrics", tenant, [
    { id: "1", userId: "u1", metric: "hours", value: 2, periodStart: "2026-01-01T00:00:00Z" },
  ]);
  await another.cache.poll();
  await rename("Friends");
  another.pass(2_000);
  later(5);
  assert.deepEqual(await ask(), { name: "Friends", how: "sluice; fwd=stale; stored", control });
});

Deno.test("five thousand members are added at once", async () => {
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant);
  const userIds = Array.from({ length: 5_000 }, (_, i) => `a-user-${i}`);
  const { status, body } = await gateway.call("POST", `cohorts/${id}/members`, tenant, { userIds });
  assert.equal(status, 204, JSON.stringify(body));
  assert.equal((await gateway.query(`cohorts/${id}`, tenant)).body.data.memberCount, 5_000);
});

Deno.test("of cohorts made at the same time under one name, one is made", async () => {
  const tenant = newTenant();
  const made = await Promise.all(
    Array.from({ length: 8 }, () => gateway.call("POST", "cohorts", tenant, { name: "Race" })),
  );
  assert.deepEqual(made.map(({ status }) => status).toSorted(), [201, ...Array(7).fill(409)]);
  assert.deepEqual(await namesOf(gateway, tenant), ["Race"]);
});

Deno.test("members are added whatever the length of their list: in the address, or too long for it", async () => {
  const tenant = newTenant();
  const id = await makeCohort(gateway, tenant);
  for (const count of [500, 1_500, 2_500, 3_500, 4_800]) {
    const userIds = Array.from({ length: count }, (_, i) => `m${i}`);
    const { status, body } = await gateway.call("POST", `cohorts/${id}/members`, tenant, { userIds });
    assert.equal(status, 204, `${count}: ${JSON.stringify(body)}`);
    assert.equal((await gateway.query(`cohorts/${id}`, tenant)).body.data.memberCount, count);
  }
});

Deno.test("with an Idempotency-Key a repetition makes nothing new and gets the first answer", async () => {
  const tenant = newTenant();
  const post = (name: string, key: string) =>
    gateway.call("POST", "cohorts", tenant, { name }, undefined, { "idempotency-key": key });
  const [first, second] = [await post("One", "k1"), await post("One", "k1")];
  assert.equal(first.status, 201);
  assert.deepEqual([second.status, second.body], [201, first.body]);
  assert.deepEqual(await namesOf(gateway, tenant), ["One"]);
  assert.equal((await post("Two", "k1")).body.type, "/problems/idempotency-mismatch");
  assert.equal((await post("One", "k2")).status, 409, "another key is another request");
  assert.equal((await post("One", "two words")).status, 400);
  // a refused request does not use its key up
  assert.equal((await post("Three", "k2")).status, 201);
});

Deno.test("a write whose answer was lost is not sent again, and its repetition by key makes one thing", async () => {
  const roles = createRoles(engineOptions());
  let sent = 0;
  const lossy: ClickHouse = async (statement) => {
    const response = await roles.writer(statement);
    if (!/^INSERT/.test(statement.sql) || sent++ > 0) return response;
    await response.body?.cancel();
    throw new ClickHouseUnreachable("The answer was lost by the test");
  };
  const gateway = await createGateway({ writer: lossy });
  const tenant = newTenant();
  const file = queryFile("cohorts/demo-make", `${writing}\npath: cohorts/demo`, `SELECT ${columns}`);
  await gateway.load([...await readQueryFiles(), file]);
  const post = () =>
    gateway.call("POST", "cohorts/demo", tenant, { name: "Once" }, "demo:write", { "idempotency-key": "k" });
  assert.equal((await post()).status, 503);
  assert.equal(sent, 1);
  assert.equal((await post()).status, 201);
  assert.deepEqual(await namesOf(gateway, tenant), ["Once"]);
});

Deno.test("a write counts in the tenant's budget and leaves an audit row", async () => {
  const gateway = await createGateway({ budgets: { daily: 2 } });
  const tenant = newTenant();
  assert.equal(
    (await gateway.call("POST", "cohorts", tenant, {})).status,
    400,
    "what is refused is not counted",
  );
  const id = await makeCohort(gateway, tenant);
  assert.equal((await gateway.call("DELETE", `cohorts/${id}`, tenant)).status, 204);
  const spent = await gateway.call("POST", "cohorts", tenant, { name: "Third" });
  assert.equal(spent.body.type, "/problems/budget-spent");
  await gateway.audit.flush();
  const rows = await readRows<{ method: string; query: string; status: number }>(clickHouse, {
    sql:
      "SELECT method, query, status FROM gateway_requests WHERE tenant_id = {tenant:String} ORDER BY at, status",
    parameters: { tenant },
  });
  assert.deepEqual(rows.map(({ method, query, status }) => `${method} ${query} ${status}`).sort(), [
    "DELETE cohorts/delete 204",
    "POST cohorts/create 201",
    "POST cohorts/create 400",
    "POST cohorts/create 429",
  ]);
});

const condition = /(\w+\.)?\btenant_id = \{tenantId:String\}/g;

Deno.test("no writing endpoint, even with its tenant conditions taken out, changes or tells another tenant's rows", async () => {
  const honest = gateway;
  const writing = "query cohorts:write warehouse:write";
  const [own, other] = [newTenant("own"), newTenant("other")];
  const id = await makeCohort(honest, other, "Of the other");
  await honest.call("POST", `cohorts/${id}/members`, other, { userIds: ["u1"] });
  await honest.call("PUT", "warehouse/calendar", other, { firstMonth: 7 }, writing);
  const state = async () =>
    JSON.stringify([
      (await honest.query("cohorts", other)).body.data,
      (await honest.query(`cohorts/${id}/members`, other)).body.data,
      (await honest.query("warehouse/calendar", other)).body.data,
    ]);
  const before = await state();
  const files = await readQueryFiles();
  const isWriting = ({ text }: QueryFile) => /^method: /m.test(text);
  const careless = await createGateway({
    files: files.map((file) =>
      isWriting(file) ? { ...file, text: file.text.replaceAll(condition, "1") } : file
    ),
  });
  const calls: Record<string, [method: string, path: string, parameters?: Record<string, unknown>]> = {
    "cohorts/create": ["POST", "cohorts", { name: "Of the other" }],
    "cohorts/update": ["PUT", `cohorts/${id}`, { name: "Taken" }],
    "cohorts/delete": ["DELETE", `cohorts/${id}`],
    "cohorts/add-members": ["POST", `cohorts/${id}/members`, { userIds: ["u1", "u2"] }],
    "cohorts/remove-member": ["DELETE", `cohorts/${id}/members/u1`],
    "warehouse/set-calendar": ["PUT", "warehouse/calendar", { firstMonth: 4 }],
  };
  // what names no row of another tenant's makes one of the caller's own
  const made: Record<string, number> = { "cohorts/create": 201, "warehouse/set-calendar": 204 };
  const names = files.filter(isWriting).map(({ path }) => path.slice("sql/".length, -".sql".length));
  assert.deepEqual(names.toSorted(), Object.keys(calls).toSorted(), "each writing endpoint is tried here");
  for (const gateway of [honest, careless]) {
    for (const [name, call] of Object.entries(calls)) {
      const answer = await gateway.call(
        call[0],
        call[1],
        gateway === honest ? own : newTenant("own"),
        call[2],
        writing,
      );
      // whether a name or an id is taken elsewhere is not told either
      assert.equal(
        answer.status,
        made[name] ?? 404,
        `${name}: ${JSON.stringify(answer.body)}`,
      );
      assert.equal(await state(), before, name);
    }
  }
});

Deno.test("whatever a writing endpoint selects, its rows are its caller's", async () => {
  const gateway = await createGateway();
  const [own, other] = [newTenant("own"), newTenant("other")];
  await makeCohort(gateway, other, "Of the other");
  const copying = queryFile(
    "cohorts/demo-copy",
    "method: PUT\ninto: csr_cohorts\nreturns: none\nscope: demo:write",
    // reads all that the engine shows it, and forgets whose it is
    `SELECT cohort_id, concat(name, ' of ', tenant_id, {tenantId:String}) AS name, version FROM csr_cohorts
    UNION ALL SELECT {newId:UUID}, 'made', 1`,
  );
  const faults = await gateway.load([...await readQueryFiles(), copying]);
  assert.deepEqual(faults, []);
  assert.equal((await gateway.call("PUT", "cohorts/demo-copy", own, {}, "demo:write")).status, 201);
  assert.deepEqual(await namesOf(gateway, own), ["made"]);
  assert.deepEqual(await namesOf(gateway, other), ["Of the other"]);
});

const refusedFiles: Record<string, [frontMatter: string, sql: string, fault: RegExp]> = {
  "a tenant among the columns": [
    writing,
    `SELECT 'other' AS tenant_id, ${columns}`,
    /The gateway writes tenant_id itself/,
  ],
  "a tenant among the columns, quoted with an escape": [
    writing,
    `SELECT 'other' AS \`tenant\\x5fid\`, ${columns}`,
    /A quoted name is made of letters, digits and _ alone/,
  ],
  "an INSERT of one's own": [
    writing,
    `INSERT INTO csr_cohorts (tenant_id, cohort_id) SELECT 'other', {newId:UUID}`,
    /A query file holds a SELECT/,
  ],
  "a second statement after a parenthesis": [
    writing,
    `SELECT ${columns}) UNION ALL (SELECT 1`,
    /Syntax error/,
  ],
  "a comment that swallows the end": [writing, `SELECT ${columns} /*`, /comment \/\* is not closed/],
  "a mutation": [writing, "ALTER TABLE csr_cohorts DELETE WHERE 1", /holds a SELECT|Syntax error/],
  "no such table": [
    writing.replace("csr_cohorts", "nothing"),
    `SELECT ${columns}`,
    /There is no table "nothing"/,
  ],
  "a table without tenants": [
    writing.replace("csr_cohorts", "schema_migrations"),
    "SELECT '1' AS version",
    /and a column tenant_id/,
  ],
  "a landing table, which stores nothing": [
    writing.replace("csr_cohorts", "outreach_landing"),
    "SELECT '{}' AS line, {newId:UUID} AS request_id",
    /with stored rows/,
  ],
  "another domain's table": [
    writing,
    `SELECT ${columns}`,
    /Endpoints of "demo" may not write "csr_cohorts": the table's comment names who may, such as 'writers: demo'/,
  ],
  "another domain's table, declared for none": [
    writing.replace("csr_cohorts", "outreach_events"),
    "SELECT {newId:UUID} AS id",
    /Endpoints of "demo" may not write "outreach_events"/,
  ],
  "a table of the gateway": [
    writing.replace("csr_cohorts", "api_keys"),
    "SELECT {newId:UUID} AS id, {tenantId:String} AS name",
    /There is no table "api_keys"/,
  ],
  "no such column": [writing, `SELECT ${columns}, 1 AS nothing`, /has no column "nothing"/],
  "a type that cannot be turned into the column's": [
    writing,
    "SELECT {newId:UUID} AS cohort_id, [1] AS version",
    /CAST|Cannot|Array/,
  ],
  "an impure function": [
    writing,
    "SELECT generateUUIDv4() AS cohort_id, 1 AS version",
    /may not call generateUUIDv4/,
  ],
  "a table function": [
    writing,
    `SELECT cohort_id FROM merge('sluice', '^csr_cohorts$')`,
    /may read only tables/,
  ],
  "settings": [writing, `SELECT ${columns} SETTINGS additional_table_filters = {}`, /SETTINGS/],
  "no scope": [writing.replace("\nscope: demo:write", ""), `SELECT ${columns}`, /needs a `scope`/],
  "no table": [writing.replace("into: csr_cohorts\n", ""), `SELECT ${columns}`, /says `into`/],
  "a list": [writing.replace("returns: none", "returns: list"), `SELECT ${columns}`, /has `returns: none`/],
  "all tenants": [`${writing}\ntenant: all`, `SELECT ${columns}`, /rows of its caller's tenant/],
  "a table, and no method": ["into: csr_cohorts", "SELECT {tenantId:String} AS a", /needs a `method`/],
  "nothing returned by a query": [
    "returns: none",
    "SELECT {tenantId:String} AS a",
    /is for writing endpoints/,
  ],
  "a new id in a query": ["tenant: none", "SELECT {newId:UUID} AS id", /Only a writing endpoint/],
  "another domain's address": [`${writing}\npath: demo/x`, `SELECT ${columns}`, /must begin with "cohorts"/],
  "an address that is none": [`${writing}\npath: /demo`, `SELECT ${columns}`, /must be such as/],
};

for (const [name, [frontMatter, sql, fault]] of Object.entries(refusedFiles)) {
  Deno.test(`a writing endpoint is refused at load: ${name}`, async () => {
    const gateway = await createGateway({ files: [] });
    const faults = await gateway.load([
      queryFile(
        name.startsWith("another domain's table") ? "demo/write" : "cohorts/demo-write",
        frontMatter,
        sql,
      ),
    ]);
    assert.equal(faults.length, 1);
    assert.match(faults[0], fault);
    assert.match(faults[0], /^sql\/(cohorts\/demo-|demo\/)write\.sql:\d+:\d+: /);
  });
}

Deno.test("two files for one method of one address are refused, as are other names of its parameters", async () => {
  const gateway = await createGateway({ files: [] });
  const file = (name: string, path: string, sql: string) => queryFile(name, `${writing}\npath: ${path}`, sql);
  const id = (name: string) => `SELECT {${name}:UUID} AS cohort_id`;
  assert.match(
    (await gateway.load([
      file("cohorts/demo-a", "cohorts/demo/{x}", id("x")),
      file("cohorts/demo-b", "cohorts/demo/{x}", id("x")),
    ])).join(),
    /sql\/cohorts\/demo-b\.sql:1:1: The path is the same endpoint as sql\/cohorts\/demo-a\.sql/,
  );
  const other = queryFile("cohorts/demo/[y]", "tenant: none", "SELECT {y:UUID} AS id");
  assert.match(
    (await gateway.load([file("cohorts/demo-a", "cohorts/demo/{x}", id("x")), other])).join(),
    /names its parameters differently from sql\/cohorts\/demo-a\.sql/,
  );
});

Deno.test("the user of the writing endpoints inserts into their tables, and nowhere else", async () => {
  const { writer } = createRoles(engineOptions());
  const tables = new Set(
    (await readQueryFiles()).map(({ text }) => /^into: (\w+)$/m.exec(text)?.[1]).filter((table) => table),
  );
  const all = await readRows<{ name: string }>(clickHouse, {
    sql: "SELECT name FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE 'trial%'",
  });
  for (const { name } of all) {
    const [{ result }] = await readRows<{ result: number }>(writer, {
      sql: `CHECK GRANT INSERT ON sluice.${name}`,
    });
    assert.equal(Boolean(result), tables.has(name), name);
  }
  for (
    const sql of [
      "ALTER TABLE csr_cohorts DELETE WHERE 1",
      "TRUNCATE TABLE csr_cohorts",
      "DROP TABLE csr_cohorts",
      "CREATE TABLE writer_table (a UInt8) ENGINE = Memory",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'c String')",
    ]
  ) await assert.rejects(run(writer, { sql }), /ACCESS_DENIED/, sql);
});
