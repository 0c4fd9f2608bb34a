import { createClickHouse, run } from "../src/clickhouse/client.ts";
import { engineOptions, newTenant, type TestGateway } from "./gateway.ts";

const owner = createClickHouse(engineOptions());

/** What stands in each text of the other tenant's rows, and what nobody's row has; both are equally long. */
export const [foreign, nobody] = ["zebra", "zorro"].map((word) => `${word}-${crypto.randomUUID()}`);

/** The tenant that asks, and the one of which it must learn nothing. */
export const [own, other] = [newTenant("own"), foreign];

const at = daysAgo(1);
const before = daysAgo(40);

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

/** Rows of a tenant in each stream and of each writing endpoint, whose texts all hold its mark. */
export async function fill(gateway: TestGateway, tenant: string, mark: string): Promise<void> {
  const id = () => crypto.randomUUID();
  const channels = tenant === own ? ["email"] : ["email", "sms", "whatsapp"];
  const events = Array.from({ length: 300 }, (_, i) => ({
    id: id(),
    eventType: i % 3 ? "message_sent" : "message_opened",
    entityId: i % 2 ? mark : `${mark}-${i}`,
    // one is of another month, that is of another partition
    occurredAt: i || tenant === own ? at : before,
    channel: channels[i % channels.length],
    contactId: mark,
    userId: mark,
    templateId: mark,
    sourceType: "campaign",
    sourceId: mark,
    metadata: { name: mark },
  }));
  const user = { userId: mark, programId: mark };
  await gateway.send("outreach", tenant, [...events, { eventType: mark }]);
  await gateway.send("csr_scores", tenant, [
    {
      ...user,
      id: id(),
      dimension: "confidence",
      score: 0.5,
      createdAt: at,
      location: mark,
      demographic: mark,
    },
  ]);
  await gateway.send("csr_journey", tenant, [{ ...user, id: id(), stage: "enrolled", occurredAt: at }]);
  await gateway.send("csr_metrics", tenant, [
    { userId: mark, id: id(), metric: "engagement", value: 1, periodStart: at },
  ]);
  await gateway.send("csr_companies", tenant, [
    { name: mark, industry: mark, region: mark, employees: 10, updatedAt: at },
  ]);
  const { body } = await gateway.call("POST", "cohorts", tenant, { name: mark, description: mark });
  await gateway.call("POST", `cohorts/${body.data.id}/members`, tenant, { userIds: [mark] });
}

/** Has one part hold the rows of both tenants. */
export async function mergeParts(): Promise<void> {
  const tables = [
    "outreach_events",
    "outreach_names",
    "rejected_events",
    "csr_scores",
    "csr_journey",
    "csr_metrics",
    "csr_places",
    "csr_companies",
    "csr_cohorts",
    "csr_cohort_members",
  ];
  for (const table of tables) await run(owner, { sql: `OPTIMIZE TABLE ${table} FINAL` });
}

/** Functions and views of which some hostile queries make use, as a migration could leave them. */
const made = [
  ["FUNCTION trial_hides_host", "AS (x) -> if(x = '', '', hostName())"],
  ["FUNCTION trial_hides_table", "AS (x) -> if(x = '', 0, (SELECT count() FROM system.tables))"],
  [
    "FUNCTION trial_hides_settings",
    "AS (x) -> (SELECT count() FROM outreach_events WHERE entity_id = x SETTINGS log_comment = 'other')",
  ],
  ["VIEW trial_invoker", "AS SELECT tenant_id, entity_id AS seen FROM outreach_events"],
  [
    "VIEW trial_definer",
    "DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT tenant_id, entity_id FROM outreach_events",
  ],
];

/** Makes them; they are there until the returned function has run. */
export async function makeThings(): Promise<() => Promise<void>> {
  const drop = async () => {
    for (const [name] of made) await run(owner, { sql: `DROP ${name.replace(" ", " IF EXISTS ")}` });
  };
  await drop();
  for (const [name, definition] of made) await run(owner, { sql: `CREATE ${name} ${definition}` });
  return drop;
}
