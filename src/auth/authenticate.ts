import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Problem } from "../base/problem.ts";
import type { Auth } from "./auth.ts";
import { noCredential } from "./challenge.ts";
import type { AuthEnv, Credential } from "./credential.ts";
import { looksLikeKey } from "./api_key.ts";

/** Requires a token, an API key, or for a stream a stream token; sets `credential`. Throws Problem. */
export function authenticate(auth: Auth) {
  return createMiddleware<AuthEnv>(async function authenticate(c, next) {
    const facts = c.get("facts");
    facts.at = auth.clock().getTime();
    facts.isAudited = true;
    const verified = verify(c, auth);
    const credential = verified instanceof Promise ? await verified : verified;
    c.set("credential", credential);
    facts.tenantId = credential.tenantId;
    facts.subject = credential.subject;
    await next();
  });
}

function verify(
  c: Context<AuthEnv>,
  { tokens, keys, streamTokens }: Auth,
): Credential | Promise<Credential> {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const key = c.req.header("x-api-key");
  const inAddress = isStream(c) ? c.req.query("token") : undefined;
  const sent = [bearer, key, inAddress].filter((credential) => credential !== undefined);
  if (sent.length === 0) throw noCredential();
  if (sent.length > 1) throw new Problem("invalid-request", { detail: "Send one credential, not several" });
  if (inAddress !== undefined) {
    return streamTokens.verify(inAddress, c.req.header("last-event-id") !== undefined);
  }
  if (key !== undefined) return keys.verify(key);
  return looksLikeKey(bearer) ? keys.verify(bearer) : tokens.verify(bearer);
}

/** Whether the request opens a stream: nothing else takes a token in the address, as that is kept in many places. */
function isStream(c: Context<AuthEnv>): boolean {
  return c.req.method === "GET" && c.req.path.startsWith("/v1/stream/");
}
