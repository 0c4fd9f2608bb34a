import { Hono } from "hono";
import { memoized } from "../../base/async/memoized.ts";
import type { SinkConfig } from "../../base/config.ts";
import type { Log } from "../../base/log.ts";
import { Problem } from "../../base/problem.ts";
import type { ClickHouse } from "../../clickhouse/client.ts";
import type { HttpEnv } from "../../http/facts.ts";
import { onError } from "../../http/on_error.ts";
import { requests } from "../../http/requests.ts";
import { serve } from "../../http/serve.ts";
import { checkTarget, pathOf } from "../../http/target.ts";
import { createProbe } from "../../observe/health/probe.ts";
import { healthRoutes } from "../../observe/health/routes.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import { serveMetricsText } from "../../observe/metrics/routes.ts";
import { renderSinkMetrics } from "./render.ts";
import type { Sinks } from "./sinks.ts";

/** What the sink's few routes tell of. */
export interface SinkAppDeps {
  config: Pick<SinkConfig, "METRICS_TOKEN">;
  sinks: Sinks;
  metrics: Metrics;
  clickHouse: ClickHouse;
  log: Log;
}

const lagsFreshMs = 1_000;

/** The probes and the metrics of a sink, as those of a gateway. */
export function createSinkApp({ config, sinks, metrics, clickHouse, log }: SinkAppDeps): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>({ getPath: pathOf });
  const isStarting = () => false;
  app.onError(onError(log, isStarting));
  app.notFound(() => {
    throw new Problem("not-found", { detail: "A sink has /health/live, /health/ready and /metrics" });
  });
  app.use(requests({ log, isStarting, onEnd: () => {} }));
  app.use(checkTarget());
  const { getHealthLive, getHealthReady } = healthRoutes;
  app.route(
    "/",
    serve({ getHealthLive, getHealthReady }, {
      getHealthLive: (c) => c.json({ status: "ok" as const }, 200),
      getHealthReady(c) {
        const reason = sinks.notReady();
        c.header("cache-control", "no-store");
        if (!reason) return c.json({ status: "ok" as const }, 200);
        c.header("retry-after", "1");
        return c.json({ status: "unavailable" as const, reason }, 503);
      },
    }),
  );
  const probe = createProbe(clickHouse);
  const lagsOf = memoized(sinks.lags, lagsFreshMs);
  app.route(
    "/",
    serveMetricsText(config, async () => {
      const [{ isUp }, lags] = await Promise.all([probe(), lagsOf()]);
      return renderSinkMetrics({ sinks, lags, metrics, isClickHouseUp: isUp });
    }),
  );
  return app;
}
