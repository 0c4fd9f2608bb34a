import { sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";
import { eventsNow } from "./events.js";
import { always, report } from "./report.js";
import { widgets, widgetsOf } from "./widgets.js";

// `deno task load` runs this. Users of several tenants open their dashboards, which ask for all their widgets every
// few seconds; events come in meanwhile, so that answers grow old. Variables: LOAD_URL, LOAD_TOKENS (one of each tenant,
// separated by spaces, scope "query ingest"), LOAD_SECONDS (60), LOAD_USERS (24), LOAD_REFRESH_SECONDS (3), LOAD_LATENCY.
// With LOAD_LATENCY=0 the times are printed but not judged, as in the suite, where other tests take the processor: a time
// that is judged there fails by chance.

const { LOAD_URL: url, LOAD_TOKENS, LOAD_LATENCY = "1" } = __ENV;
if (!url || !LOAD_TOKENS) throw new Error("Set LOAD_URL and LOAD_TOKENS, or run `deno task load`");
const tokens = LOAD_TOKENS.split(" ");
const seconds = Number(__ENV.LOAD_SECONDS ?? 60);
const users = Number(__ENV.LOAD_USERS ?? 24);
const refreshSeconds = Number(__ENV.LOAD_REFRESH_SECONDS ?? 3);

const hits = new Rate("cache_hits");
const computedMs = new Trend("computed_ms", true);
const dashboardsShown = new Counter("dashboards_shown");
const eventsSent = new Counter("events_sent");

/** What p95 must stay below, in milliseconds, by widget. */
const goals = { trends: 200, cohorts: 500, funnels: 300 };

const thresholds = {
  http_req_failed: ["rate<0.01"],
  cache_hits: ["rate>0.7"],
  dashboards_shown: ["count>0"],
  events_sent: ["count>0"],
};
for (const widget of widgets) {
  const isJudged = LOAD_LATENCY !== "0" && goals[widget];
  thresholds[`http_req_duration{widget:${widget}}`] = [isJudged ? `p(95)<${goals[widget]}` : always.ms];
  thresholds[`computed_ms{widget:${widget}}`] = [always.ms];
  thresholds[`cache_hits{widget:${widget}}`] = [always.rate];
}

export const options = {
  scenarios: {
    dashboards: {
      executor: "ramping-vus",
      exec: "watchDashboard",
      startVUs: Math.ceil(users / 4),
      stages: [{ duration: `${seconds / 3}s`, target: users }, {
        duration: `${seconds * 2 / 3}s`,
        target: users,
      }],
    },
    events: {
      executor: "constant-arrival-rate",
      exec: "sendEvents",
      rate: 1,
      duration: `${seconds}s`,
      preAllocatedVUs: 2,
      maxVUs: 10,
    },
  },
  thresholds,
  summaryTrendStats: ["med", "p(95)", "max"],
};

/** One refresh of a user's dashboard; a browser asks for all widgets at once. Every fourth user looks at a month. */
export function watchDashboard() {
  const user = exec.vu.idInTest;
  const asked = Object.entries(widgetsOf(user % 4 === 0 ? 30 : 7));
  const responses = http.batch(asked.map(([widget, path]) => ({
    method: "GET",
    url: `${url}/v1/${path}`,
    params: { headers: headersOf(user), tags: { widget, name: widget } },
  })));
  responses.forEach((response, i) => {
    const tags = { widget: asked[i][0] };
    if (response.status !== 200) return warn(response, tags.widget);
    const isHit = (response.headers["Cache-Status"] ?? "").startsWith("sluice; hit");
    hits.add(isHit, tags);
    if (!isHit) computedMs.add(response.timings.duration, tags);
  });
  dashboardsShown.add(1);
  sleep(refreshSeconds * (0.5 + Math.random()));
}

/** What happens in a second, of one tenant after the other. */
export function sendEvents() {
  const headers = { ...headersOf(exec.scenario.iterationInTest), "content-type": "application/x-ndjson" };
  for (const [stream, events] of Object.entries(eventsNow())) {
    const body = events.map((event) => JSON.stringify(event)).join("\n");
    const response = http.post(`${url}/v1/events/${stream}`, body, { headers, tags: { name: stream } });
    if (response.status === 200) eventsSent.add(response.json("data.accepted"));
    else warn(response, stream);
  }
}

/** What k6 prints at the end, in place of its own summary. */
export function handleSummary(data) {
  return { stdout: report(data) };
}

function headersOf(number) {
  return { authorization: `Bearer ${tokens[number % tokens.length]}`, "accept-encoding": "gzip" };
}

function warn({ status, body, error }, what) {
  // deno-lint-ignore no-console -- k6 has no other log
  console.warn(`${what}: ${status} ${body || error}`);
}
