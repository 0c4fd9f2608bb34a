import type { MiddlewareHandler } from "hono";
import { Problem } from "../base/problem.ts";
import { contentCoding } from "./content_coding.ts";

/**
 * Refuses requests that would change something, in a coding that no route takes, or under a condition which cannot be checked:
 * what is kept here has no entity tag and no date, so `If-Match` never holds (RFC 9110, section 13.1), and to ignore it would lose
 * the update that it guards against. `If-Match: *` holds wherever a change is possible: what is not there is a 404. A POST
 * overwrites nothing; reads have no body that means anything, and evaluate their conditions against the answer. Throws Problem.
 */
export function checkFields(): MiddlewareHandler {
  return async function checkFields(c, next) {
    const { method } = c.req;
    if (method !== "GET" && method !== "HEAD") {
      const { headers } = c.req.raw;
      contentCoding(headers);
      const field = unmet(headers, method === "POST");
      if (field) {
        throw new Problem("precondition-failed", {
          detail:
            `${field} cannot hold: what is changed here has neither an entity tag nor a date. Nothing was changed`,
          parameter: field,
        });
      }
    }
    await next();
  };
}

function unmet(headers: Headers, isPost: boolean): string | undefined {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null && ifMatch.trim() !== "*") return "If-Match";
  if (headers.has("if-unmodified-since")) return "If-Unmodified-Since";
  if (headers.has("if-none-match") && !isPost) return "If-None-Match";
}
