import assert from "node:assert/strict";
import { askRows } from "./ask_engine.ts";
import { event, ndjson } from "./events.ts";
import { createGateway, newTenant, queryFile } from "./gateway.ts";

// What a table would drop by its TTL is refused by the stream, by name; what is accepted can be read.

const files = [
  queryFile(
    "retention/kept",
    "",
    "SELECT entity_id AS entityId FROM outreach_events WHERE tenant_id = {tenantId:String} ORDER BY entityId",
  ),
  queryFile(
    "retention/named",
    "",
    "SELECT id FROM outreach_names WHERE tenant_id = {tenantId:String} ORDER BY id",
  ),
];
const gateway = await createGateway({ files });
const hour = 3_600_000;

/** Two years before now, give or take. */
function twoYearsAgo(moreMs: number): string {
  const at = new Date();
  at.setUTCFullYear(at.getUTCFullYear() - 2);
  return new Date(at.getTime() + moreMs).toISOString();
}

Deno.test("an event that the table would drop is refused, with the field and the limit; one that is dropped soon is taken", async () => {
  const tenant = newTenant();
  const metadata = { name: "Spring" };
  const { status, body } = await gateway.send("outreach", tenant, [
    event({ entityId: "new" }),
    event({ entityId: "old", occurredAt: twoYearsAgo(-hour), templateId: "old", metadata }),
    event({ entityId: "soon old", occurredAt: twoYearsAgo(hour), templateId: "soon", metadata }),
    event({ entityId: "in milliseconds", occurredAt: Date.parse("2001-01-01T00:00:00Z") }),
  ]);
  assert.equal(status, 200);
  assert.deepEqual([body.data.accepted, body.data.rejected], [2, 2]);
  const [old, inMs] = body.data.rejections;
  assert.deepEqual([old.line, inMs.line], [2, 4]);
  const limit = twoYearsAgo(0).slice(0, "2024-11-27T".length);
  assert.ok(old.reason.startsWith(`occurredAt is before ${limit}`), old.reason);
  assert.match(old.reason, /, older than events are kept: "2/);
  assert.match(inMs.reason, /^occurredAt is before .*: "978307200000"$/);
  assert.deepEqual((await gateway.query("retention/kept", tenant)).body.data, [
    { entityId: "new" },
    { entityId: "soon old" },
  ]);
  // what is refused names nothing either
  assert.deepEqual((await gateway.query("retention/named", tenant)).body.data, [{ id: "soon" }]);
});

Deno.test("accepted and rejected are all lines, and the accepted are the rows, whatever the age", async () => {
  const tenant = newTenant();
  const years = Array.from({ length: 40 }, (_, i) => twoYearsAgo((i - 20) * hour));
  const body = ndjson(years.map((occurredAt, i) => event({ entityId: `m${i}`, occurredAt })));
  const answer = await gateway.fetch("/v1/events/outreach", tenant, { method: "POST", body });
  const { data } = await answer.json();
  assert.equal(data.accepted + data.rejected, 40);
  // the one of this very instant may be on either side
  assert.ok(data.accepted === 19 || data.accepted === 20, String(data.accepted));
  assert.equal((await gateway.query("retention/kept", tenant)).body.data.length, data.accepted);
});

Deno.test("each table with a TTL that a stream fills has the same limit in the stream's own view", async () => {
  // view → target, from a landing table on, over tables that store nothing
  const views = await askRows(`SELECT name, as_select AS query,
      extract(create_table_query, 'MATERIALIZED VIEW \\S+ TO (?:\\w+\\.)?(\\w+)') AS target
    FROM system.tables WHERE database = 'sluice' AND engine = 'MaterializedView'`);
  const tables = await askRows(`SELECT name, extract(create_table_query, ' TTL (.*?)(?: SETTINGS|$)') AS ttl
    FROM system.tables WHERE database = 'sluice' AND engine LIKE '%MergeTree'`);
  const reads = (query: unknown, table: string) =>
    new RegExp(`FROM sluice\\.${table}\\b`).test(String(query));
  const stored = new Set(tables.map(({ name }) => name));
  const viewsFrom = (table: unknown): typeof views =>
    stored.has(table) ? [] : views.filter(({ query }) => reads(query, String(table)))
      .flatMap((view) => [view, ...viewsFrom(view.target)]);
  const held: string[] = [];
  for (
    const { stream } of await askRows(`SELECT replaceOne(name, '_landing', '') AS stream
    FROM system.tables WHERE database = 'sluice' AND endsWith(name, '_landing')`)
  ) {
    const reached = viewsFrom(`${stream}_landing`);
    const parsing = reached.find(({ query }) => / AS reason\b/.test(String(query)));
    assert.ok(parsing, `${stream} has a view that says why lines are refused`);
    const targets = views.filter(({ query }) => reads(query, String(parsing.target)));
    assert.ok(targets.length >= 2, `${stream} has views after ${parsing.name}`);
    for (const { target } of targets) {
      const ttl = String(tables.find(({ name }) => name === target)?.ttl ?? "");
      // a dead letter and a live event are dated by the clock of their arrival
      if (ttl === "" || target === "rejected_events" || target === "live_events") continue;
      const [, column, kept] = /^toDateTime\((\w+)\) \+ (toInterval\w+\(\d+\))$/.exec(ttl) ?? [];
      assert.ok(kept, `${target} is kept by one column and an interval: ${ttl}`);
      const source = new RegExp(`(?:assumeNotNull\\()?(\\w+)\\)? AS ${column}\\b`).exec(String(parsing.query))
        ?.[1];
      assert.ok(
        String(parsing.query).includes(`(toDateTime(${source}) + ${kept}) <= now()`),
        `${parsing.name} refuses what ${target} does not keep: ${ttl}`,
      );
      held.push(String(target));
    }
  }
  assert.deepEqual(held, ["outreach_events"]);
});
