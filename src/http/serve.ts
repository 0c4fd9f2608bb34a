import type { RouteConfig, RouteHandler } from "@hono/zod-openapi";
import { type Context, type Env, Hono, type HonoRequest, type MiddlewareHandler } from "hono";
import type { z } from "zod";
import { checked } from "./checked.ts";
import { readSearch } from "./input.ts";
import { readJsonBody } from "./json_body.ts";
import { onlyMethods } from "./only_methods.ts";
import { searchOf } from "./target.ts";

/** A route as `createRoute` declares it. */
export type Route = RouteConfig & { getRoutingPath(): string };

/** What a request brought, as the schemas of its route read it. */
export interface Brought<Declared> {
  params: Declared extends { request: { params: infer Schema extends z.ZodType } } ? z.output<Schema>
    : undefined;
  query: Declared extends { request: { query: infer Schema extends z.ZodType } } ? z.output<Schema>
    : undefined;
  body: Declared extends {
    request: { body: { content: { "application/json": { schema: infer Schema extends z.ZodType } } } };
  } ? z.output<Schema>
    : undefined;
}

/** Answers a route's requests, with an answer that its schemas know. */
type Handler<Of extends Env, Declared extends Route> = (
  c: Context<Of>,
  brought: Brought<Declared>,
) => ReturnType<RouteHandler<Declared, Of>>;

/**
 * Serves routes as they are declared, each by its operation's id: their middleware, their schemas, then their handler. Other
 * methods at their paths are refused. `OpenAPIHono.openapi()` would read bodies of any length, with invalid UTF-8 and repeated
 * keys, and refuse those that `curl -d` sends.
 */
export function serve<Of extends Env, Routes extends Record<string, Route>>(
  routes: Routes,
  handlers: { [Name in keyof Routes]: Handler<Of, Routes[Name]> },
): Hono<Of> {
  const app = new Hono<Of>();
  for (const [name, route] of Object.entries(routes)) {
    const handler = handlers[name] as (c: Context, brought: unknown) => Response | Promise<Response>;
    app.on([route.method.toUpperCase()], [route.getRoutingPath()], ...middlewareOf(route), async (c) => {
      return await handler(c, await readBrought(c.req, route));
    });
  }
  for (const [path, here] of Map.groupBy(Object.values(routes), (route) => route.getRoutingPath())) {
    const methods = here.flatMap(({ method }) => method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]);
    app.on(["ALL"], [path], ...middlewareOf(here[0]), onlyMethods(methods.toSorted().join(", ")));
  }
  return app;
}

function middlewareOf({ middleware = [] }: Route): MiddlewareHandler[] {
  return [middleware].flat() as MiddlewareHandler[];
}

/** Throws Problem. */
async function readBrought(req: HonoRequest, { request = {} }: Route) {
  const { params, query, body } = request;
  const json = body?.content["application/json"] as { schema: z.ZodType } | undefined;
  return {
    params: params && checked(params, req.param()),
    query: query && checked(query, single(req.raw)),
    body: json && checked(json.schema, await readJsonBody(req.raw)),
  };
}

/** Parameters of the address; one that is repeated is a list, which no schema of text takes. */
function single(request: Request): Record<string, unknown> {
  const search = readSearch(searchOf(request));
  return Object.fromEntries(
    [...search].map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );
}
