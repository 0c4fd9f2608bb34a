// The room api: the endpoints of the named queries, their OpenAPI document and its pages.

import { Hono } from "hono";
import type { AuthEnv } from "../../auth/credential.ts";
import { createPlannerHints } from "../../query/planner_hints.ts";
import { read, type ReadDeps } from "./read.ts";
import { createUnderstanding } from "./understand.ts";
import { createWrite, type WriteDeps } from "./write.ts";

/** What these routes use. */
export type EndpointDeps = Omit<ReadDeps, "plannerHints"> & WriteDeps;

/** `GET` and `POST /{domain}/{query}`: a named query; the methods that write: a writing endpoint. */
export function endpointRoutes(deps: EndpointDeps): Hono<AuthEnv> {
  const understand = createUnderstanding(deps);
  const readDeps = { ...deps, plannerHints: createPlannerHints() };
  const write = createWrite(deps);
  return new Hono<AuthEnv>().all("/*", async (c) => {
    const understanding = understand(c);
    const asked = understanding instanceof Promise ? await understanding : understanding;
    return "input" in asked ? await write(c, asked) : await read(readDeps, c, asked);
  });
}
