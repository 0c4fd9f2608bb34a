import assert from "node:assert/strict";
import { createGateway, newTenant, queryFile, read } from "./gateway.ts";

const files = [
  queryFile(
    "faults/parameters",
    `params:
  step: { default: day }
  name: { default: x, minLength: 1, maxLength: 5, pattern: "[a-z]*" }
  zone: { default: UTC, format: timezone }
  since: { default: 2026-01-01, format: date-or-date-time }
  ids: { default: [], maxItems: 3 }`,
    `SELECT
        {limit:UInt8} AS limit,
        {step:Enum('day', 'week')} AS step,
        {name:String} AS name,
        {zone:String} AS zone,
        toTimeZone({now:DateTime64(3, 'UTC')}, {zone:String}) AS local,
        {since:String} AS since,
        {day:Nullable(Date)} AS day,
        {at:Nullable(DateTime64(3, 'UTC'))} AS at,
        {ids:Array(UUID)} AS ids,
        {tenantId:String} AS tenant`,
  ),
];
const gateway = await createGateway({ files });
const json = { "content-type": "application/json" };

const faultOf = async (search: string) => {
  const { status, body } = await read(await gateway.fetch(`/v1/faults/parameters?${search}`, newTenant()));
  assert.deepEqual([status, body.type], [400, "/problems/invalid-parameter"], search);
  return body;
};

/** What is wrong with a query string: the parameter and the sentence. */
const faulty: [search: string, parameter: string, detail: RegExp | string][] = [
  ["", "limit", "limit is missing"],
  ["limit=1&colour=red", "colour", "colour is not a parameter of this query"],
  ["limit=1&stpe=day", "stpe", 'stpe is not a parameter of this query; did you mean "step"?'],
  ["limit=1&Step=day", "Step", 'Step is not a parameter of this query; did you mean "step"?'],
  ["limit=1&fromat=csv", "fromat", 'fromat is not a parameter of this query; did you mean "format"?'],
  ["limit=1&pageSize=1", "pageSize", "pageSize is not a parameter of this query"],
  ["limit=1&tenantId=x", "tenantId", "tenantId is bound by the server and cannot be sent"],
  ["limit=1&now=2026-01-01", "now", "now is bound by the server and cannot be sent"],
  ["limit=1&limit=2", "limit", "limit is given more than once"],
  ["limit=256", "limit", 'limit must be an integer from 0 to 255, not "256"'],
  ["limit=-1", "limit", /0 to 255, not "-1"$/],
  ["limit=1.0", "limit", /0 to 255/],
  ["limit=", "limit", /0 to 255, not ""$/],
  ["limit=1&step=month", "step", 'step must be one of "day", "week", not "month"'],
  ["limit=1&step=1", "step", /"day", "week", not "1"$/],
  ["limit=1&name=", "name", "name must have at least 1 characters"],
  ["limit=1&name=abcdef", "name", "name must have at most 5 characters"],
  ["limit=1&name=aBc", "name", "name must match [a-z]*"],
  ["limit=1&name=a%0A", "name", "name must match [a-z]*"],
  ["limit=1&day=2026-02-30", "day", /^day must be a date \(YYYY-MM-DD\).*not "2026-02-30"$/],
  ["limit=1&day=2026-13-01", "day", /not "2026-13-01"$/],
  ["limit=1&day=yesterday", "day", /not "yesterday"$/],
  ["limit=1&day=2026-3-1", "day", /not "2026-3-1"$/],
  ["limit=1&day=", "day", /not ""$/],
  ["limit=1&at=2026-02-29T00:00:00Z", "at", /^at must be a date-time/],
  ["limit=1&at=2026-03-01T24:00:00Z", "at", /^at must be a date-time/],
  ["limit=1&at=2026-03-01T00:00:00+01:00", "at", /write %2B$/],
  ["limit=1&at=1700000000", "at", /^at must be a date-time/],
  ["limit=1&since=2026-02-30", "since", /^since must be an ISO 8601 date or date-time.*not "2026-02-30"$/],
  ["limit=1&since=yesterday", "since", /not "yesterday"$/],
  ["limit=1&since=2026-03-01T25:00", "since", /not "2026-03-01T25:00"$/],
  ["limit=1&since=2026-03-01T00:00:00%2B15:00", "since", /^since must be/],
  ["limit=1&since=1969-12-31", "since", /^since must be/],
  [
    "limit=1&zone=Europe/Berln",
    "zone",
    /^zone must be an IANA time zone such as Europe\/Berlin, not "Europe\/Berln"$/,
  ],
  ["limit=1&zone=%2B02:00", "zone", /^zone must be an IANA/],
  ["limit=1&zone=", "zone", /^zone must be an IANA/],
  ["limit=1&ids=x", "ids", /^ids at \[0\] must be a UUID, not "x"$/],
  [`limit=1&${`ids=${crypto.randomUUID()}&`.repeat(4)}`, "ids", "ids must have at most 3 elements"],
];

for (const [search, parameter, detail] of faulty) {
  Deno.test(`?${search.slice(0, 60)} is refused with the parameter and what it wants`, async () => {
    const body = await faultOf(search);
    assert.equal(body.parameter, parameter);
    if (typeof detail === "string") assert.equal(body.detail, detail);
    else assert.match(body.detail, detail);
    assert.equal(body.errors, undefined);
  });
}

Deno.test("Several faults are all told, each with its parameter, the first of them in front", async () => {
  const body = await faultOf("limit=300&stpe=day&day=x&day=y&zone=nowhere&tenantId=x");
  assert.deepEqual(body.errors.map((each: { parameter: string }) => each.parameter).toSorted(), [
    "day",
    "limit",
    "stpe",
    "tenantId",
    "zone",
  ]);
  assert.deepEqual({ parameter: body.parameter, detail: body.detail }, body.errors[0]);
});

Deno.test("A thousand unknown parameters and a very long name do not make a very long answer", async () => {
  const search = Array.from({ length: 1_000 }, (_, i) => `x${i}${"y".repeat(100)}=1`).join("&");
  assert.ok(JSON.stringify(await faultOf(search)).length < 10_000);
});

Deno.test("A JSON body is held to the same types", async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ limit: true }, "limit"],
    [{ limit: 1.5 }, "limit"],
    [{ limit: null }, "limit"],
    [{ limit: [1] }, "limit"],
    [{ limit: 1, step: 1 }, "step"],
    [{ limit: 1, name: { a: 1 } }, "name"],
    [{ limit: 1, name: null }, "name"],
    [{ limit: 1, ids: null }, "ids"],
    [{ limit: 1, ids: [null] }, "ids"],
    [{ limit: 1, day: 20260301 }, "day"],
    [{ limit: 1, zone: 1 }, "zone"],
    [{ limit: 1, since: ["2026-01-01"] }, "since"],
    [{ limit: 1, tenantId: null }, "tenantId"],
    [{ limit: 1, constructor: 1 }, "constructor"],
    [{ limit: 1, format: ["json"] }, "format"],
  ];
  for (const [parameters, parameter] of cases) {
    const response = await gateway.fetch("/v1/faults/parameters", newTenant("secretive"), {
      method: "POST",
      headers: json,
      body: JSON.stringify(parameters),
    });
    const problem = await response.json();
    assert.deepEqual([response.status, problem.parameter], [400, parameter], JSON.stringify(parameters));
  }
});

Deno.test("A parameter may have 100,000 bytes in any script, and not one more", async () => {
  const long = await createGateway({
    files: [queryFile("faults/long", "tenant: none", "SELECT length({text:String}) AS bytes")],
  });
  for (
    const [text, status] of [["x".repeat(100_000), 200], ["日".repeat(33_333), 200], [
      "日".repeat(33_334),
      400,
    ]] as const
  ) {
    const answer = await read(
      await long.fetch("/v1/faults/long", newTenant(), {
        method: "POST",
        headers: json,
        body: JSON.stringify({ text }),
      }),
    );
    assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 300));
    if (status === 200) assert.equal(answer.body.data[0].bytes, new TextEncoder().encode(text).length);
    else assert.equal(answer.body.detail, "text is longer than 100000 bytes");
  }
});

Deno.test("A time zone is taken in any spelling that names one, and its clock is that zone's", async () => {
  gateway.setNow(new Date("2026-07-01T12:00:00Z"));
  for (
    const zone of [
      "Asia/Kolkata",
      "asia/kolkata",
      "Asia/Calcutta",
      "US/Pacific",
      "us/pacific",
      "utc",
      "Etc/GMT+5",
    ]
  ) {
    const { status, body } = await gateway.query("faults/parameters", newTenant(), { limit: 1, zone });
    assert.equal(status, 200, `${zone}: ${JSON.stringify(body)}`);
  }
});

Deno.test("Dates and instants keep their kind: equal instants have one text, a date stays a date", async () => {
  const cases: [string, string][] = [
    ["2026-03-05", "2026-03-05"],
    ["2028-02-29", "2028-02-29"],
    ["2026-03-05T10:00:00Z", "2026-03-05 10:00:00.000Z"],
    ["2026-03-05T12:00:00+02:00", "2026-03-05 10:00:00.000Z"],
    ["2026-03-05t04:30:00.5-05:30", "2026-03-05 10:00:00.500Z"],
    ["2026-03-05 10:00", "2026-03-05 10:00:00.000"],
  ];
  for (const [since, text] of cases) {
    const { body } = await gateway.query("faults/parameters", newTenant(), { limit: 1, since });
    assert.equal(body.data?.[0].since, text, JSON.stringify(body));
  }
});
