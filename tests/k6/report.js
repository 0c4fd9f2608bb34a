import { widgets } from "./widgets.js";

/** The result as a Markdown table, a row a widget, and each threshold with whether it held. */
export function report({ metrics }) {
  const rows = widgets.map((widget) => {
    const { values } = metrics[`http_req_duration{widget:${widget}}`];
    const computed = metrics[`computed_ms{widget:${widget}}`].values;
    const hits = metrics[`cache_hits{widget:${widget}}`].values;
    const answers = hits.passes + hits.fails;
    return [widget, answers, percent(hits.rate), ms(values.med), ms(values["p(95)"]), ms(computed["p(95)"])];
  });
  const { dashboards_shown: shown, cache_hits: hits, http_req_failed: failed, events_sent: sent } = metrics;
  return [
    "| widget | answers | from the cache | p50 | p95 | p95 of those computed |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
    `${shown?.values.count ?? 0} dashboards, ${
      percent(hits?.values.rate)
    } of their answers from the cache; ` +
    `${sent?.values.count ?? 0} events sent; ${failed.values.passes} of ${
      failed.values.passes + failed.values.fails
    } requests failed`,
    ...held(metrics),
    "",
  ].join("\n");
}

/** Each threshold with whether it held. */
export function held(metrics) {
  return Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).filter(([rule]) => !isAlways(rule)).map(([rule, { ok }]) =>
      `${ok ? "held" : "FAILED"}  ${name} ${rule}`
    )
  );
}

/** A threshold that always holds: k6 tells numbers by tag only of metrics that have one. */
export const always = { ms: "max>=0", rate: "rate>=0" };

function isAlways(rule) {
  return Object.values(always).includes(rule);
}

export function ms(value) {
  return value === undefined ? "–" : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function percent(rate) {
  return rate === undefined ? "–" : `${(rate * 100).toFixed(1)} %`;
}
