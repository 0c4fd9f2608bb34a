import assert from "node:assert/strict";
import { createClickHouse, readRows } from "../src/clickhouse/client.ts";
import { events, ndjson } from "./events.ts";
import { createGateway, engineOptions, listen, newTenant, queryFile, tokenOf } from "./gateway.ts";
import { waitFor } from "./program.ts";

/** A word in the SQL by which the test finds its query in the engine. */
const mark = `mark${crypto.randomUUID().replaceAll("-", "")}`;
const files = [
  queryFile(
    "connection/endless",
    "",
    `SELECT sum(sipHash64(number, {tenantId:String})) AS ${mark} FROM numbers(1000000000000)`,
  ),
  queryFile(
    "connection/rows",
    "",
    `SELECT number AS ${mark}, {tenantId:String} AS tenant FROM numbers(1000000000000)`,
  ),
  queryFile(
    "connection/breaks",
    "",
    `SELECT sipHash64(number) AS n, throwIf(number = 3000000, 'The last row is bad, said alice') AS bad
    FROM numbers(5000000) WHERE {tenantId:String} != ''`,
  ),
  // rows that a compression makes next to nothing of: held back by it, they would come after an error's head
  queryFile(
    "connection/packable",
    "",
    `SELECT number AS n, throwIf(number = 900000, 'The last row is bad, said alice') AS bad
    FROM numbers(5000000) WHERE {tenantId:String} != ''`,
  ),
  queryFile(
    "connection/kept",
    "cache: 1h",
    `SELECT hex(sipHash64(number)) AS n, throwIf(number = {last:UInt64}, 'The last row is bad, said alice') AS bad
    FROM numbers(5000000) WHERE {tenantId:String} != ''`,
  ),
  queryFile(
    "connection/stored",
    "",
    "SELECT count() AS n FROM outreach_events WHERE tenant_id = {tenantId:String}",
  ),
];
const clickHouse = createClickHouse(engineOptions());

async function isRunning(): Promise<boolean> {
  const rows = await readRows(clickHouse, {
    sql:
      `SELECT query_id FROM system.processes WHERE query LIKE '%${mark}%' AND query NOT LIKE '%system.processes%'`,
  });
  return rows.length > 0;
}

/** A gateway on a socket, for one test, whose queries do not end by themselves; `begun` is how many requests have come. */
async function withServer(
  work: (
    url: string,
    gateway: Awaited<ReturnType<typeof createGateway>>,
    begun: () => number,
  ) => Promise<void>,
): Promise<void> {
  const gateway = await createGateway({ files, cacheBytes: 100_000_000, config: { MAX_QUERY_SECONDS: 300 } });
  let begun = 0;
  const server = listen({
    handle(request) {
      begun++;
      return gateway.handle(request);
    },
  });
  try {
    await work(server.url, gateway, () => begun);
  } finally {
    await server.stop();
  }
}

const headersOf = async (tenant: string) => ({ authorization: `Bearer ${await tokenOf(tenant)}` });

const leavable = [
  "endless",
  "endless?format=ndjson",
  "rows?format=csv",
  "rows?format=parquet",
  "rows?format=arrow",
  "rows?format=xlsx",
  "rows",
];

for (const path of leavable) {
  Deno.test(`A client that goes away stops its query in the engine: ${path}`, async () => {
    await withServer(async (url, gateway) => {
      const leaving = new AbortController();
      const answer = fetch(`${url}/v1/connection/${path}`, {
        headers: await headersOf(newTenant()),
        signal: leaving.signal,
      });
      answer.catch(() => {});
      await waitFor("the query runs", isRunning);
      if (/^rows\?format=(csv|parquet|arrow)$/.test(path)) {
        // the export has begun, and is read
        const reader = (await answer).body!.getReader();
        await reader.read();
      }
      leaving.abort();
      await waitFor("the query stops", async () => !await isRunning());
      assert.deepEqual(gateway.log.filter((entry) => entry.level === "error"), []);
    });
  });
}

/** Sends the beginning of a request by hand and closes the connection when the gateway has begun with it. */
async function sendPart(
  url: string,
  tenant: string,
  headers: string,
  body: string,
  begun: () => number,
): Promise<void> {
  const before = begun();
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const { authorization } = await headersOf(tenant);
  const head =
    `POST /v1/events/outreach HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n${headers}\r\n\r\n`;
  const bytes = new TextEncoder().encode(head + body);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  await waitFor("the gateway has begun", () => begun() > before);
  connection.close();
}

Deno.test("A client that leaves in the middle of its body has no answer and no fault of ours in the log", async () => {
  await withServer(async (url, gateway, begun) => {
    const tenant = newTenant();
    const small = `${ndjson(events(3))}\n`;
    await sendPart(url, tenant, "content-length: 100000", small, begun);
    await sendPart(url, tenant, "content-length: 100000\r\nidempotency-key: k", small, begun);
    await sendPart(
      url,
      tenant,
      "transfer-encoding: chunked",
      `${small.length.toString(16)}\r\n${small}\r\n`,
      begun,
    );
    const long = `${ndjson(events(20_000))}\n`;
    await sendPart(url, tenant, `content-length: ${long.length + 10}`, long, begun);
    const left = () => gateway.log.filter((entry) => entry.tenantId === tenant);
    await waitFor("the requests end", () => left().length === 4);
    assert.deepEqual(left().map(({ status }) => status), [400, 400, 400, 400]);
    assert.deepEqual(gateway.log.filter((entry) => entry.level === "error"), []);

    const key = { "idempotency-key": "k", ...await headersOf(tenant) };
    const again = await fetch(`${url}/v1/events/outreach`, { method: "POST", headers: key, body: small });
    assert.deepEqual((await again.json()).data, { accepted: 3, rejected: 0, rejections: [] });
  });
});

for (
  const [path, format] of [
    ["breaks", "ndjson"],
    ["breaks", "csv"],
    ["breaks", "parquet"],
    ["breaks", "arrow"],
    ["packable", "ndjson"],
    ["packable", "csv"],
    ["kept?last=3000000", "ndjson"],
  ]
) {
  Deno.test(`An export of ${path} to ${format} that fails in the middle breaks the connection and says why in the log`, async () => {
    await withServer(async (url, gateway) => {
      const response = await fetch(
        `${url}/v1/connection/${path}${path.includes("?") ? "&" : "?"}format=${format}`,
        {
          headers: await headersOf(newTenant()),
        },
      );
      assert.equal(response.status, 200);
      let bytes = 0;
      await assert.rejects(async () => {
        for await (const chunk of response.body!) bytes += chunk.length;
      });
      assert.ok(bytes > 100_000, "the export had begun");
      const [entry] = gateway.log.filter((entry) => entry.level === "error");
      assert.deepEqual([entry?.message, entry?.file], [
        "An export broke in the middle",
        `sql/connection/${path.split("?")[0]}.sql`,
      ]);
      assert.ok(entry.requestId && entry.cause);
      assert.ok(!JSON.stringify(entry).includes("alice"));
    });
  });
}

Deno.test("The same failure in JSON, which is not streamed, is a problem document", async () => {
  const gateway = await createGateway({ files });
  const { status, body } = await gateway.query("connection/breaks", newTenant());
  assert.deepEqual([status, body.type], [400, "/problems/invalid-request"]);
  assert.equal(body.detail, "The last row is bad, said alice");
});

Deno.test("An export that is collected to be kept is a problem document when it fails by then", async () => {
  await withServer(async (url) => {
    const response = await fetch(`${url}/v1/connection/kept?last=40000&format=ndjson`, {
      headers: await headersOf(newTenant()),
    });
    const body = await response.json();
    assert.deepEqual([response.status, body.detail], [400, "The last row is bad, said alice"]);
  });
});

Deno.test("HEAD of an export says what GET would and stops its query", async () => {
  await withServer(async (url) => {
    const headers = await headersOf(newTenant());
    const response = await fetch(`${url}/v1/connection/rows?format=csv`, { method: "HEAD", headers });
    assert.deepEqual([response.status, response.headers.get("content-type")], [
      200,
      "text/csv; charset=utf-8",
    ]);
    await waitFor("the query stops", async () => !await isRunning());
  });
});
