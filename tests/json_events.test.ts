import assert from "node:assert/strict";
import { type Answer, createGateway, newTenant, queryFile, read } from "./gateway.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";

// Lines as text, as no JSON library of JavaScript writes them: what is valid JSON is read or refused with the true
// reason, metadata stays what was written, and a key that comes twice is refused.

const shared = (await readQueryFiles()).filter(({ path }) => path.startsWith("sql/outreach/"));
const gateway = await createGateway({
  files: [
    ...shared,
    queryFile(
      "json/written",
      "",
      `SELECT entity_id AS entityId, metadata FROM outreach_events WHERE tenant_id = {tenantId:String}
      ORDER BY entityId`,
    ),
    queryFile(
      "json/values",
      "",
      "SELECT value, user_id AS userId FROM csr_metrics FINAL WHERE tenant_id = {tenantId:String} ORDER BY value",
    ),
  ],
});

async function post(stream: string, tenant: string, body: string): Promise<Answer> {
  return await read(await gateway.fetch(`/v1/events/${stream}`, tenant, { method: "POST", body }));
}

/** A line with more fields; entityId as JSON. */
function line(more: string, entityId = '"m"'): string {
  return `{"id":"${crypto.randomUUID()}","eventType":"message_sent","entityId":${entityId},"channel":"email",` +
    `"occurredAt":"2026-03-10T12:00:00Z"${more}}`;
}

/** What a line is refused for, or "". */
async function reasonOf(text: string, stream = "outreach"): Promise<string> {
  const { status, body } = await post(stream, newTenant(), text);
  assert.ok(status === 200 || status === 422, String(status));
  return (body.rejections ?? body.data.rejections)[0]?.reason ?? "";
}

/** Metadata as it is kept, and as the events show it. */
async function keptMetadata(more: string): Promise<[kept: string, shown: unknown]> {
  const tenant = newTenant();
  const { status, body } = await post("outreach", tenant, line(more));
  assert.equal(status, 200, JSON.stringify(body));
  const kept = (await gateway.query("json/written", tenant)).body.data[0].metadata;
  const shown = (await gateway.query("outreach/events", tenant, {
    startDate: "2026-03-10",
    endDate: "2026-03-11",
  })).body.data[0].metadata;
  return [kept, shown];
}

const bigger = "18446744073709551616";

Deno.test("numbers beyond 64 bits and halves of surrogate pairs in fields that nobody reads are taken", async () => {
  for (
    const value of [
      bigger,
      `-${bigger}`,
      "-9223372036854775809",
      "9".repeat(400),
      "1e400",
      "-1E+400",
      "1e-400",
      "0.1e99999",
      `[[${bigger}],{"a":1e999}]`,
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '{"\\uDBFF":1}',
      '"\\u0000"',
    ]
  ) assert.equal(await reasonOf(line(`,"more":${value}`)), "", value);
});

Deno.test("what is no JSON stays refused, also beside such numbers", async () => {
  for (
    const value of [
      "NaN",
      "-Infinity",
      "01",
      `0${bigger}`,
      `${bigger}.`,
      `+${bigger}`,
      "1e400x",
      "-",
      "1 2",
      "[1e400",
      '"\\q\\ud800"',
      '"\\ud8"',
      '"a\tb"',
      '"a\u0002b"',
      "1e400,",
      "1e400 }{",
      '1e400,2:"x"',
      '"\\ud800',
    ]
  ) assert.equal(await reasonOf(line(`,"more":${value},"big":1e400`)), "Line is not valid JSON", value);
});

Deno.test("an id that is a number of any length is its digits", async () => {
  const tenant = newTenant();
  await post("outreach", tenant, `${line("", bigger)}\n${line("", "7")}`);
  const { data } = (await gateway.query("json/written", tenant)).body;
  assert.deepEqual(data.map(({ entityId }: { entityId: string }) => entityId), [bigger, "7"]);
});

Deno.test("half of a surrogate pair in an id is the reason, by field; a whole pair is a character", async () => {
  assert.equal(await reasonOf(line("", '"m\\ud800"')), "entityId holds half of a surrogate pair");
  assert.equal(await reasonOf(line(',"campaignId":"\\udfff"')), "campaignId holds half of a surrogate pair");
  assert.equal(await reasonOf(line("", '"\\ud83d\\ude00"')), "");
  assert.equal(
    await reasonOf(
      '{"id":1,"userId":"\\ud800","metric":"sroi","value":1,"periodStart":"2026-03-01T00:00:00Z"}',
      "csr_metrics",
    ),
    "userId holds half of a surrogate pair",
  );
});

Deno.test("JSON that nests deeper than the engine reads is refused as that", async () => {
  const nested = (depth: number) => line(`,"more":${"[".repeat(depth)}${"]".repeat(depth)}`);
  assert.equal(await reasonOf(nested(1_000)), "");
  assert.match(await reasonOf(nested(5_000)), /nested more than 1024 levels deep/);
});

Deno.test("a value of a metric may be any number that a double can tell", async () => {
  const tenant = newTenant();
  const row = (id: number, value: string) =>
    `{"id":${id},"metric":"sroi","value":${value},"periodStart":"2026-03-01T00:00:00Z"}`;
  const body = [row(1, bigger), row(2, "1e400"), row(3, "-9223372036854775809"), row(4, "2.50")].join("\n");
  const answer = await post("csr_metrics", tenant, body);
  assert.deepEqual(answer.body.data, {
    accepted: 3,
    rejected: 1,
    rejections: [{ line: 2, reason: 'value is beyond a number of 64 bits: "1e400"' }],
  });
  const { data } = (await gateway.query("json/values", tenant)).body;
  assert.deepEqual(data.map(({ value }: { value: number }) => value), [-(2 ** 63), 2.5, 2 ** 64]);
});

Deno.test("metadata stays what was written, and is shown as near to it as JSON libraries go", async () => {
  const cases: [written: string, kept: string, shown: unknown][] = [
    [`{"a":${bigger}}`, `{"a":${bigger}}`, { a: bigger }],
    ['{"a":1e400,"b":[-1e999,{"c":2}]}', '{"a":1e400,"b":[-1e999,{"c":2}]}', {
      a: "1e400",
      b: ["-1e999", { c: 2 }],
    }],
    ['{"a":1.10, "b": -0.0}', '{"a":1.10,"b":-0.0}', { a: 1.1, b: 0 }],
    ['{"a":12345678901234567890.5}', '{"a":12345678901234567890.5}', { a: 12345678901234567890.5 }],
    ['{"a":"\\ud800","b":"\\ud83d\\ude00"}', '{"a":"\\ud800","b":"\\ud83d\\ude00"}', { a: "�", b: "😀" }],
    ['{"a":"1.10 \\" \\\\ \\/ 1e400","b":1.10}', '{"a":"1.10 \\" \\\\ \\/ 1e400","b":1.10}', {
      a: '1.10 " \\ / 1e400',
      b: 1.1,
    }],
    ['{"b":1,"a":{"d":2,"c":3}}', '{"b":1,"a":{"d":2,"c":3}}', { b: 1, a: { d: 2, c: 3 } }],
    ['"{\\"a\\":1.10,\\"b\\":1e400}"', '{"a":1.10,"b":1e400}', { a: 1.1, b: "1e400" }],
  ];
  for (const [written, kept, shown] of cases) {
    assert.deepEqual(await keptMetadata(`,"metadata":${written}`), [kept, shown], written);
  }
});

Deno.test("metadata of an envelope stays what was written, with the name beside it", async () => {
  const tenant = newTenant();
  await post(
    "outreach",
    tenant,
    `{"id":"${crypto.randomUUID()}","type":"pipeline.message.sent","timestamp":"2026-03-10T12:00:00Z",` +
      `"data":{"messageId":"m","templateId":"t","name":"Spring","metadata":{"a":1e400,"b":1.10}}}`,
  );
  const { data } = (await gateway.query("json/written", tenant)).body;
  assert.deepEqual(data, [{ entityId: "m", metadata: '{"name":"Spring","a":1e400,"b":1.10}' }]);
});

Deno.test("a key that comes twice in one object is refused, at whatever depth and however it is written", async () => {
  const twice = (key: string) => `"${key}" comes twice in one object`;
  const cases: [more: string, reason: string][] = [
    [',"channel":"sms"', twice("channel")],
    [',"channel" : "email"', twice("channel")],
    [',"ch\\u0061nnel":"sms"', twice("channel")],
    [',"metadata":{"a":1,"a":1}', twice("a")],
    [',"metadata":{"a":[{"b":{"c":1}},{"b":1,"d":2,"b":3}]}', twice("b")],
    [',"more":{"":1,"":2}', twice("")],
    [',"more":"v", ":k":1,":k":2', twice(":k")],
    [',"metadata":"{\\"a\\":1,\\"a\\":2}"', `metadata is ambiguous: ${twice("a")}`],
    [',"big":1e400,"big":2', twice("big")],
    [',"a\\ud800":1,"a\\ud800":2', twice("a\\ud800")],
  ];
  for (const [more, reason] of cases) assert.equal(await reasonOf(line(more)), reason, more);
  for (
    const more of [
      ',"metadata":{"id":1,"channel":{"channel":"channel"}}',
      ',"more":[{"a":1},{"a":2}],"a":["a","a"]',
      ',"a\\ud800":1,"a\\ud801":2',
      ',"more":"\\"channel\\":\\"sms\\""',
    ]
  ) assert.equal(await reasonOf(line(more)), "", more);
});

const rows: Record<string, string> = {
  csr_scores:
    '{"id":"s","userId":"u","dimension":"confidence","score":0.1,"score":0.9,"createdAt":"2026-03-02T09:00:00Z"}',
  csr_journey: '{"id":"s","userId":"u","stage":"a","stage":"b","occurredAt":"2026-03-02T09:00:00Z"}',
  csr_metrics: '{"id":1,"metric":"sroi","value":1,"value":2,"periodStart":"2026-03-02T09:00:00Z"}',
  csr_companies: '{"name":"a","name":"b"}',
  ticketing_events: '{"id":"e","eventType":"view","eventType":"click","occurredAt":"2026-03-02T09:00:00Z"}',
  ticketing_page_views: '{"id":"p","url":"/a","url":"/b","occurredAt":"2026-03-02T09:00:00Z"}',
  ticketing_sales: '{"id":"l","kind":"sale","quantity":1,"quantity":2,"occurredAt":"2026-03-02T09:00:00Z"}',
};
for (const [stream, text] of Object.entries(rows)) {
  Deno.test(`${stream} refuses a key that comes twice`, async () => {
    assert.match(
      await reasonOf(text, stream),
      /^"(score|stage|value|name|eventType|url|quantity)" comes twice in one object$/,
    );
  });
}
