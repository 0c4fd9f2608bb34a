import assert from "node:assert/strict";
import { readRows, run } from "../../src/clickhouse/client.ts";
import { escapeString } from "../../src/clickhouse/string_literal.ts";
import { migrationsRoot } from "../../src/hosts/deno/migration_folders.ts";
import { root } from "../../src/hosts/deno/sql_files.ts";
import { fill } from "../../src/tools/scaffold/template.ts";
import { withScratchEngine } from "../../src/tools/scratch_engine.ts";

// The tables of brokers are written alike for each stream. Those of NATS cannot run here: the embedded engine has no NATS, so that
// a table without it stands in, and what is checked is that statements parse and that views fit the landing tables.

/** Files of a folder of migrations in their order. */
async function migrationsOf(folder: string): Promise<{ object: string; text: string }[]> {
  const names = (await Array.fromAsync(Deno.readDir(`${migrationsRoot}/${folder}`))).map(({ name }) => name);
  return await Promise.all(
    names.sort().map(async (name) => ({
      object: name.replace(/^\d+_(.*)\.sql$/, "$1"),
      text: await Deno.readTextFile(`${migrationsRoot}/${folder}/${name}`),
    })),
  );
}

/** The streams that the repository has; one that somebody adds may do without brokers. */
const streams = [
  "outreach",
  "csr_companies",
  "csr_scores",
  "csr_journey",
  "csr_metrics",
  "ticketing_events",
  "ticketing_page_views",
  "ticketing_sales",
];

for (const broker of ["kafka", "nats"]) {
  Deno.test(`each stream has the table of ${broker} and the view into its landing table that the templates say`, async () => {
    const migrations = new Map((await migrationsOf(broker)).map(({ object, text }) => [object, text]));
    for (const stream of streams) {
      for (
        const [template, object] of [[broker, `${stream}_${broker}`], [
          `landing_${broker}_mv`,
          `${stream}_landing_${broker}_mv`,
        ]]
      ) {
        const text = await Deno.readTextFile(`${root}src/tools/scaffold/templates/${template}.sql`);
        assert.equal(migrations.get(object), fill(text, { stream }), object);
      }
    }
  });
}

/** The statements that make what a folder has, and those that take it back, in their order. */
async function statementsOf(folder: string): Promise<{ ups: string[]; downs: string[] }> {
  const [ups, downs]: [string[], string[]] = [[], []];
  for (const { text } of await migrationsOf(folder)) {
    const [, up, down] = /-- migrate:up\n(.*)-- migrate:down\n(.*)/s.exec(text)!;
    ups.push(up.trim().replace(/;$/, ""));
    downs.unshift(down.trim().replace(/;$/, ""));
  }
  return { ups, downs };
}

Deno.test("the migrations of Kafka go up without a broker, and down", async () => {
  const { ups, downs } = await statementsOf("kafka");
  await withScratchEngine(async (clickHouse) => {
    const objects = async () =>
      // a view that refreshes has a table for the while, and the engine makes its logs when it has something to log
      await readRows(clickHouse, {
        sql:
          "SELECT name FROM system.tables WHERE database = currentDatabase() AND NOT startsWith(name, '.') ORDER BY name",
      });
    const before = await objects();
    for (const sql of ups) await run(clickHouse, { sql });
    assert.equal(
      (await objects()).length,
      before.length + ups.filter((sql) => / (TABLE|VIEW) /.test(sql)).length,
    );
    for (const sql of downs) await run(clickHouse, { sql });
    assert.deepEqual(await objects(), before);
  });
});

Deno.test("the statements of NATS parse, and what its views select lands", async () => {
  const { ups, downs } = await statementsOf("nats");
  const event = JSON.stringify(
    {
      id: "5e9f8d4e-0000-4000-8000-000000000001",
      eventType: "message_sent",
      entityId: "m1",
      channel: "email",
      occurredAt: "2026-11-20T10:00:00Z",
    },
    null,
    2,
  );
  await withScratchEngine(async (clickHouse) => {
    for (const sql of ups) {
      const parameters = { sql: escapeString(sql) };
      await readRows(clickHouse, { sql: "SELECT formatQuery({sql:String}) AS formatted", parameters });
      const stood = sql.replace(
        /\n\)\nENGINE = NATS\(sluice_nats\)\nSETTINGS [^;]*$/,
        ",\n    _subject String, _raw_message Nullable(String), _error Nullable(String)\n)\nENGINE = Null",
      );
      await run(clickHouse, { sql: stood });
    }
    for (
      const [subject, message, error] of [
        ["sluice.outreach.acme.eu", event, null],
        ["sluice.outreach", event, null],
        ["sluice.outreach.acme.eu", "", "Not to be read"],
      ]
    ) {
      await run(clickHouse, {
        sql: "INSERT INTO outreach_nats (_subject, message, _error, _raw_message) FORMAT JSONEachRow",
        body: new TextEncoder().encode(
          JSON.stringify({ _subject: subject, message, _error: error, _raw_message: error && event }),
        ),
      });
    }
    assert.deepEqual(
      await readRows(clickHouse, { sql: "SELECT tenant_id, entity_id FROM outreach_events" }),
      [
        { tenant_id: "acme.eu", entity_id: "m1" },
      ],
    );
    assert.deepEqual(
      await readRows(clickHouse, {
        sql: "SELECT tenant_id, source, reason, line FROM rejected_events ORDER BY reason",
      }),
      ["The message cannot be read: Not to be read", "The subject names no tenant"].map((reason) => ({
        tenant_id: "",
        source: "nats",
        reason,
        line: event,
      })),
    );
    for (const sql of downs) await run(clickHouse, { sql });
  });
});
