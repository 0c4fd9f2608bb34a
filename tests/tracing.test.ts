import assert from "node:assert/strict";
import { createClickHouse, readRows, run } from "../src/clickhouse/client.ts";
import { engineOptions, newTenant, secret, tokenOf } from "./gateway.ts";
import { startProgram, waitFor } from "./program.ts";

/** A span as OTLP writes it in JSON. */
interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string } }[];
}

const server = 2;
const client = 3;

/** A collector of OTLP over HTTP. */
function startCollector() {
  const spans: Span[] = [];
  const listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.json();
    for (const { scopeSpans = [] } of body.resourceSpans ?? []) {
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    return Response.json({});
  });
  return { spans, url: `http://127.0.0.1:${listener.addr.port}`, stop: () => listener.shutdown() };
}

function attributeOf(span: Span, key: string): string | undefined {
  return span.attributes.find((attribute) => attribute.key === key)?.value.stringValue;
}

Deno.test("A caller's trace goes through the gateway, which names its span, into ClickHouse", async () => {
  const collector = startCollector();
  const options = engineOptions();
  await using program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: options.url,
    CLICKHOUSE_USER: options.user,
    CLICKHOUSE_PASSWORD: options.password,
    CLICKHOUSE_DATABASE: options.database,
    AUTH_JWT_SECRET: secret,
    OTEL_DENO: "true",
    OTEL_SERVICE_NAME: "sluice",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  const traceId = crypto.randomUUID().replaceAll("-", "");
  const callersSpan = "b7ad6b7169203331";
  const tenant = newTenant();
  const response = await fetch(`${address}/v1/outreach/overview?timeRange=7d`, {
    headers: {
      authorization: `Bearer ${await tokenOf(tenant)}`,
      traceparent: `00-${traceId}-${callersSpan}-01`,
    },
  });
  assert.equal(response.status, 200);
  await response.body?.cancel();
  const requestId = response.headers.get("x-request-id")!;

  // the gateway's span, below the caller's
  const find = (kind: number) =>
    collector.spans.find((span) => span.traceId === traceId && span.kind === kind);
  const own = await waitFor("the gateway's span is exported", () => find(server));
  assert.equal(own.name, "GET /v1/outreach/overview");
  assert.equal(own.parentSpanId, callersSpan);
  assert.equal(attributeOf(own, "http.route"), "/v1/outreach/overview");
  assert.equal(attributeOf(own, "sluice.query"), "outreach/overview");
  assert.equal(attributeOf(own, "sluice.request_id"), requestId);
  assert.equal(attributeOf(own, "sluice.tenant"), tenant);

  // the request's line of the log names the trace
  const [line] = await program.until(new RegExp(`^.*"requestId":"${requestId}".*$`, "m"));
  assert.equal(JSON.parse(line).traceId, traceId);

  // ClickHouse's spans, below the gateway's call
  const clickHouse = createClickHouse(options);
  const ofQuery = await waitFor("ClickHouse's span of the query is stored", async () => {
    await run(clickHouse, { sql: "SYSTEM FLUSH LOGS" });
    const spans = await readRows<{ parent: string; queryId: string }>(clickHouse, {
      sql: `SELECT lower(hex(parent_span_id)) AS parent, attribute['clickhouse.query_id'] AS queryId
        FROM system.opentelemetry_span_log
        WHERE lower(replaceAll(toString(trace_id), '-', '')) = {traceId:String} AND queryId != ''`,
      parameters: { traceId },
    });
    return spans.find(({ queryId }) => queryId === requestId);
  });
  const spansOfTrace = await readRows<{ id: string; parent: string }>(clickHouse, {
    sql: `SELECT lower(hex(span_id)) AS id, lower(hex(parent_span_id)) AS parent
      FROM system.opentelemetry_span_log
      WHERE lower(replaceAll(toString(trace_id), '-', '')) = {traceId:String}`,
    parameters: { traceId },
  });
  assert.ok(ofQuery);
  const ids = new Set(spansOfTrace.map(({ id }) => id));
  const roots = spansOfTrace.filter(({ parent }) => !ids.has(parent));
  assert.ok(roots.length > 0);
  // each below a call of the gateway's, of which the last may not have been exported yet
  for (const { parent } of roots) {
    await waitFor(
      `the call ${parent} is exported`,
      () =>
        collector.spans.some((span) =>
          span.traceId === traceId && span.kind === client && span.spanId === parent
        ),
    );
  }

  program.signalGroup("SIGTERM");
  assert.equal(await program.end(), 0);
  await collector.stop();
});

Deno.test("Paths that nobody knows make one name of a span", async () => {
  const collector = startCollector();
  const options = engineOptions();
  await using program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: options.url,
    CLICKHOUSE_USER: options.user,
    CLICKHOUSE_PASSWORD: options.password,
    CLICKHOUSE_DATABASE: options.database,
    AUTH_JWT_SECRET: secret,
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  for (const path of ["/nowhere/1", "/nowhere/2", "/v1/made/up1", "/v1/made/up2", "/health/live"]) {
    await (await fetch(`${address}${path}`)).body?.cancel();
  }
  const names = await waitFor("five spans are exported", () => {
    const spans = collector.spans.filter(({ kind }) => kind === server);
    return spans.length >= 5 && spans.map(({ name }) => name);
  });
  assert.deepEqual(new Set(names), new Set(["GET /*", "GET /v1/*", "GET /health/live"]));
  await collector.stop();
});
