import assert from "node:assert/strict";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { readPages } from "./docs/pages.ts";
import { renderSinkMetrics } from "../src/ingest/sink/render.ts";
import { createMetrics } from "../src/observe/metrics/metrics.ts";
import { createGateway } from "./gateway.ts";

// The pages' queries and alerts for Prometheus are ones that it would take, of metrics that there are.

const pages = await readPages();
const blocks = pages.flatMap(({ blocks }) => blocks);

/** The names of metrics in an expression. Throws when it is none. */
function metricsOf(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      assert.ok(!node.type.isError, `${expression}: not PromQL at ${node.from}`);
      if (node.name === "VectorSelector") {
        names.push(/^\w+/.exec(expression.slice(node.from, node.to))?.[0] ?? "");
      }
    },
  });
  return names;
}

/** The metrics of a gateway, and of a sink that has not begun. */
async function metricsText(): Promise<string> {
  const ofGateway = await (await (await createGateway({ files: [] })).fetch("/metrics")).text();
  const sinks = { stats: () => [] };
  const metrics = createMetrics({ build: { version: "1", runtime: "the tests" }, clock: () => new Date() });
  return ofGateway + renderSinkMetrics({ sinks, lags: [], metrics, isClickHouseUp: true });
}

Deno.test("each query and each alert on the pages is PromQL, of metrics that the gateway or the sink has", async () => {
  const text = await metricsText();
  const known = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]),
  );
  const has = (name: string) =>
    known.has(name) || known.get(name.replace(/_(bucket|sum|count)$/, "")) === "histogram";
  const queries = blocks.filter(({ language }) => language === "promql").flatMap(({ text }) =>
    text.trim().split("\n")
  );
  const alerts = blocks.filter(({ language }) => language === "yaml").flatMap(({ text }) =>
    (parse(text) as { groups?: { rules: { alert: string; expr: string }[] }[] }).groups ?? []
  ).flatMap(({ rules }) => rules);
  assert.deepEqual(alerts.map(({ alert }) => alert), [
    "SluiceSyncLate",
    "SluiceSyncRejectsRows",
    "SluiceWithoutClickHouse",
  ]);
  for (const expression of [...queries, ...alerts.map(({ expr }) => expr)]) {
    const names = metricsOf(expression);
    assert.ok(names.length > 0, expression);
    for (const name of names) assert.ok(has(name), `${name} is not in /metrics`);
  }
  assert.throws(() => metricsOf("sum by source (sluice_sync_rows)"), /not PromQL/);
});
