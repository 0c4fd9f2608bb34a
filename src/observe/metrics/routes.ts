import { createRoute, z } from "@hono/zod-openapi";
import type { Hono } from "hono";
import type { Config } from "../../base/config.ts";
import type { Served } from "../../catalog/serving.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import type { HttpEnv } from "../../http/facts.ts";
import { memoized } from "../../base/async/memoized.ts";
import type { Probe } from "../health/probe.ts";
import { withTimeout } from "../../base/async/with_timeout.ts";
import { problemRefs } from "../../http/answers.ts";
import { serve } from "../../http/serve.ts";
import { Problem } from "../../base/problem.ts";
import { mediaType } from "./exposition.ts";
import { readQualityStates } from "./quality_states.ts";
import { renderMetrics, type RenderOptions } from "./render.ts";
import { readSyncStates } from "./sync_states.ts";

/** What the metrics are read from. */
export interface MetricsDeps extends Omit<RenderOptions, "isClickHouseUp" | "syncStates" | "qualityStates"> {
  config: Pick<Config, "METRICS_TOKEN">;
  clickHouse: ClickHouse;
  /** The quality checks that there are; throws a Problem while nothing is served. */
  served: () => Pick<Served, "checks" | "brokenChecks">;
}

const syncTimeoutMs = 1_500;
const syncFreshMs = 5_000;

/** All that is measured. */
export const metricsRoutes = {
  getMetrics: createRoute({
    method: "get",
    path: "/metrics",
    tags: ["health"],
    security: [],
    summary: "Metrics in Prometheus's text format",
    description: "Wants the bearer token METRICS_TOKEN, where the gateway has one.",
    responses: {
      200: { description: "All metrics", content: { "text/plain": { schema: z.string() } } },
      ...problemRefs("Unauthenticated"),
    },
  }),
};

/** Writes the gateway's metrics. */
export function serveMetrics(deps: MetricsDeps, probe: Probe): Hono<HttpEnv> {
  const syncStatesOf = memoized(
    () => readSyncStates(deps.clickHouse, AbortSignal.timeout(syncTimeoutMs)),
    syncFreshMs,
  );
  const qualityStatesOf = memoized(
    () => readQualityStates(deps.clickHouse, deps.served, AbortSignal.timeout(syncTimeoutMs)),
    syncFreshMs,
  );
  return serveMetricsText(deps.config, async () => {
    const [{ isUp }, syncStates = [], qualityStates = []] = await Promise.all([
      probe(),
      withTimeout(syncTimeoutMs, syncStatesOf),
      withTimeout(syncTimeoutMs, qualityStatesOf),
    ]);
    return renderMetrics({ ...deps, isClickHouseUp: isUp, syncStates, qualityStates });
  });
}

/** Answers metrics to a caller who has METRICS_TOKEN; without that variable to everybody. */
export function serveMetricsText(
  { METRICS_TOKEN: token }: MetricsDeps["config"],
  render: () => Promise<string>,
): Hono<HttpEnv> {
  return serve(metricsRoutes, {
    async getMetrics(c) {
      if (token !== undefined) await checkToken(token, c.req.header("authorization"));
      const text = await render();
      c.header("cache-control", "no-store");
      return c.text(text, 200, { "Content-Type": mediaType });
    },
  });
}

async function checkToken(token: string, authorization: string | undefined): Promise<void> {
  const [, sent] = /^Bearer +(.+)$/i.exec(authorization ?? "") ?? [];
  if (sent !== undefined && await isSame(sent, token)) return;
  const headers = { "www-authenticate": 'Bearer realm="metrics"' };
  throw new Problem("unauthenticated", { detail: "Send METRICS_TOKEN as the bearer token", headers });
}

/** Compares in a time that tells nothing of how much is equal: that of hashes tells nothing of the texts. */
async function isSame(a: string, b: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  return left.reduce((difference, byte, i) => difference | byte ^ right[i], 0) === 0;
}
