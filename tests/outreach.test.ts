import assert from "node:assert/strict";
import { bind } from "../src/query/bind.ts";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { createGateway, engineOptions, inspectedCatalog, newTenant } from "./gateway.ts";

const clickHouse = createClickHouse(engineOptions());

/** Lands `count` messages of a campaign, spread over 30 days: all sent, ¾ delivered, ½ opened, ¼ clicked. */
async function landCampaign(tenantId: string, count: number): Promise<void> {
  await run(clickHouse, {
    sql: `
      INSERT INTO outreach_landing (tenant_id, request_id, line_number, source, fault, line)
      SELECT {tenantId:String}, generateUUIDv4(), number, 'test', '', toJSONString(map(
          'id', toString(toUUID(hex(sipHash128({tenantId:String}, number)))),
          'eventType', ['message_sent', 'message_delivered', 'message_opened', 'message_clicked'][1 + number % 4],
          'entityId', concat('m', toString(intDiv(number, 4))),
          'channel', 'email', 'sourceType', 'campaign', 'sourceId', 'c1', 'templateId', 't1',
          'contactId', concat('p', toString(intDiv(number, 8))),
          'occurredAt', formatDateTime(toDateTime('2026-03-01 00:00:00', 'UTC') + number * 2592000 / ({count:UInt32} * 4), '%Y-%m-%dT%H:%i:%SZ')))
      FROM numbers({count:UInt32} * 4)
      WHERE intDiv(number, 4) % 4 >= number % 4`,
    parameters: { tenantId, count: String(count) },
    settings: { wait_end_of_query: 1, insert_deduplicate: 0 },
  });
}

Deno.test("a campaign of 100,000 messages is counted exactly, though each event came twice", async () => {
  const gateway = await createGateway();
  const tenant = newTenant("exact");
  await landCampaign(tenant, 100_000);
  await landCampaign(tenant, 100_000);
  const { body } = await gateway.query("outreach/campaigns", tenant, {
    startDate: "2026-03-01",
    endDate: "2026-03-31",
  });
  // message n has events 0 … n mod 4: sent 100,000, delivered 75,000, opened 50,000, clicked 25,000
  const [campaign] = body.data.topCampaigns;
  assert.deepEqual(
    { sent: campaign.sent, openRate: campaign.openRate, clickRate: campaign.clickRate },
    { sent: 100_000, openRate: 66.67, clickRate: 33.33 },
  );
  assert.equal(body.data.summary.totalRecipients, 50_000); // a contact has two messages
});

interface Plan {
  "Node Type": string;
  Description?: string;
  Indexes?: { Type: string; Keys?: string[]; "Initial Granules": number; "Selected Granules": number }[];
  Plans?: Plan[];
}

/** Every read of a MergeTree table in a plan, nested ones too. */
function reads(plan: Plan): Plan[] {
  const own = plan["Node Type"] === "ReadFromMergeTree" ? [plan] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(reads)];
}

Deno.test("each outreach query reads only its tenant's and its range's granules", async (t) => {
  const [tenant, other] = [newTenant("reads"), newTenant("others")];
  await landCampaign(tenant, 60_000);
  await landCampaign(other, 60_000);
  const catalog = await inspectedCatalog();
  const ranged = [...catalog.values()].filter((query) =>
    query.name.startsWith("outreach/") && query.parameters.some(({ name }) => name === "startDate")
  );
  assert.equal(ranged.length, 8);
  for (const query of ranged) {
    await t.step(query.name, async () => {
      const input = new Map([["startDate", ["2026-03-15"]], ["endDate", ["2026-03-15"]]]);
      const parameters = {
        ...bind(query, input, new Date()).parameters,
        tenantId: tenant,
        now: "2026-03-20 00:00:00.000",
      };
      const [{ explain }] = await readRows<{ explain: string }>(clickHouse, {
        sql: `EXPLAIN json = 1, indexes = 1 ${query.sql}`,
        parameters,
      });
      const events = reads(JSON.parse(explain)[0].Plan).filter(({ Description }) =>
        Description?.endsWith("outreach_events")
      );
      assert.ok(events.length > 0);
      for (const { Indexes = [] } of events) {
        const key = Indexes.find(({ Type }) => Type === "PrimaryKey")!;
        for (const column of ["tenant_id", "occurred_at"]) assert.ok(key.Keys?.includes(column), column);
        // one day of thirty, of one tenant of two; the rest is the edges of granules
        const part = key["Selected Granules"] / key["Initial Granules"];
        assert.ok(part < 0.3, `${key["Selected Granules"]} of ${key["Initial Granules"]} granules`);
      }
    });
  }
});
