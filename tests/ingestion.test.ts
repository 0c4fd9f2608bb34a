import assert from "node:assert/strict";
import { event, events, gzip, manyEvents, ndjson } from "./events.ts";
import { readQueryFiles } from "../src/hosts/deno/sql_files.ts";
import { type Answer, createGateway, limits, newTenant, queryFile, read } from "./gateway.ts";

const own = [
  queryFile(
    "ingestion/stored",
    "returns: object",
    "SELECT uniqExact(id) AS events FROM outreach_events WHERE tenant_id = {tenantId:String}",
  ),
  queryFile(
    "ingestion/letters",
    "",
    `SELECT line_number AS line, reason, substring(letters.line, 1, 2000) AS text, length(letters.line) AS bytes
    FROM rejected_events AS letters
    WHERE tenant_id = {tenantId:String} AND stream = 'outreach' ORDER BY line_number`,
  ),
];
const all = await readQueryFiles();
const shared = all.filter(({ path }) => path.startsWith("sql/outreach/"));
const files = [...own, ...all.filter(({ path }) => path === "sql/rejected/list.sql")];
const gateway = await createGateway({ files });

const encoder = new TextEncoder();
type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

async function post(tenant: string, body: Body, headers: Record<string, string> = {}): Promise<Answer> {
  return await read(await gateway.fetch("/v1/events/outreach", tenant, { method: "POST", headers, body }));
}

async function stored(tenant: string): Promise<number> {
  return (await gateway.query("ingestion/stored", tenant)).body.data.events;
}

async function letters(
  tenant: string,
): Promise<{ line: number; reason: string; text: string; bytes: number }[]> {
  return (await gateway.query("ingestion/letters", tenant)).body.data;
}

const takes = (count: number) => ({ data: { accepted: count, rejected: 0, rejections: [] } });

const three = events(3);
const forms: Record<string, [body: string, type?: string]> = {
  "NDJSON": [ndjson(three), "application/x-ndjson"],
  "NDJSON with a newline at its end": [`${ndjson(three)}\n`, "application/x-ndjson"],
  "NDJSON with CRLF": [
    three.map((value) => JSON.stringify(value)).join("\r\n") + "\r\n",
    "application/x-ndjson",
  ],
  "NDJSON with blank lines": [`\n\r\n${three.map((value) => JSON.stringify(value)).join("\n \n\n")}\n\n`],
  "NDJSON after a byte order mark": [`\ufeff${ndjson(three)}`],
  "NDJSON without a content type": [ndjson(three)],
  "NDJSON called JSON": [ndjson(three), "application/json"],
  "a list": [JSON.stringify(three), "application/json"],
  "a pretty-printed list": [JSON.stringify(three, null, 2), "application/json; charset=utf-8"],
  "a list called NDJSON": [JSON.stringify(three, null, 2), "application/x-ndjson"],
  "a list after a byte order mark and a blank line": [`\ufeff\r\n${JSON.stringify(three)}`],
  "pretty-printed objects": [
    three.map((value) => JSON.stringify(value, null, 2)).join("\n"),
    "application/json",
  ],
  "objects one after the other": [three.map((value) => JSON.stringify(value)).join(""), "application/json"],
};

for (const [form, [body, type]] of Object.entries(forms)) {
  Deno.test(`Three events as ${form} are taken, plain, as gzip and byte by byte`, async () => {
    const headers: Record<string, string> = type ? { "content-type": type } : {};
    const bytes = encoder.encode(body);
    const dribble = ReadableStream.from(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
    const ways: [Body, Record<string, string>][] = [
      [bytes, {}],
      [await gzip(body), { "content-encoding": "gzip" }],
      [dribble as ReadableStream<Uint8Array>, {}],
    ];
    for (const [way, encoding] of ways) {
      const tenant = newTenant();
      const answer = await post(tenant, way, { ...headers, ...encoding });
      assert.deepEqual([answer.status, answer.body], [200, takes(3)]);
      assert.deepEqual([await stored(tenant), await letters(tenant)], [3, []]);
    }
  });
}

Deno.test("A single object is taken, on one line or on many", async () => {
  for (const indent of [0, 2]) {
    const tenant = newTenant();
    const { body } = await post(tenant, JSON.stringify(event(), null, indent), {
      "content-type": "application/json",
    });
    assert.deepEqual([body, await stored(tenant)], [takes(1), 1]);
  }
});

Deno.test("Good and bad lines are told apart: counts, line numbers without blank lines, and reasons by field", async () => {
  const tenant = newTenant();
  const body = [
    JSON.stringify(event()),
    "",
    "not JSON",
    JSON.stringify(event({ id: undefined })),
    JSON.stringify(event()),
    JSON.stringify(event({ id: "7" })),
    JSON.stringify(event({ eventType: undefined })),
    JSON.stringify(event({ eventType: "message_eaten" })),
    "   ",
    JSON.stringify(event({ entityId: undefined })),
    JSON.stringify(event({ occurredAt: undefined })),
    JSON.stringify(event({ occurredAt: "yesterday" })),
    "[1]",
    "7",
    JSON.stringify(event()),
  ].join("\n");
  const answer = await post(tenant, body);
  assert.equal(answer.status, 200);
  const { accepted, rejected, rejections } = answer.body.data;
  assert.deepEqual([accepted, rejected], [3, 10]);
  assert.deepEqual(rejections, [
    { line: 2, reason: "Line is not valid JSON" },
    { line: 3, reason: "id is missing" },
    { line: 5, reason: 'id is not a UUID: "7"' },
    { line: 6, reason: "eventType is missing" },
    { line: 7, reason: 'eventType is unknown: "message_eaten"' },
    { line: 8, reason: "entityId is missing" },
    { line: 9, reason: "occurredAt is missing" },
    { line: 10, reason: 'occurredAt is not an ISO 8601 date-time: "yesterday"' },
    { line: 11, reason: "Line is not a JSON object" },
    { line: 12, reason: "Line is not a JSON object" },
  ]);
  assert.equal(await stored(tenant), 3);
  const dead = await letters(tenant);
  assert.deepEqual(dead.map(({ line, reason }) => ({ line, reason })), rejections);
  assert.equal(dead[0].text, "not JSON");
});

Deno.test("The answer shows the first twenty rejections; all of them are dead letters", async () => {
  const tenant = newTenant();
  const lines = Array.from({ length: 50 }, (_, i) => i % 2 ? JSON.stringify(event()) : `bad ${i + 1}`);
  const { data } = (await post(tenant, lines.join("\n"))).body;
  assert.deepEqual([data.accepted, data.rejected], [25, 25]);
  assert.deepEqual(
    data.rejections.map(({ line }: { line: number }) => line),
    Array.from({ length: 20 }, (_, i) => 2 * i + 1),
  );
  assert.deepEqual(
    (await letters(tenant)).map(({ text }) => text),
    lines.filter((line) => line.startsWith("bad")),
  );
});

Deno.test("A body with no good line is a 422 that says why, and its lines are dead letters", async () => {
  const tenant = newTenant();
  const { status, body } = await post(tenant, "bad\n{}");
  assert.deepEqual([status, body.type], [422, "/problems/nothing-accepted"]);
  assert.deepEqual([body.accepted, body.rejected], [0, 2]);
  assert.deepEqual(body.rejections, [
    { line: 1, reason: "Line is not valid JSON" },
    { line: 2, reason: "id is missing" },
  ]);
  assert.equal((await letters(tenant)).length, 2);
});

Deno.test("An empty body is a 422 that says so", async () => {
  for (
    const [body, headers] of [["", {}], ["\n \r\n", {}], ["[]", {}], [" ", {
      "content-type": "application/json",
    }], [
      "\ufeff",
      {},
    ], [await gzip(""), { "content-encoding": "gzip" }]] as [Body, Record<string, string>][]
  ) {
    const answer = await post(newTenant(), body, headers);
    assert.deepEqual([answer.status, answer.body.detail], [422, "The body has no line"]);
  }
});

Deno.test("A body that is cut in the middle of a line keeps the lines before it and rejects the cut one", async () => {
  const body = ndjson(events(3));
  for (const type of ["application/x-ndjson", "application/json"]) {
    const tenant = newTenant();
    const { body: { data } } = await post(tenant, body.slice(0, -20), { "content-type": type });
    assert.deepEqual([data.accepted, data.rejected, data.rejections[0].line], [2, 1, 3], type);
    assert.equal(await stored(tenant), 2);
  }
  const tenant = newTenant();
  const { body: { data } } = await post(tenant, JSON.stringify(events(3)).slice(0, -20));
  assert.deepEqual([data.accepted, data.rejected], [2, 2]);
  assert.equal(data.rejections[1].reason, "The list has no end: the body was cut");
});

Deno.test("A line of 5 MB is rejected as too long, with its beginning as the dead letter; the others are taken", async () => {
  for (const type of ["application/x-ndjson", "application/json"]) {
    const tenant = newTenant();
    const long = JSON.stringify(event({ metadata: { text: "x".repeat(5_000_000) } }));
    const body = [...events(2).map((value) => JSON.stringify(value)), long, JSON.stringify(event())].join(
      "\n",
    );
    const answer = await post(tenant, body, { "content-type": type });
    assert.deepEqual(answer.body.data, {
      accepted: 3,
      rejected: 1,
      rejections: [{ line: 3, reason: `The line is longer than ${limits.MAX_LINE_BYTES} bytes` }],
    });
    const [letter] = await letters(tenant);
    assert.deepEqual([letter.text, letter.bytes], [long.slice(0, 1024), 1024]);
    assert.equal(await stored(tenant), 3);
  }
});

Deno.test("Bytes that are no UTF-8 are rejected by line and can still be read among the dead letters", async () => {
  const tenant = newTenant();
  const bad = JSON.stringify(event({ contactId: "#" }));
  const bytes = new Uint8Array([
    ...encoder.encode(bad).map((byte) => byte === 0x23 ? 0xff : byte),
    10,
    0xc3,
    0x28,
    10,
    ...encoder.encode(JSON.stringify(event())),
  ]);
  const { body: { data } } = await post(tenant, bytes);
  assert.deepEqual([data.accepted, data.rejected], [1, 2]);
  assert.deepEqual(data.rejections.map(({ reason }: { reason: string }) => reason), [
    "Line is not valid UTF-8",
    "Line is not valid UTF-8",
  ]);
  assert.equal(await stored(tenant), 1);
  const { body } = await gateway.query("rejected", tenant);
  assert.equal(body.data.length, 2);
  assert.ok(JSON.stringify(body.data).includes("\ufffd"));
});

Deno.test("Dead letters are listed for their tenant, with reason, line and source, and for no other", async () => {
  const [tenant, other] = [newTenant(), newTenant()];
  const { headers } = await post(tenant, `${JSON.stringify(event())}\nbad line`);
  const { status, body } = await gateway.query("rejected", tenant);
  assert.equal(status, 200);
  const [{ receivedAt, ...letter }, ...more] = body.data;
  assert.deepEqual(letter, {
    stream: "outreach",
    lineNumber: 2,
    reason: "Line is not valid JSON",
    line: "bad line",
    source: "http",
    requestId: headers.get("x-request-id"),
  });
  assert.ok(Math.abs(Date.parse(receivedAt) - Date.now()) < 600_000);
  assert.deepEqual(more, []);
  assert.deepEqual((await gateway.query("rejected", other)).body.data, []);
});

Deno.test("The tenant is the credential's, whatever the body says", async () => {
  const [tenant, victim] = [newTenant(), newTenant()];
  const body = ndjson([event({ tenantId: victim, tenant_id: victim, tenant: victim }), {
    tenant_id: victim,
  }]);
  const { body: { data } } = await post(tenant, body);
  assert.deepEqual([data.accepted, data.rejected], [1, 1]);
  assert.deepEqual([await stored(tenant), await stored(victim)], [1, 0]);
  assert.deepEqual([(await letters(tenant)).length, (await letters(victim)).length], [1, 0]);
});

Deno.test("An event id seen before changes no number of any endpoint: in one request, at a time, and later", async () => {
  const gateway = await createGateway({ files: [...own, ...shared] });
  gateway.setNow(new Date("2026-03-10T13:00:00Z"));
  const tenant = newTenant();
  const sent = Array.from(
    { length: 4 },
    () => event({ contactId: "c1", sourceType: "campaign", sourceId: "c" }),
  );
  const others = ["message_delivered", "message_opened", "message_clicked"].flatMap((eventType) =>
    sent.slice(0, 2).map(({ entityId }) => event({ entityId, eventType }))
  );
  const rest = ["workflow_run_started", "sequence_enrolled"].map((eventType) =>
    event({ eventType, channel: "" })
  );
  const body = ndjson([...sent, ...others, ...rest]);
  assert.equal((await post(tenant, `${body}\n${body}`)).body.data.accepted, 24);

  const ask = async () => {
    const names = shared.map(({ path }) => path.replace("sql/", "").replace(".sql", ""));
    const answers = await Promise.all(names.map(async (name) => {
      const { status, body } = await gateway.query(name, tenant);
      assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
      return [name, { data: body.data, total: body.meta.page?.total }];
    }));
    // when an event came last is no number of it
    return JSON.parse(
      JSON.stringify(Object.fromEntries(answers), (key, value) => key === "ingestedAt" ? 0 : value),
    );
  };
  const before = await ask();
  const { totalMessagesSent, totalDelivered } = before["outreach/overview"].data.summary;
  assert.deepEqual([totalMessagesSent, totalDelivered], [4, 2]);
  const packed = await gzip(body);
  const again = [
    post(tenant, body),
    post(tenant, body),
    post(tenant, packed, { "content-encoding": "gzip" }),
  ];
  assert.deepEqual((await Promise.all(again)).map(({ body }) => body.data.accepted), [12, 12, 12]);
  assert.equal(await stored(tenant), 12);
  assert.deepEqual(await ask(), before);
});

Deno.test("gzip that is cut, is none or is followed by something else is a 400, and nothing of it is stored", async () => {
  const packed = await gzip(ndjson(events(100)));
  const cases: [Body, number][] = [
    [packed.slice(0, packed.length - 12), 400],
    [packed.slice(0, 5), 400],
    [encoder.encode(ndjson(events(2))), 400],
    [new Uint8Array([...packed.slice(0, 200), 1, 2, 3, ...packed.slice(203)]), 400],
  ];
  for (const [body, status] of cases) {
    const tenant = newTenant();
    const answer = await post(tenant, body, { "content-encoding": "gzip" });
    assert.deepEqual([answer.status, answer.body.type], [status, "/problems/invalid-request"]);
    assert.deepEqual([answer.body.detail, await stored(tenant)], [
      "The body is not valid gzip, or was cut",
      0,
    ]);
  }
});

Deno.test("Two gzip files one after the other are all taken, or refused; nothing is dropped unsaid", async () => {
  const tenant = newTenant();
  const [one, two] = [await gzip(`${ndjson(events(2))}\n`), await gzip(ndjson(events(3)))];
  const answer = await post(tenant, new Uint8Array([...one, ...two]), { "content-encoding": "gzip" });
  if (answer.status === 400) assert.equal(await stored(tenant), 0);
  else assert.deepEqual([answer.body, await stored(tenant)], [takes(5), 5]);
});

Deno.test("gzip that unpacks to more than the limit is a 413 that names it", async () => {
  // a fiftieth of it does not repeat, so that it stays within the ratio that is allowed
  const block = () => `${crypto.randomUUID().repeat(2)}${"x".repeat(3_600)}`;
  const blocks = Array.from({ length: Math.ceil(limits.MAX_UNPACKED_BYTES / 3_600) }, block);
  const body = await gzip(`${ndjson(events(1))}\n${blocks.join("")}`);
  const answer = await post(newTenant(), body, { "content-encoding": "gzip" });
  assert.deepEqual([answer.status, answer.body.type, answer.body.limit], [
    413,
    "/problems/body-too-large",
    limits.MAX_UNPACKED_BYTES,
  ]);
});

Deno.test("An encoding that is not known is a 415", async () => {
  for (const encoding of ["br", "zstd", "deflate", "gzip, gzip"]) {
    const answer = await post(newTenant(), ndjson(events(1)), { "content-encoding": encoding });
    assert.deepEqual([answer.status, answer.body.type], [415, "/problems/unsupported-media-type"], encoding);
  }
});

Deno.test("A stream of 60 MB is taken with exact counts", async () => {
  const tenant = newTenant();
  const { status, body } = await post(tenant, manyEvents(200_000));
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual([body.data.accepted, body.data.rejected], [199_800, 200]);
  assert.deepEqual(
    body.data.rejections.map(({ line }: { line: number }) => line),
    Array.from({ length: 20 }, (_, i) => 1_000 * i + 501),
  );
  assert.deepEqual([await stored(tenant), (await letters(tenant)).length], [199_800, 200]);
});

Deno.test("A stream that breaks off is a 400, not an answer", async () => {
  const tenant = newTenant();
  const source = manyEvents(10_000).getReader();
  const broken = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await source.read();
      if (done) controller.error(new Error("the client is gone"));
      else controller.enqueue(value);
    },
  });
  const answer = await post(tenant, broken);
  assert.deepEqual([answer.status, answer.body.detail], [400, "The body breaks off"]);
});

Deno.test("The stream outreach and no other is known; a table's name is none", async () => {
  for (
    const stream of [
      "outreach_landing",
      "rejected_events",
      "outreach%20",
      "Outreach",
      "outreach;DROP",
      "..%2foutreach",
    ]
  ) {
    const answer = await read(
      await gateway.fetch(`/v1/events/${stream}`, newTenant(), { method: "POST", body: ndjson(events(1)) }),
    );
    assert.deepEqual([answer.status, answer.body.type], [404, "/problems/not-found"], stream);
  }
});
