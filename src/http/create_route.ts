import type { createRoute as declare } from "@hono/zod-openapi";
import { once } from "../base/once.ts";

/**
 * A route as `createRoute` of `@hono/zod-openapi` declares it. What a getter gives, such as `get responses()`, is made when it is
 * first asked for: a start does not wait for schemas that only requests of the route and the OpenAPI document need.
 */
export const createRoute: typeof declare = (config) => {
  const parts = Object.entries(Object.getOwnPropertyDescriptors(config)).map(([name, { get, value }]) =>
    [
      name,
      get ? { get: once(() => get.call(config)), enumerable: true } : { value, enumerable: true },
    ] as const
  );
  const getRoutingPath = () => config.path.replaceAll(/\/{(.+?)}/g, "/:$1");
  return Object.defineProperties({}, {
    ...Object.fromEntries(parts),
    getRoutingPath: { value: getRoutingPath },
  }) as ReturnType<typeof declare<typeof config.path, typeof config>>;
};
