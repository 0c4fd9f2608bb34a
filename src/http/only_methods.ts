import type { Handler } from "hono";
import { Problem } from "../base/problem.ts";

/** Refuses the methods that the routes before it do not take; `allow` lists those they do. */
export function onlyMethods(allow: string): Handler {
  return function onlyMethods() {
    throw new Problem("method-not-allowed", { headers: { allow } });
  };
}
