import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";
import { setTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";
import { always, held, ms, percent } from "./report.js";

// `deno task load --streams 100` runs this. Clients of several tenants hold a stream open, over WebSocket, since k6 reads an
// answer of HTTP as a whole; values of a metric come in, each of which holds when it was sent. Variables: LOAD_URL,
// LOAD_TOKENS (scope "ingest stream"), LOAD_SECONDS (60), LOAD_STREAMS (100), LOAD_LATENCY, as in queries.js.

const { LOAD_URL: url, LOAD_TOKENS, LOAD_LATENCY = "1" } = __ENV;
if (!url || !LOAD_TOKENS) {
  throw new Error("Set LOAD_URL and LOAD_TOKENS, or run `deno task load --streams 100`");
}
const tokens = LOAD_TOKENS.split(" ");
const seconds = Number(__ENV.LOAD_SECONDS ?? 60);
const streams = Number(__ENV.LOAD_STREAMS ?? 100);
/** Clients come in this time. */
const comingSeconds = Math.min(5, seconds / 4);

const connected = new Rate("streams_connected");
const dropped = new Counter("streams_dropped");
const eventsReceived = new Counter("events_received");
const publishToClient = new Trend("publish_to_client", true);

export const options = {
  scenarios: {
    streams: {
      executor: "per-vu-iterations",
      exec: "follow",
      vus: streams,
      maxDuration: `${seconds + 30}s`,
    },
    events: {
      executor: "constant-arrival-rate",
      exec: "send",
      rate: 5,
      startTime: `${comingSeconds}s`,
      duration: `${seconds - comingSeconds}s`,
      preAllocatedVUs: 5,
      maxVUs: 20,
    },
  },
  thresholds: {
    streams_connected: ["rate>=0.95"],
    streams_dropped: ["count==0"],
    http_req_failed: ["rate<0.01"],
    events_received: ["count>0"],
    publish_to_client: [LOAD_LATENCY === "0" ? always.ms : "p(95)<500"],
  },
  summaryTrendStats: ["med", "p(95)", "max"],
};

/** One client, from when it comes to the end of the run. */
export function follow() {
  const startsMs = Math.random() * comingSeconds * 1_000;
  setTimeout(() => {
    const address = `${url.replace(/^http/, "ws")}/v1/stream/socket?types=metric_updated`;
    const socket = new WebSocket(address, null, { headers: headersOf(exec.vu.idInTest) });
    let isOpen = false;
    let isLeaving = false;
    socket.onopen = () => {
      isOpen = true;
      setTimeout(() => {
        isLeaving = true;
        socket.close();
      }, seconds * 1_000 - startsMs);
    };
    socket.onmessage = ({ data }) => {
      const { type, data: value } = JSON.parse(data);
      if (!type) return;
      eventsReceived.add(1);
      publishToClient.add(Date.now() - value.value);
    };
    socket.onclose = () => {
      connected.add(isOpen);
      if (isOpen && !isLeaving) dropped.add(1);
    };
  }, startsMs);
}

/** A value of a metric of a tenant; all clients of the tenant are told. */
export function send() {
  const number = exec.scenario.iterationInTest;
  const headers = { ...headersOf(number), "content-type": "application/x-ndjson" };
  const id = Date.now() * 100 + number % 100;
  const now = new Date();
  const periodStart = now.toISOString();
  const body = JSON.stringify({ id, metric: "load", value: now.getTime(), periodStart });
  const response = http.post(`${url}/v1/events/csr_metrics`, body, { headers });
  // deno-lint-ignore no-console -- k6 has no other log
  if (response.status !== 200) console.warn(`${response.status} ${response.body || response.error}`);
}

/** What k6 prints at the end, in place of its own summary. */
export function handleSummary({ metrics }) {
  const { publish_to_client: took, streams_connected: opened, events_received: received } = metrics;
  const { med, "p(95)": p95, max } = took?.values ?? {};
  return {
    stdout: [
      "| streams | connected | events received | p50 | p95 | max |",
      "| --- | --- | --- | --- | --- | --- |",
      `| ${streams} | ${percent(opened?.values.rate)} | ${received?.values.count ?? 0} | ${ms(med)} | ${
        ms(p95)
      } | ${ms(max)} |`,
      "",
      ...held(metrics),
      "",
    ].join("\n"),
  };
}

function headersOf(number) {
  return { authorization: `Bearer ${tokens[number % tokens.length]}` };
}
