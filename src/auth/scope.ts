import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { forbidden } from "./challenge.ts";
import type { Config } from "../base/config.ts";
import type { AuthEnv, Credential } from "./credential.ts";

/** Each scope and what it allows; `query:<domain>` is one for each domain of queries, `<domain>:write` for each that writes. */
export const scopes = {
  "query": "All queries of the tenant, but those that need another scope",
  "query:<domain>": "The queries of one domain, such as `query:outreach`",
  "ingest": "Sending events",
  "<domain>:write": "The writing endpoints of one domain, such as `cohorts:write`",
  "stream": "Live updates, and tokens for them",
  "tenants:compare": "Setting the tenants that the claim `tenants` names beside one's own",
  "admin": "Everything, also what concerns other tenants: API keys, budgets, cache",
} as const;

/** A scope that a query's front matter may name in place of `query`. */
export const frontMatterScope = z.string().regex(
  /^(ingest|stream|tenants:compare|admin|[a-z][a-z0-9_-]*:write)$/,
  "must be ingest, stream, tenants:compare, admin or <domain>:write",
);

/** A scope as a credential has it. */
export const scopeName = z.string().regex(
  /^(query(:[a-z][a-z0-9_-]*)?|[a-z][a-z0-9_-]*:write|ingest|stream|tenants:compare|admin)$/,
  `must be one of ${Object.keys(scopes).join(", ")}`,
);

/** Whether the credential has one of the scopes, or `admin`, which implies all. */
function hasScope({ scopes }: Credential, anyOf: string[]): boolean {
  return anyOf.some((scope) => scopes.includes(scope)) || scopes.includes("admin");
}

/** Whether the caller is told exactly what a query cost (src/base/figures.ts). */
export function isToldExactly(credential: Credential, { TELL_COSTS }: Pick<Config, "TELL_COSTS">): boolean {
  return TELL_COSTS === "exact" || hasScope(credential, []);
}

/** Throws a Problem unless the credential has one of the scopes, or `admin`. */
export function checkScope(credential: Credential, ...anyOf: string[]): void {
  if (!hasScope(credential, anyOf)) throw forbidden(anyOf);
}

/** Lets only credentials with the scope pass. Throws Problem. */
export function requireScope(scope: keyof typeof scopes) {
  return createMiddleware<AuthEnv>(async function requireScope(c, next) {
    checkScope(c.var.credential, scope);
    await next();
  });
}

/** The scopes of which a query needs one. */
export function queryScopes(name: string, scope?: string): [string, ...string[]] {
  return scope ? [scope] : ["query", `query:${name.split("/")[0]}`];
}
