// The whole way of a request: every middleware and route, in the order in which a request meets them.

import { Hono } from "hono";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { type DocsDeps, docsRoutes } from "./api/docs/routes.ts";
import { type EndpointDeps, endpointRoutes } from "./api/endpoints/routes.ts";
import type { Auth } from "./auth/auth.ts";
import { authenticate } from "./auth/authenticate.ts";
import type { AuthEnv } from "./auth/credential.ts";
import { serveKeys } from "./auth/api_key_routes.ts";
import { serveTokens } from "./auth/token_routes.ts";
import type { Config } from "./base/config.ts";
import type { Log } from "./base/log.ts";
import { Problem } from "./base/problem.ts";
import { type CacheRoutesDeps, serveCache } from "./cache/routes.ts";
import { allowOrigins } from "./http/allow_origins.ts";
import { checkFields } from "./http/check_fields.ts";
import { onError } from "./http/on_error.ts";
import { requests } from "./http/requests.ts";
import { checkTarget, pathOf } from "./http/target.ts";
import { untilReady, type UntilReadyDeps } from "./http/until_ready.ts";
import { withoutLength } from "./http/without_length.ts";
import { type EventDeps, serveEvents } from "./ingest/routes.ts";
import { type DeadLetterDeps, serveDeadLetters } from "./ingest/dead_letters/routes.ts";
import { type JobDeps, serveJobs } from "./ingest/jobs/routes.ts";
import { serveSync, type SyncDeps } from "./ingest/sync/routes.ts";
import { limitBurst, rateLimitFields } from "./limits/budget/enforce.ts";
import { serveBudgets } from "./limits/budget/routes.ts";
import type { Audit } from "./observe/audit/audit.ts";
import { serveStreams, type StreamDeps } from "./stream/routes.ts";
import { createProbe } from "./observe/health/probe.ts";
import { type HealthDeps, serveHealth } from "./observe/health/routes.ts";
import { type MetricsDeps, serveMetrics } from "./observe/metrics/routes.ts";

/** Everything the app uses; it reads nothing else of the world. */
export type AppDeps =
  & { config: Pick<Config, "ALLOWED_ORIGINS"> }
  & { auth: Auth; log: Log; audit: Audit; isStarting: () => boolean }
  & UntilReadyDeps
  & HealthDeps
  & MetricsDeps
  & DocsDeps
  & CacheRoutesDeps
  & EventDeps
  & SyncDeps
  & JobDeps
  & DeadLetterDeps
  & StreamDeps
  & EndpointDeps;

/** Every route and middleware, in the order a request meets them. */
export function createApp(deps: AppDeps): { fetch(request: Request): Response | Promise<Response> } {
  const { config, log, auth, audit, metrics } = deps;
  // the fast router alone, which refuses paths that it cannot tell apart: by default Hono would take a slower one for all, in silence
  const app = new Hono<AuthEnv>({ getPath: pathOf, router: new RegExpRouter() });
  app.onError(onError(log, deps.isStarting));
  app.notFound(() => {
    throw new Problem("not-found", { detail: "There is no such path; /docs lists what there is" });
  });

  app.use(requests({
    log,
    isStarting: deps.isStarting,
    onEnd(request) {
      metrics.requests.record(request);
      audit.record(request);
    },
  }));
  const origins = config.ALLOWED_ORIGINS.split(",").map((origin) => origin.trim()).filter(Boolean);
  app.use(allowOrigins(origins, log));
  app.use(checkTarget());

  const probe = createProbe(deps.reader);
  app.route("/", serveHealth(deps, auth, probe));
  app.route("/", serveMetrics(deps, probe));
  app.route("/", docsRoutes(deps));

  app.use("/v1/*", authenticate(auth));
  app.use("/v1/*", rateLimitFields(deps));
  app.use("/v1/*", checkFields());
  // what is known of the tenant is read meanwhile
  if (deps.whileStarting) app.use("/v1/*", untilReady(deps.whileStarting));
  app.route("/", serveEvents(deps));
  app.use("/v1/*", limitBurst(deps));
  app.route("/", serveKeys(auth));
  app.route("/", serveCache(deps));
  app.route("/", serveTokens(auth));
  app.route("/", serveStreams(deps));
  app.route("/", serveBudgets(deps));
  app.route("/", serveSync(deps));
  app.route("/", serveJobs(deps));
  app.route("/", serveDeadLetters(deps));
  app.route("/v1", endpointRoutes(deps));

  return {
    fetch(request) {
      const response = app.fetch(request);
      if (request.method !== "HEAD") return response;
      return response instanceof Promise ? response.then(withoutLength) : withoutLength(response);
    },
  };
}
