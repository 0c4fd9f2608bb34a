import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import domainsFile from "../../../sql/domains.json" with { type: "json" };
import { keyRoutes } from "../../auth/api_key_routes.ts";
import { needs, securitySchemes } from "../../auth/security.ts";
import { tokenRoutes } from "../../auth/token_routes.ts";
import { problems } from "../../base/problem.ts";
import { cacheRoutes } from "../../cache/routes.ts";
import { endpoints } from "../../catalog/find_query.ts";
import type { Served } from "../../catalog/serving.ts";
import { problemAnswers, problemRefs, problemSchema } from "../../http/answers.ts";
import { eventRoutes } from "../../ingest/routes.ts";
import { deadLetterRoutes } from "../../ingest/dead_letters/routes.ts";
import { jobRoutes } from "../../ingest/jobs/routes.ts";
import { syncRoutes } from "../../ingest/sync/routes.ts";
import { liveRoutes } from "../../stream/live_routes.ts";
import { budgetRoutes } from "../../limits/budget/routes.ts";
import { healthRoutes } from "../../observe/health/routes.ts";
import { metricsRoutes } from "../../observe/metrics/routes.ts";
import { metaSchema } from "../../query/formats/meta.ts";
import { queryRoutes } from "./query_routes.ts";

/** A part of an OpenAPI document; its shape is checked by a validator in the tests. */
// deno-lint-ignore no-explicit-any -- as free as JSON
export type OpenApi = Record<string, any>;

/** How the document is written as YAML: long lines, and no anchors, which some readers do not take. */
export const yamlOptions = { lineWidth: 110, aliasDuplicateObjects: false };

/** In the order in which they are shown; those that it lacks follow. */
const domains: Record<string, string> = domainsFile;

/** The OpenAPI 3.1 document of what is served: a pure function of the catalog and the streams. */
export function openApiDocument({ catalog, streams, examples }: Omit<Served, "broken">): OpenApi {
  const { openAPIRegistry: registry, getOpenAPI31Document } = new OpenAPIHono();
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  registry.register("Problem", problemSchema());
  registry.register("Meta", metaSchema());
  for (const [name, types] of Object.entries(problemAnswers)) {
    registry.registerComponent("responses", name, {
      description: types.map((type) => `\`/problems/${type}\`: ${problems[type][1]}`).join(". "),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    });
  }
  const own: Record<string, RouteConfig> = {
    ...(streams.length && eventRoutes({ streams, examples })),
    ...keyRoutes,
    ...tokenRoutes,
    ...liveRoutes,
    ...budgetRoutes,
    ...syncRoutes,
    ...jobRoutes,
    ...deadLetterRoutes,
    ...cacheRoutes,
    ...healthRoutes,
    ...metricsRoutes,
  };
  const routes = [
    ...endpoints(catalog).flatMap(queryRoutes),
    ...Object.entries(own).map(([operationId, route]) => ({ operationId, ...withScope(route) })),
  ];
  for (const route of routes) registry.registerPath(withRefusals(route));

  const inCatalog = [...new Set([...catalog.keys()].map((name) => name.split("/")[0]))];
  const known = Object.keys(domains).filter((name) => inCatalog.includes(name));
  const about = {
    openapi: "3.1.1",
    info: {
      title: "Sluice",
      version: "1",
      description:
        "Analytics of your tenant. Every endpoint under `/v1` is a SQL file; the token names the tenant.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: needs(),
    tags: [
      ...known.map((name) => ({ name, description: domains[name] })),
      ...inCatalog.filter((name) => !known.includes(name)).map((name) => ({ name })),
      { name: "events", description: "Sending events in" },
      { name: "stream", description: "Live updates" },
      { name: "credentials", description: "API keys, and tokens for pages and for streams" },
      { name: "budgets", description: "How much a tenant may ask" },
      { name: "cache", description: "Answers that are kept" },
      { name: "health", description: "How the gateway is" },
    ],
  };
  const { paths, components: { parameters: _, ...components } = {} } = getOpenAPI31Document(about);
  return { ...about, paths, components };
}

/** A route whose description says which scope it needs, without what runs when it is asked. */
function withScope({ middleware: _, ...route }: RouteConfig): RouteConfig {
  const [scope] = Object.values(route.security?.[0] ?? {}).flat();
  const sentences = [route.description, scope && `Needs the scope \`${scope}\`.`].filter(Boolean);
  return { ...route, ...(sentences.length && { description: sentences.join("\n\n") }) };
}

/** The route with what every request under `/v1` that may change something can meet before it. */
function withRefusals(route: RouteConfig): RouteConfig {
  if (route.method === "get" || !route.path.startsWith("/v1/")) return route;
  const refusals = problemRefs("PreconditionFailed", "UnsupportedMediaType");
  return { ...route, responses: { ...route.responses, ...refusals } };
}
